"""Bytes -> a table whose cells are exactly what was sent: CSV, Parquet, JSON rows.

Sizes come before content. A Parquet file states its rows, columns and unpacked bytes; a CSV file is
counted and checked in a first pass that keeps nothing; rows beyond the limit end the reading.
"""

import codecs
import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmm.data.table_limits import UNLIMITED, TableLimits
from mmm.errors import DataError, Issue, pointer
from mmm.spec.base import is_printable

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
JSON = "application/json"
OTHER_SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}
"""Separators that are refused: number formats differ with them, and none is guessed."""
BYTES_OF_A_CELL = 8
"""That a cell of a table in memory takes, also one that a JSON row leaves out."""
MAX_RECORD = 1024 * 1024
"""Characters of one row of a CSV file, however many lines it takes."""


def read_table(content: bytes, media_type: str, limits: TableLimits = UNLIMITED) -> pd.DataFrame:
    """Read a table from ``content``.

    Raises DataError where it is not valid ``media_type``, has no rows, or exceeds the limits.
    """
    readers = {CSV: _read_csv, PARQUET: _read_parquet, JSON: _read_json}
    kind = media_type.split(";")[0].strip().lower()
    if kind not in readers:
        raise DataError([Issue("", "media_type", f"{kind!r} is not one of {', '.join(readers)}")])
    frame = readers[kind](content, limits)
    if frame.empty:
        raise DataError([Issue("", "empty", "the table has no rows")])
    return frame


def read_rows(rows: Sequence[Mapping[str, Any]], limits: TableLimits = UNLIMITED) -> pd.DataFrame:
    """Make a table from JSON rows; a key that a row lacks becomes a missing cell.

    Raises DataError for no rows, a row that is not an object, a nested cell, a column without a
    name, and a table beyond the limits.
    """
    if not rows:
        raise DataError([Issue("/rows", "empty", "the table has no rows")])
    limits.check_rows(len(rows))
    columns: dict[str, None] = {}
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError([Issue(pointer("rows", index), "not_an_object", "is not an object")])
        for key, cell in row.items():
            if isinstance(cell, list | dict):
                raise DataError([cell_issue(index, key, "nested", "holds a list or an object")])
            columns[key] = None
        limits.check_columns(len(columns))
    _check_names(list(columns), limits)
    limits.check_bytes(len(rows) * len(columns) * BYTES_OF_A_CELL)
    return pd.DataFrame(
        {key: pd.Series([row.get(key) for row in rows], dtype=object) for key in columns}
    )


def cell_issue(row: int, column: str, code: str, detail: str) -> Issue:
    """The issue of one cell; ``row`` counts from 0, the sentence from 1 without the header."""
    return Issue(
        pointer("data", "rows", row, column), code, f"row {row + 1}, column {column!r}: {detail}"
    )


def _read_csv(content: bytes, limits: TableLimits) -> pd.DataFrame:
    header: list[str] = []
    for index, row in enumerate(_csv_rows(content)):
        if index == 0:
            header = [name.strip() for name in row]
            _check_separator(header)
            limits.check_columns(len(header))
            _check_names(header, limits)
        elif len(row) != len(header):
            detail = f"row {index} has {len(row)} cells, the header has {len(header)}"
            raise DataError([Issue(pointer("data", "rows", index - 1), "row_length", detail)])
        limits.check_rows(index)
    if not header:
        raise DataError([Issue("", "empty", "the file is empty")])
    rows = _csv_rows(content)
    next(rows)
    return pd.DataFrame(list(rows), columns=header, dtype=object)


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a CSV file one by one, empty lines left out."""
    lines = _Lines(content)
    reader = csv.reader(lines, strict=True)
    while True:
        lines.record = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            at = _first_bad_byte(content)
            detail = f"byte {at} is not UTF-8; save the file as UTF-8"
            raise DataError([Issue("", "encoding", detail)]) from error
        except csv.Error as error:
            raise DataError([Issue("", "csv", f"the file is not valid CSV: {error}")]) from error
        if row:
            yield row


class _Lines:
    """The lines of a file as the CSV reader takes them; ``record`` counts those of one row."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
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
            raise DataError([Issue("", "encoding", "the file contains NUL bytes; it is not CSV")])
        return line


def _first_bad_byte(content: bytes) -> int:
    """Where the file stops being UTF-8, found without keeping its text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), MAX_RECORD):
        chunk = content[start : start + MAX_RECORD]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=start + len(chunk) == len(content))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return len(content)


def _read_parquet(content: bytes, limits: TableLimits) -> pd.DataFrame:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        metadata = file.metadata
        limits.check_rows(metadata.num_rows)
        limits.check_columns(metadata.num_columns)
        groups = range(metadata.num_row_groups)
        limits.check_bytes(sum(metadata.row_group(group).total_byte_size for group in groups))
        names = list(file.schema_arrow.names)
        _check_names(names, limits)
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        table = pq.read_table(io.BytesIO(content), read_dictionary=texts)
        limits.check_bytes(sum(_unpacked_bytes(table.column(name)) for name in names))
        columns = {name: _parquet_cells(table.column(name), name) for name in names}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            [Issue("", "parquet", f"the file is not valid Parquet: {error}")]
        ) from error
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _unpacked_bytes(column: pa.ChunkedArray) -> int:
    """Bytes of a column once each cell stands alone: a dictionary repeats long values for free."""
    size = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary)
            size += pc.sum(lengths.take(chunk.indices)).as_py() or 0
        else:
            size += chunk.nbytes
    return size


def _parquet_cells(column: pa.ChunkedArray, name: str) -> list[Any]:
    """The cells as Python values; NaN is a missing cell."""
    if pa.types.is_nested(column.type):
        raise DataError([Issue("", "nested", f"the column {name!r} holds lists or structures")])
    try:
        cells = column.to_pylist()
    except (ValueError, OverflowError) as error:  # a date beyond the calendar, a strange time zone
        detail = f"the column {name!r} of type {column.type} cannot be read: {error}"
        raise DataError([Issue("", "parquet", detail)]) from error
    return [None if isinstance(cell, float) and cell != cell else cell for cell in cells]


def _read_json(content: bytes, limits: TableLimits) -> pd.DataFrame:
    try:
        document = json.loads(
            content, parse_constant=_refuse_constant, object_pairs_hook=_counted_objects(limits)
        )
    except (ValueError, RecursionError) as error:
        raise DataError([Issue("", "json", f"the table is not valid JSON: {error}")]) from error
    if not isinstance(document, dict) or set(document) != {"rows"}:
        detail = 'a table in JSON is {"rows": [...]} and nothing else'
        raise DataError([Issue("", "json", detail)])
    if not isinstance(document["rows"], list):
        raise DataError([Issue("/rows", "json", "rows must be a list of objects")])
    return read_rows(document["rows"], limits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number; leave out what is missing")


def _counted_objects(limits: TableLimits) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Makes the objects of a JSON document; refuses a repeated key, and more rows than allowed.

    Every object of a table in JSON but the outermost is a row.
    """
    rows = count(1)

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        limits.check_rows(next(rows) - 1)
        limits.check_columns(len(pairs))
        made = dict(pairs)
        if len(made) < len(pairs):
            name, _ = Counter(key for key, _ in pairs).most_common(1)[0]
            raise ValueError(f"the key {name!r} appears more than once in an object")
        return made

    return distinct


def _check_separator(header: Sequence[str]) -> None:
    used = [name for mark, name in OTHER_SEPARATORS.items() if mark in header[0]]
    if len(header) == 1 and used:
        detail = f"the header has {used[0]}s and no commas; save the file with commas between cells"
        raise DataError([Issue("", "separator", f"{detail} and points in numbers")])


def _check_names(names: Sequence[str], limits: TableLimits) -> None:
    """Refuse columns without a name, with one too long or unprintable, or with another's."""
    for position, name in enumerate(names, start=1):
        if not name.strip():
            detail = f"column {position} has no name in the header"
            raise DataError([Issue("", "column_unnamed", detail)])
        if len(name) > limits.name_length:
            detail = f"the name of column {position} has {len(name)} characters"
            detail += f"; the limit is {limits.name_length}"
            raise DataError([Issue("", "column_name_too_long", detail)])
        if not is_printable(name):
            detail = f"the name of column {position}, {name!r}, holds a control character"
            raise DataError([Issue("", "column_name", detail)])
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        detail = f"the column {repeated[0]!r} appears more than once in the header"
        raise DataError([Issue("", "column_repeated", detail)])
