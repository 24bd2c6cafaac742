"""Reads a CSV file: its encoding, its separator, its header, its rows; every cell stays text.

A first pass counts and checks the rows and keeps none of them; a second one makes the table.
"""

import csv
from collections.abc import Iterator
from itertools import islice

import pandas as pd

from mmm.errors import DataError, Issue, pointer
from mmm.tables.decisions import Decisions
from mmm.tables.files.encoding import find_encoding, text_of
from mmm.tables.files.grid import (
    SEARCHED,
    Row,
    check_given_names,
    holds,
    is_empty,
    is_note,
    table_of,
)
from mmm.tables.files.header import find_header
from mmm.tables.files.separator import DECLARED, SAMPLE, find_separator
from mmm.tables.limits import TableLimits
from mmm.tables.place import LINE

MAX_RECORD = 1024 * 1024
"""Characters of one row of a CSV file, however many lines it takes."""


def read_csv(content: bytes, decisions: Decisions, limits: TableLimits) -> pd.DataFrame:
    """The cells of a CSV file as text, with the lines of its rows as index.

    Raises DataError for what is not CSV, TableTooLarge beyond the limits.
    """
    encoding = find_encoding(content, decisions)
    mark = find_separator(lambda mark: _some(content, encoding, mark), decisions)
    first = list(islice(csv_rows(content, encoding, mark), SEARCHED))
    if not first:
        raise DataError([Issue("", "empty", "the file is empty")])
    number, header = find_header(first, LINE, decisions)
    names = [name.strip() for name in header]
    limits.check_columns(len(names))
    check_given_names(names, limits)
    notes: list[Row] = []
    for position, row in enumerate(_below(content, encoding, mark, number)):
        limits.check_rows(position + 1)
        if position and is_note(row[1]):
            notes.append(row)
            continue
        if notes and holds(row[1]):  # rows go on below: it was no note
            _check_length(notes[0], position - len(notes), len(names))
            notes = []
        _check_length(row, position, len(names))
    rows = (
        (line, [*row[: len(names)], *[""] * (len(names) - len(row))])
        for line, row in _below(content, encoding, mark, number)
    )
    return table_of(names, rows, LINE, decisions)


def _some(content: bytes, encoding: str, mark: str) -> list[Row]:
    """The first rows as they stand with the separator ``mark``; none where it makes no CSV."""
    try:
        return list(islice(csv_rows(content, encoding, mark), SAMPLE))
    except DataError:
        return []


def _below(content: bytes, encoding: str, mark: str, header: int) -> Iterator[Row]:
    return (row for row in csv_rows(content, encoding, mark) if row[0] > header)


def _check_length(row: Row, position: int, columns: int) -> None:
    line, cells = row
    beyond = any(not is_empty(cell) for cell in cells[columns:])
    if len(cells) < columns or beyond:
        detail = f"line {line} has {len(cells)} cells, the header has {columns}: "
        detail += (
            "the line is cut short; fill it up with empty cells"
            if len(cells) < columns
            else "put a cell that holds a separator in quotes, or name every column"
        )
        raise DataError([Issue(pointer("data", "rows", position), "row_length", detail)])


def csv_rows(content: bytes, encoding: str, mark: str) -> Iterator[Row]:
    """The rows of a CSV file one by one with the lines that they begin on, empty lines left out."""
    lines = _Lines(content, encoding)
    reader = csv.reader(lines, delimiter=mark, strict=True)
    while True:
        lines.record, began = 0, reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            detail = f"the file is not {encoding} to its end: {error.reason}"
            raise DataError([Issue("", "encoding", detail)]) from error
        except csv.Error as error:
            detail = f"the file is not valid CSV: line {began}: {error}"
            raise DataError([Issue("", "csv", detail)]) from error
        declared = began == 1 and 1 <= len(row) <= 2 and row[0].lower().startswith(DECLARED)
        if row and not declared:
            yield began, row


class _Lines:
    """The lines of a file as the CSV reader takes them; ``record`` counts those of one row."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._stream = text_of(content, encoding)
        self.record = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.record += len(line)
        if self.record > MAX_RECORD:
            raise csv.Error(f"a row is longer than {MAX_RECORD} characters")
        if "\0" in line:
            raise DataError(
                [
                    Issue(
                        "",
                        "encoding",
                        "the file contains NUL bytes: it is no text; save it as CSV or XLSX",
                    )
                ]
            )
        return line
