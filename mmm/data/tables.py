"""Bytes or rows -> a table whose cells are exactly what was sent.

CSV cells stay text until a specification gives their meaning, so that an error can name a bad cell
by its row and column. Rows are counted from 1, without the header.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mmm.errors import DataError, Issue, pointer
from mmm.types import Array

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
JSON = "application/json"
OTHER_SEPARATORS = {";": "semicolon", "\t": "tab", "|": "bar"}
"""Separators that are refused: number formats differ with them, and none is guessed."""


def read_table(content: bytes, media_type: str) -> pd.DataFrame:
    """Read a table from ``content``; raises DataError where it is not valid ``media_type``."""
    readers = {CSV: _read_csv, PARQUET: _read_parquet, JSON: _read_json}
    kind = media_type.split(";")[0].strip().lower()
    if kind not in readers:
        raise DataError([Issue("", "media_type", f"{kind!r} is not one of {', '.join(readers)}")])
    frame = readers[kind](content)
    if frame.empty:
        raise DataError([Issue("", "empty", "the table has no rows")])
    return frame


def read_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table from JSON rows; a key that a row lacks becomes a missing cell.

    Raises DataError for no rows, a row that is not an object, and a nested cell.
    """
    if not rows:
        raise DataError([Issue("/rows", "empty", "the table has no rows")])
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DataError([Issue(pointer("rows", index), "not_an_object", "is not an object")])
        for key, cell in row.items():
            if isinstance(cell, list | dict):
                raise DataError([_cell_issue(index, key, "nested", "holds a list or an object")])
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return pd.DataFrame(
        {key: pd.Series([row.get(key) for row in rows], dtype=object) for key in columns}
    )


def numbers(frame: pd.DataFrame, column: str, *, sparse: bool = False) -> tuple[Array, list[Issue]]:
    """``column`` as float64, with an issue for each cell that is not a finite number (NaN there).

    A ``sparse`` column may have empty cells and NaN.
    """
    values = np.full(len(frame), np.nan)
    issues = []
    for row, cell in enumerate(frame[column].tolist()):
        number, code, detail = _number(cell)
        values[row] = number
        empty = code == "missing" or (isinstance(cell, float) and np.isnan(cell))
        if code and not (sparse and empty):
            issues.append(_cell_issue(row, column, code, detail))
    return values, issues


def dates(frame: pd.DataFrame, column: str) -> tuple[list[date | None], list[Issue]]:
    """``column`` as calendar dates, with an issue for each cell that is not a date (None there)."""
    parsed = [_date(cell) for cell in frame[column].tolist()]
    issues = [
        _cell_issue(row, column, "date", f"{cell!r} is not a date; write YYYY-MM-DD")
        for row, (cell, day) in enumerate(zip(frame[column].tolist(), parsed, strict=True))
        if day is None
    ]
    return parsed, issues


def reshape_long(
    frame: pd.DataFrame, *, date: str, variable: str, value: str, geo: str | None = None
) -> pd.DataFrame:
    """Reshape a long table (one row per date, geo and variable) to one row per date and geo.

    Raises DataError for a missing column and for a cell given twice. An absent combination becomes
    a missing cell, which the checks of the panel will name.
    """
    keys = [key for key in (date, geo) if key is not None]
    missing = [name for name in (*keys, variable, value) if name not in frame.columns]
    if missing:
        raise DataError([missing_column(name, frame, "") for name in missing])
    repeated = frame.duplicated([*keys, variable], keep="first")
    if repeated.any():
        row = int(np.flatnonzero(repeated.to_numpy())[0])
        what = ", ".join(str(frame[key].iloc[row]) for key in (*keys, variable))
        raise DataError(
            [_cell_issue(row, variable, "duplicate", f"({what}) is given more than once")]
        )
    wide = frame.pivot(index=keys, columns=variable, values=value)
    wide.columns.name = None
    return wide.reset_index()


def missing_column(name: str, frame: pd.DataFrame, where: str) -> Issue:
    """The issue for a column that the specification names but the table lacks."""
    known = ", ".join(map(str, frame.columns[:30]))
    return Issue(where, "column_missing", f"there is no column {name!r}; the columns are: {known}")


def _cell_issue(row: int, column: str, code: str, detail: str) -> Issue:
    return Issue(
        pointer("data", "rows", row, column), code, f"row {row + 1}, column {column!r}: {detail}"
    )


def _number(cell: Any) -> tuple[float, str, str]:
    if cell is None or cell is pd.NA or (isinstance(cell, str) and not cell.strip()):
        return np.nan, "missing", "the cell is empty"
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return np.nan, "not_a_number", f"{cell!r} is not a number"
    if not np.isfinite(number):
        return np.nan, "not_finite", f"{cell!r} is not a finite number"
    return number, "", ""


def _date(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date() if cell == cell and cell.time() == datetime.min.time() else None
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(str(cell).strip().removesuffix("T00:00:00"))
    except ValueError:
        return None


def _read_csv(content: bytes) -> pd.DataFrame:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            [Issue("", "encoding", f"byte {error.start} is not UTF-8; save the file as UTF-8")]
        ) from error
    if "\0" in text:
        raise DataError([Issue("", "encoding", "the file contains NUL bytes; it is not CSV")])
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except csv.Error as error:
        raise DataError([Issue("", "csv", f"the file is not valid CSV: {error}")]) from error
    if not rows:
        raise DataError([Issue("", "empty", "the file is empty")])
    header, body = [name.strip() for name in rows[0]], rows[1:]
    _check_separator(header)
    _check_header(header)
    for index, row in enumerate(body):
        if len(row) != len(header):
            detail = f"row {index + 1} has {len(row)} cells, the header has {len(header)}"
            raise DataError([Issue(pointer("data", "rows", index), "row_length", detail)])
    return pd.DataFrame(body, columns=header, dtype=object)


def _read_parquet(content: bytes) -> pd.DataFrame:
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            [Issue("", "parquet", f"the file is not valid Parquet: {error}")]
        ) from error
    _check_header(table.column_names)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def _read_json(content: bytes) -> pd.DataFrame:
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DataError([Issue("", "json", f"the table is not valid JSON: {error}")]) from error
    if not isinstance(document, dict) or set(document) != {"rows"}:
        detail = 'a table in JSON is {"rows": [...]} and nothing else'
        raise DataError([Issue("", "json", detail)])
    if not isinstance(document["rows"], list):
        raise DataError([Issue("/rows", "json", "rows must be a list of objects")])
    return read_rows(document["rows"])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number; leave out what is missing")


def _check_separator(header: Sequence[str]) -> None:
    used = [name for mark, name in OTHER_SEPARATORS.items() if mark in header[0]]
    if len(header) == 1 and used:
        detail = f"the header has {used[0]}s and no commas; save the file with commas between cells"
        raise DataError([Issue("", "separator", f"{detail} and points in numbers")])


def _check_header(header: Sequence[str]) -> None:
    for position, name in enumerate(header):
        if not name:
            detail = f"column {position + 1} has no name in the header"
            raise DataError([Issue("", "column_unnamed", detail)])
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        detail = f"the column {repeated[0]!r} appears more than once in the header"
        raise DataError([Issue("", "column_repeated", detail)])
