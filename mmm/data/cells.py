"""The cells of a table as numbers and dates.

Cells that are neither stay what was sent until a specification gives their meaning, so that an
error can name a bad cell by its line and column.
"""

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mmm.errors import Issue
from mmm.spec.calendar import FIRST_DAY, LAST_DAY
from mmm.tables.place import cell_issue, quoted
from mmm.types import Array

LARGEST = 1e100
"""Sums and squares of smaller numbers stay finite."""

_NOT_PLAIN = (pa.ArrowException, OverflowError, UnicodeEncodeError)
"""Cells of several types, numbers beyond any range, text beyond UTF-8."""
_NUMERAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def numbers(frame: pd.DataFrame, column: str, *, sparse: bool = False) -> tuple[Array, list[Issue]]:
    """``column`` as float64, with an issue for each cell that is not a finite number (NaN there).

    A ``sparse`` column may have empty cells and NaN.
    """
    if (plain := _plain_numbers(frame[column])) is not None:
        return plain, []
    values = np.full(len(frame), np.nan)
    issues = []
    for row, cell in enumerate(frame[column].tolist()):
        number, code, detail = _number(cell)
        values[row] = number
        empty = code == "missing" or (isinstance(cell, float) and np.isnan(cell))
        if code and not (sparse and empty):
            issues.append(cell_issue(frame, row, column, code, detail))
    return values, issues


def row_of(issue: Issue) -> int:
    """The row, counted from zero, that the pointer of a cell's issue names."""
    return int(issue.pointer.split("/")[3])


def numbers_if_all(frame: pd.DataFrame, column: str) -> Array | None:
    """``column`` as float64 with NaN for empty cells; None where any other cell is not a number."""
    if (plain := _plain_numbers(frame[column])) is not None:
        return plain
    values = np.full(len(frame), np.nan)
    for row, cell in enumerate(frame[column].tolist()):
        values[row], code, _ = _number(cell)
        if code and code != "missing" and cell == cell:
            return None
    return values


def dates(frame: pd.DataFrame, column: str) -> tuple[list[date | None], list[Issue]]:
    """``column`` as calendar dates, with an issue for each cell that is not a date (None there)
    or far from our time."""
    cells = frame[column].tolist()
    parsed = [_date(cell) for cell in cells]
    issues = []
    for row, (cell, day) in enumerate(zip(cells, parsed, strict=True)):
        if day is None:
            detail = f"{quoted(cell)} is not a date; write YYYY-MM-DD"
            issues.append(cell_issue(frame, row, column, "date", detail))
        elif not FIRST_DAY <= day <= LAST_DAY:
            detail = f"{day} is not between {FIRST_DAY} and {LAST_DAY}"
            issues.append(cell_issue(frame, row, column, "date_out_of_range", detail))
    return parsed, issues


def dates_if_all(frame: pd.DataFrame, column: str) -> list[date] | None:
    """The dates of ``column``, empty cells left out; None where any other cell is not a date."""
    days = []
    for cell in frame[column].tolist():
        if not _is_empty(cell):
            day = _date(cell)
            if day is None:
                return None
            days.append(day)
    return days


def empty_cells(frame: pd.DataFrame, column: str) -> int:
    """How many cells of ``column`` hold nothing but white space."""
    try:
        cells = pa.array(frame[column].to_numpy(), from_pandas=True)
    except _NOT_PLAIN:
        return sum(map(_is_empty, frame[column].tolist()))
    blank = pc.equal(pc.utf8_trim_whitespace(cells), "") if pa.types.is_string(cells.type) else None
    return int(cells.null_count) + (0 if blank is None else int(pc.sum(blank).as_py() or 0))


def missing_column(name: str, frame: pd.DataFrame, where: str) -> Issue:
    """The issue for a column that the specification names but the table lacks."""
    known = ", ".join(map(str, frame.columns[:30]))
    return Issue(where, "column_missing", f"there is no column {name!r}; the columns are: {known}")


def _plain_numbers(cells: pd.Series) -> Array | None:
    """A column of nothing but plain numbers, all cells at once; None for any other column."""
    try:
        plain = pa.array(cells.to_numpy(), from_pandas=True)
        if plain.null_count or not len(plain):
            return None
        if pa.types.is_string(plain.type):
            plain = pc.utf8_trim_whitespace(plain)
            if not pc.all(pc.match_substring_regex(plain, _NUMERAL)).as_py():
                return None
            plain = pc.utf8_ltrim(plain, "+")
        elif not (pa.types.is_integer(plain.type) or pa.types.is_floating(plain.type)):
            return None
        values = np.array(plain.cast(pa.float64(), safe=False))
    except _NOT_PLAIN:
        return None
    return values if bool(np.all(np.abs(values) <= LARGEST)) else None


def _is_empty(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, str) and not cell.strip())


def _number(cell: Any) -> tuple[float, str, str]:
    if _is_empty(cell):
        return np.nan, "missing", "the cell is empty"
    if isinstance(cell, str) and ("_" in cell or not cell.isascii()):
        return np.nan, "not_a_number", f"{quoted(cell)} is not a number"
    try:
        number = float(cell)
    except OverflowError:
        return np.nan, "too_large", f"the number is too large; numbers may reach {LARGEST:g}"
    except (TypeError, ValueError):
        return np.nan, "not_a_number", f"{quoted(cell)} is not a number"
    if not np.isfinite(number):
        return np.nan, "not_finite", f"{quoted(cell)} is not a finite number"
    if abs(number) > LARGEST:
        detail = f"{quoted(cell)} is too large; numbers may reach {LARGEST:g}"
        return np.nan, "too_large", detail
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
