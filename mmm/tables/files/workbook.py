"""Reads a workbook (XLSX): the sheet with the table, its header, the stored values of its cells."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from mmm.errors import DataError, Issue
from mmm.tables.dates import readings
from mmm.tables.decisions import Decisions, how_to_give, misfit
from mmm.tables.files.archive import UNPACK_ERRORS, open_archive
from mmm.tables.files.grid import (
    SEARCHED,
    Row,
    check_given_names,
    filled,
    holds,
    is_empty,
    table_of,
)
from mmm.tables.files.header import find_header
from mmm.tables.formats import OLD_WORKBOOK
from mmm.tables.limits import TableLimits
from mmm.tables.place import ROW

MOST_SHEETS = 100
MOST_ROWS = 1_048_576
"""Of a sheet, as spreadsheet programs have it."""
FEWEST_ROWS, FEWEST_COLUMNS = 2, 2
"""Of a table: a header and a row, a date and a number."""
_FAULTS: tuple[type[Exception], ...] = (
    *(ParseError, InvalidFileException, KeyError, ValueError, TypeError, AttributeError),
    *(IndexError, OverflowError, *UNPACK_ERRORS),
)
"""What openpyxl raises for archives that are no workbook, or XML that is no sheet."""


def read_workbook(content: bytes, decisions: Decisions, limits: TableLimits) -> pd.DataFrame:
    """The cells of one sheet as Python values, with the rows of the sheet as index.

    Raises DataError for what is no workbook or has no table, TableTooLarge beyond the limits.
    """
    if content.startswith(OLD_WORKBOOK):
        detail = "this is an .xls file, or a workbook with a password; save it as .xlsx without one"
        raise DataError([Issue("", "xlsx", detail)])
    open_archive(content, limits).close()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except _FAULTS as error:
        raise _broken(error) from error
    try:
        frame, sheet = _read(book, decisions, limits)
    finally:
        book.close()
    if frame.isna().to_numpy().any():
        _refuse_unstored_formulas(content, sheet, frame, limits)
    return frame


def _read(book: Workbook, decisions: Decisions, limits: TableLimits) -> tuple[pd.DataFrame, str]:
    sheet = _choose_sheet(book, decisions, limits)
    number, header = find_header(list(islice(_rows(book, sheet, limits), SEARCHED)), ROW, decisions)
    names = ["" if cell is None else str(cell).strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    limits.check_columns(len(names))
    check_given_names(names, limits)
    below = (row for row in _rows(book, sheet, limits) if row[0] > number)
    rows = ((row, _cut(cells, len(names), row)) for row, cells in _counted(below, limits))
    return table_of(names, rows, ROW, decisions), sheet


def _cut(cells: Sequence[Any], columns: int, row: int) -> Sequence[Any]:
    """The cells of the named columns; raises DataError for one that holds something beyond."""
    if filled(cells[columns:]):
        detail = f"row {row} has a cell in column {len(cells)}, and the header has {columns}; name "
        detail += "the column, or empty the cell"
        raise DataError([Issue("", "row_length", detail)])
    return [*cells[:columns], *[None] * (columns - len(cells))]


def _counted(rows: Iterator[Row], limits: TableLimits) -> Iterator[Row]:
    count = 0
    for row in rows:
        count += holds(row[1])
        limits.check_rows(count)
        yield row


def _choose_sheet(book: Workbook, decisions: Decisions, limits: TableLimits) -> str:
    """The sheet that was named, else the only one with a table."""
    names = [sheet.title for sheet in book.worksheets][:MOST_SHEETS]
    given = decisions.given.sheet
    if given is not None:
        if given not in names:
            misfit("sheet", given, f"the sheets are {', '.join(map(repr, names))}")
        decisions.settle("sheet", given, _others(book, given, decisions, limits))
        return given
    tables = _with_tables(book, names, limits)
    if not tables:
        detail = f"none of the sheets {', '.join(map(repr, names))} holds a table: a line "
        detail += "of names, and below it rows with a date and a number"
        raise DataError([Issue("", "empty", detail)])
    if len(tables) > 1:
        known = ", ".join(map(repr, tables))
        detail = f"the sheets {known} hold tables; say which is the weekly one "
        detail += f"{how_to_give('sheet', tables[0])}; another can be joined to it by date, with "
        detail += f'"with_sheets": ["{tables[1]}"] (--read with_sheets={tables[1]})'
        raise DataError([Issue("/read/sheet", "two_readings", detail)])
    why = "the only sheet" if len(names) == 1 else f"the only one of {len(names)} with a table"
    decisions.settle("sheet", tables[0], why)
    return tables[0]


def _with_tables(book: Workbook, names: Sequence[str], limits: TableLimits) -> list[str]:
    """The sheets with a table that has dates, else those with any."""
    first = {name: _first_rows(book, name, limits) for name in names}
    dated = [name for name in names if _has_table(first[name], dated=True)]
    return dated or [name for name in names if _has_table(first[name], dated=False)]


def _others(book: Workbook, given: str, decisions: Decisions, limits: TableLimits) -> str:
    """Why a sheet that was named is read, and which others with a table are not."""
    if decisions.takes_months:
        return "as told"
    joined = (given, *(decisions.given.with_sheets or {}))
    names = [sheet.title for sheet in book.worksheets if sheet.title not in joined]
    left = ", ".join(map(repr, _with_tables(book, names[:MOST_SHEETS], limits)))
    return f"as told; not read: {left}, with tables too" if left else "as told"


def _first_rows(book: Workbook, name: str, limits: TableLimits) -> list[Sequence[Any]]:
    rows = (cells for _, cells in islice(_rows(book, name, limits), SEARCHED))
    return [cells for cells in rows if filled(cells) >= FEWEST_COLUMNS]


def _has_table(rows: Sequence[Sequence[Any]], *, dated: bool) -> bool:
    """Whether rows hold a number; where ``dated``, a date and something else with a digit."""
    if len(rows) < FEWEST_ROWS:
        return False
    for cells in rows:
        digits = sum(any(map(str.isdigit, str(cell))) for cell in cells if not is_empty(cell))
        dates = sum(bool(readings(cell)) for cell in cells if not is_empty(cell))
        if digits >= (2 if dated else 1) and (dates or not dated):
            return True
    return False


def _rows(book: Workbook, name: str, limits: TableLimits) -> Iterator[Row]:
    """The rows of a sheet to the last that holds something, or to the limits.

    Raises TableTooLarge for a cell beyond the limit of columns.
    """
    sheet = book[name]
    sheet.reset_dimensions()  # what the file states of them may be anything
    try:
        for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS, values_only=True), start=1):
            if len(row) > limits.columns and filled(row[int(limits.columns) :]):
                limits.check_columns(len(row))
            yield number, row
    except _FAULTS as error:
        raise _broken(error) from error


def _refuse_unstored_formulas(
    content: bytes, sheet: str, frame: pd.DataFrame, limits: TableLimits
) -> None:
    """Refuse an empty cell that holds a formula whose value was never stored."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    try:
        empty = {int(row) for row in frame.index[frame.isna().any(axis=1)]}
        for number, row in _rows(book, sheet, limits):
            if number in empty and (place := _unstored(row, frame, number)):
                detail = f"row {number}, column {place!r}: the formula has no stored value; open "
                detail += "the workbook in a spreadsheet program and save it"
                raise DataError([Issue("", "formula", detail)])
    finally:
        book.close()


def _unstored(row: Any, frame: pd.DataFrame, number: int) -> str | None:
    formulas = [str(cell).startswith("=") for cell in row]
    cells = frame.loc[number]
    named = zip(frame.columns, cells, formulas, strict=False)
    return next((name for name, cell, formula in named if formula and cell is None), None)


def _broken(error: Exception) -> DataError:
    reason = str(error) or type(error).__name__
    return DataError([Issue("", "xlsx", f"the file is not a valid workbook: {reason[:200]}")])
