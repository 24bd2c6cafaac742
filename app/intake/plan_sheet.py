"""Reads a planner's sheet: rows of channels, prices and events, columns of weeks or months.

A column ``committed`` (yes, or empty) marks a row as bought already, a ``*`` behind an amount the
amount alone. The sheet may stand on its side, with the periods in its first column.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from mmm.errors import DataError, Issue
from mmm.spec.numbers import LARGEST
from mmm.tables.dates import MONTHLY, QUARTERLY, readings
from mmm.tables.decisions import Decisions
from mmm.tables.files.csv_file import read_csv
from mmm.tables.files.grid import is_empty
from mmm.tables.files.workbook import read_workbook
from mmm.tables.formats import CSV, NAMES, XLSX, bare
from mmm.tables.limits import MEBIBYTE, TableLimits
from mmm.tables.numerals import numeral_columns, settle_form
from mmm.tables.read import UNDECIDED
from mmm.tables.recipe import OF_THE_FILE, Recipe
from mmm.tables.translate import plain_numbers

LIMITS = TableLimits(rows=1000, columns=1000, unpacked_bytes=32 * MEBIBYTE)
MARK = "*"
MARKED = ("committed", "locked", "booked")
YES, NO = ("yes", "y", "true", "x", "1", "1.0", MARK), ("no", "n", "false", "0", "0.0", "")
IDLE = ("", "total", "sum", "note", "notes", "comment", "unit")
"""Names of columns that are no part of the plan."""

REGION_NAME = re.compile(
    r"geo|region|market|markt|country|land|state|city|stadt|location|dma|store|area|district|gebiet"
    r"|province|provinz|pays|pais",
    re.I,
)
"""Names of the column with the regions."""

type Step = Literal["week", "month"]


@dataclass(frozen=True)
class SheetRow:
    """One row: a name, its region ("" for all), where it stands, and for each period an amount
    (None: empty) and whether it is committed."""

    name: str
    region: str
    place: str
    amounts: tuple[float | None, ...]
    committed: tuple[bool, ...]


@dataclass(frozen=True)
class PlanSheet:
    """The rows of a sheet; ``periods``: first days of its weeks or months, one after another."""

    step: Step
    periods: tuple[date, ...]
    rows: tuple[SheetRow, ...]


def read_plan_sheet(
    content: bytes, media_type: str, read: Recipe = UNDECIDED, limits: TableLimits = LIMITS
) -> PlanSheet:
    """Read a sheet from CSV or a workbook; ``read``: words about how it is written.

    Raises DataError, which names the place, for what is no sheet of a plan, and for a word that
    says nothing of one; TableTooLarge.
    """
    other = [word for word in read.words if word not in OF_THE_FILE]
    if other:
        detail = f"{other[0]!r} says nothing of a sheet; the words are {', '.join(OF_THE_FILE)}"
        raise DataError([Issue(f"/read/{other[0]}", "no_such_word", detail)])
    kind = bare(media_type)
    if kind not in (CSV, XLSX):
        raise _refused("media_type", f"a sheet is CSV or XLSX, not {kind or 'without a type'!r}")
    decisions = Decisions(read, NAMES[kind])
    read_file = read_csv if kind == CSV else read_workbook
    frame = _items_in_rows(read_file(content, decisions, limits))
    names = [str(name) for name in frame.columns]
    dated = [name for name in names if readings(name)]
    step, periods = _periods(dated, decisions.given.dates)
    frame, marked = _without_marks(frame, dated)
    frame = _with_plain_numbers(frame, dated, decisions)
    title, region, whole = _other_columns([name for name in names if name not in dated])
    rows = []
    for position, (number, cells) in enumerate(frame.iterrows()):
        place = number if isinstance(number, str) else f"{frame.index.name} {number}"
        name = _text(cells[title])
        if not name:
            raise _refused("no_name", f"{place} has no name in column {title!r}")
        amounts = tuple(_amount(cells[column], place, column) for column in dated)
        all_of_it = whole is not None and _is_yes(cells[whole], place, whole)
        committed = tuple(all_of_it or mark for mark in marked[position])
        where = _text(cells[region]) if region is not None else ""
        rows.append(SheetRow(name, where, place, amounts, committed))
    return PlanSheet(step, periods, tuple(rows))


def _items_in_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The sheet with its periods as columns; a sheet on its side is turned."""
    if any(readings(str(name)) for name in frame.columns[1:]):
        return frame
    first = [str(cell).strip() for cell in frame.iloc[:, 0]]
    if frame.empty or not all(readings(cell) for cell in first):
        detail = "no header names a week (2024-07-01) or a month (2024-07)"
        raise _refused("no_periods", f"{detail}, and the first column does not hold them either")
    if len(set(first)) < len(first):
        twice = next(cell for cell in first if first.count(cell) > 1)
        raise _refused("period_repeated", f"the period {twice!r} stands in two rows")
    turned = frame.iloc[:, 1:].T
    turned.columns = pd.Index(first, dtype=object)
    turned.index = pd.Index([f"column {name!r}" for name in frame.columns[1:]], dtype=object)
    turned.insert(0, "name", [str(name) for name in frame.columns[1:]])
    return turned


def _periods(headers: Sequence[str], given: str | None) -> tuple[Step, tuple[date, ...]]:
    """The periods that the headers name, in the form that is ``given``, or the one form in which
    they follow one another."""
    found = [readings(header) for header in headers]
    if given is not None and all(given in each for each in found):
        found = [{given: each[given]} for each in found]
    if any(QUARTERLY in each for each in found):
        raise _refused("quarter", "a header names a quarter; a sheet has weeks or months")
    forms = [form for form in found[0] if all(form in each for each in found)]
    if not forms:
        mixed = any(MONTHLY in each for each in found)
        code, what = ("two_steps", "weeks and months") if mixed else ("two_forms", "several forms")
        raise _refused(code, f"the headers name periods in {what}; write each as YYYY-MM-DD")
    read = {form: _stepped(form, [each[form] for each in found]) for form in forms}
    regular = [each for each in read.values() if not _breach(headers, *each)]
    fitting = sorted(set(regular or read.values()))
    if len(fitting) > 1:
        both = " or ".join(str(days[0]) for _, days in fitting)
        detail = f"the header {headers[0]!r} means {both}; write YYYY-MM-DD, or say which with "
        raise _refused("two_readings", detail + '"read": {"dates": "day_first"} or "month_first"')
    if not regular:
        raise _refused("period_missing", _breach(headers, *fitting[0]))
    return fitting[0]


def _stepped(form: str, days: Sequence[date]) -> tuple[Step, tuple[date, ...]]:
    """Days one month apart that are the first of their months name the months."""
    months = all(day.day == 1 for day in days) and len(days) > 1
    months = months and [_next_month(day) for day in days[:-1]] == [*days[1:]]
    return ("month" if form == MONTHLY or months else "week"), tuple(days)


def _breach(headers: Sequence[str], step: Step, days: Sequence[date]) -> str:
    """Where a period does not follow the one before it, in words; empty where each does."""
    for header, before, day in zip(headers[1:], days, days[1:], strict=False):
        due = _next_month(before) if step == "month" else before + timedelta(weeks=1)
        if day != due:
            return f"the period {header!r} follows {before}; the next {step} is {due}"
    return ""


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _other_columns(names: Sequence[str]) -> tuple[str, str | None, str | None]:
    """The column of names, that of regions and the one that marks rows as committed, if any."""
    marks = [name for name in names if name.strip().lower() in MARKED]
    rest = [name for name in names if name not in marks and name.strip().lower() not in IDLE]
    regions = [name for name in rest if REGION_NAME.search(name)] if len(rest) == 2 else []
    rest = [name for name in rest if name not in regions]
    if len(rest) != 1 or len(marks) > 1:
        told = ", ".join(map(repr, names)) or "none"
        detail = "a sheet has one column of names, periods, and 'region' and 'committed' if any"
        raise _refused("columns", f"{detail}; beside its periods it has {told}")
    return rest[0], regions[0] if regions else None, marks[0] if marks else None


def _without_marks(
    frame: pd.DataFrame, dated: Sequence[str]
) -> tuple[pd.DataFrame, list[tuple[bool, ...]]]:
    """The sheet without the marks behind amounts, and which amounts had one, row by row."""
    marks = pd.DataFrame({name: [_has_mark(cell) for cell in frame[name]] for name in dated})
    plain = {
        name: pd.Series(
            [str(cell).strip()[:-1].strip() if _has_mark(cell) else cell for cell in frame[name]],
            index=frame.index,
            dtype=object,
        )
        for name in dated
    }
    return frame.assign(**plain), [*marks.itertuples(index=False, name=None)]


def _with_plain_numbers(
    frame: pd.DataFrame, dated: Sequence[str], decisions: Decisions
) -> pd.DataFrame:
    """The amounts with a point before their decimals, however they were written."""
    columns = numeral_columns(frame[dated], ())
    try:
        form = settle_form(frame, columns, decisions)
    except DataError as error:
        detail = error.issues[0].detail.partition("; say which")[0]
        hint = 'say which with "read": {"decimal": "comma"} or "point", write one amount with two '
        hint += "or four decimals, or send a workbook"
        raise _refused("decimals", f"{detail}; {hint}") from error
    return plain_numbers(frame, columns, form, decisions)


def _has_mark(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().endswith(MARK)


def _amount(cell: Any, place: str, column: str) -> float | None:
    if is_empty(cell) or cell != cell:
        return None
    try:
        number = float(cell)
    except (TypeError, ValueError):
        number = float("nan")
    if not abs(number) <= LARGEST or isinstance(cell, bool):
        detail = f"{place}, period {column!r}: {str(cell)[:50]!r} is no number up to {LARGEST:g}"
        raise _refused("not_a_number", detail)
    return number


def _is_yes(cell: Any, place: str, column: str) -> bool:
    text = "" if is_empty(cell) else _text(cell).lower()
    if text not in (*YES, *NO):
        raise _refused("not_yes", f"{place}, column {column!r}: {text[:50]!r} is not yes or no")
    return text in YES


def _text(cell: Any) -> str:
    """A cell as text, without the apostrophe that keeps a spreadsheet from computing it."""
    text = "" if is_empty(cell) else str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:2] in ("=", "+", "-", "@") else text


def _refused(code: str, detail: str) -> DataError:
    return DataError([Issue("/sheet", code, detail)])
