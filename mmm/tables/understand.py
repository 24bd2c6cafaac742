"""What the cells of a file mean: dates, numbers, shape and weeks, in this order."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mmm.errors import DataError
from mmm.tables.across import turned
from mmm.tables.calendar import settle_frequency, week_starts
from mmm.tables.date_column import DateColumn, find_dates
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.long_shape import to_wide
from mmm.tables.numerals import PLAIN, numeral_columns, settle_form
from mmm.tables.place import cell_issue, place, quoted
from mmm.tables.sparse import settle_sparse
from mmm.tables.translate import plain_numbers
from mmm.tables.weeks.daily import keys_of, to_weeks
from mmm.tables.weeks.fiscal_weeks import find_fiscal_weeks
from mmm.tables.weeks.missing import with_missing_weeks
from mmm.tables.weeks.week_numbers import find_week_numbers

TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt"),
        *("totaal", "totale", "somme", "suma", "total general", "total général", "soma", "totalt"),
        *(
            "toplam",
            "genel toplam",
            "razem",
            "suma końcowa",
            "yhteensä",
            "i alt",
            "合計",
            "総計",
            "小計",
        ),
        *("合计", "总计", "小计", "總計", "합계", "총계", "소계", "итого", "celkem", "összesen"),
    )
)
"""What stands in the place of a date in a row of sums."""
SUBTOTAL = re.compile(
    r"\b(sub)?(total|totals|totaal|totale|somme|suma|soma|totalt|sum|summe|gesamt|zwischensumme"
    r"|toplam|razem|yhteensä|итого|celkem|összesen|subtotaal|subtotale)\b"
    r"|小計|合計|総計|合计|总计|小计|總計|합계|총계|소계",
    re.I,
)
YES = frozenset(("yes", "y", "true", "on", "ja", "oui", "sí", "si", "sì", "sim"))
NO = frozenset(("no", "n", "false", "off", "nein", "nee", "non", "não", "nao"))
LAST_ROWS = 3
"""Rows at the end among which a row of sums may be."""


def weekly_table(
    frame: pd.DataFrame, decisions: Decisions, *, keep_days: bool = False
) -> pd.DataFrame:
    """The weekly table of the cells of a file, with every decision settled.

    ``keep_days``: a daily table stays one, as a geo test is read day by day.

    A table without dates stays as it is, for a specification to refuse. Raises DataError where two
    readings fit, or a given word does not.
    """
    frame = _without_totals(_without_dropped(frame, decisions), decisions)
    frame = turned(frame, _sums(frame), decisions)
    column = (
        find_dates(frame, decisions)
        or find_fiscal_weeks(frame, decisions)
        or find_week_numbers(frame, decisions)
    )
    if column is not None:
        frame, column = _without_subtotals(frame, column, decisions)
    if column is None and decisions.given.date is not None:
        misfit("date", decisions.given.date, "most of its cells are no dates")
    frame = _yes_as_one(frame, column.name if column else None, decisions)
    columns = numeral_columns(frame, [column.name] if column else [])
    frame = plain_numbers(frame, columns, settle_form(frame, columns, decisions), decisions)
    if column is None:
        return frame
    return _by_week(_with_days(frame, column, decisions), column, decisions, keep_days=keep_days)


def _without_dropped(frame: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    dropped = decisions.given.drop
    if dropped is None:
        return frame
    decisions.settle("drop", dropped, "as told")
    return frame[[name for name in frame.columns if name not in dropped]]


def _without_totals(frame: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    """The table without a row of sums at its end."""
    rows = range(max(1, len(frame) - LAST_ROWS), len(frame))
    totals = {row: word for row in rows if (word := _total_in(frame, row))}
    for row, word in totals.items():
        decisions.leave_out(f"{place(frame, row)} has {word!r} in place of a date")
    return frame[[row not in totals for row in range(len(frame))]] if totals else frame


def _total_in(frame: pd.DataFrame, row: int) -> str | None:
    """The word for a sum in a row, where its column has it nowhere above."""
    for position, cell in enumerate(frame.iloc[row].tolist()):
        if isinstance(cell, str) and cell.strip().lower().rstrip(":") in TOTALS:
            above = frame.iloc[: len(frame) - LAST_ROWS, position].tolist()
            return None if cell in above else cell
    return None


def _without_subtotals(
    frame: pd.DataFrame, column: DateColumn, decisions: Decisions
) -> tuple[pd.DataFrame, DateColumn]:
    """The table without rows that have a word for a sum, such as "Q1 Total", in place of a date."""
    sums = {
        row: cell
        for row, (cell, day) in enumerate(
            zip(frame[column.name].tolist(), column.days, strict=True)
        )
        if day is None and isinstance(cell, str) and SUBTOTAL.search(cell)
    }
    if not sums:
        return frame, column
    for row, cell in sums.items():
        decisions.leave_out(f"{place(frame, row)} has {quoted(cell)} in place of a date")
    kept = [row for row in range(len(frame)) if row not in sums]
    days = tuple(column.days[row] for row in kept)
    return frame.iloc[kept], replace(column, days=days)


def _yes_as_one(frame: pd.DataFrame, dates: str | None, decisions: Decisions) -> pd.DataFrame:
    """The table with columns that say yes in some rows and no in the others as 1 and 0.

    Raises DataError where a column that an earlier file had so says anything else.
    """
    given, found = decisions.given.yes_no or (), {}
    for name in (str(each) for each in frame.columns if each != dates):
        cells = [None if is_empty(cell) else cell for cell in frame[name].tolist()]
        words = {str(cell).strip().lower() for cell in cells if isinstance(cell, str)}
        if name in given:
            others = [row for row, cell in enumerate(cells) if cell is not None and not _said(cell)]
            if others:
                cell = quoted(cells[others[0]])
                misfit("yes_no", name, f"{place(frame, others[0])} has {cell} there")
        elif not (words & YES and words & NO and words <= YES | NO) or any(
            cell is not None and not isinstance(cell, str) for cell in cells
        ):
            continue
        found[name] = [
            None if cell is None else str(int(str(cell).strip().lower() in YES)) for cell in cells
        ]
    if found:
        decisions.settle("yes_no", tuple(found), "every cell says yes or no: read as 1 and 0")
    columns = {name: pd.Series(said, frame.index, object) for name, said in found.items()}
    return frame.assign(**columns)


def _said(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip().lower() in YES | NO


def _sums(frame: pd.DataFrame) -> list[str]:
    """The columns named like totals, as a table that stands on its side has them."""
    names = map(str, frame.columns)
    return [name for name in names if name.strip().lower() in TOTALS or SUBTOTAL.search(name)]


def _with_days(frame: pd.DataFrame, column: DateColumn, decisions: Decisions) -> pd.DataFrame:
    """The table with its dates written YYYY-MM-DD, and without the years of week numbers."""
    cells = [
        cell if day is None else day.isoformat()
        for cell, day in zip(frame[column.name].tolist(), column.days, strict=True)
    ]
    frame = frame.assign(**{column.name: pd.Series(cells, index=frame.index, dtype=object)})
    year = decisions.recipe().year
    return frame if year is None else frame.drop(columns=[year])


def _by_week(
    frame: pd.DataFrame, column: DateColumn, decisions: Decisions, *, keep_days: bool
) -> pd.DataFrame:
    name, numeric = column.name, numeric_columns(frame, column.name)
    frame = to_wide(frame, name, numeric, decisions)
    days = sorted({day for day in column.days if day is not None})
    numeric = numeric_columns(frame, name)
    frequency = settle_frequency(days, decisions)
    if frequency == "monthly":
        return frame
    is_daily = frequency == "daily"
    if is_daily and keep_days:
        return frame
    sparse = settle_sparse(frame, name, numeric, decisions)
    if is_daily:
        return to_weeks(frame, name, _every_day(frame, name), numeric, sparse, decisions)
    starts = {
        day.isoformat(): week.isoformat() for day, week in week_starts(column, decisions).items()
    }
    moved = [starts.get(cell, cell) for cell in frame[name].tolist()]
    frame = frame.assign(**{name: pd.Series(moved, index=frame.index, dtype=object)})
    if decisions.given.missing_weeks is None:
        return frame
    weeks = _every_day(frame, name)
    keys = keys_of(frame.drop(columns=[name]), weeks, numeric, decisions)
    return with_missing_weeks(frame, name, numeric, keys, decisions)


def numeric_columns(frame: pd.DataFrame, date_column: str) -> list[str]:
    """The columns of which more than half of the cells that hold something are numbers."""
    names = [str(name) for name in frame.columns if name != date_column]
    return [name for name in names if _mostly_numbers(frame[name].tolist())]


def _mostly_numbers(cells: list[Any]) -> bool:
    try:
        column = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):  # cells of several types
        kept = [cell for cell in cells if not is_empty(cell)]
        return 2 * sum(map(_is_number, kept)) > len(kept)
    if pa.types.is_string(column.type):
        texts = pc.utf8_trim_whitespace(column)
        numbers = pc.sum(pc.match_substring_regex(texts, PLAIN)).as_py() or 0
        return bool(2 * numbers > (pc.sum(pc.not_equal(texts, "")).as_py() or 0))
    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean)
    return any(is_of(column.type) for is_of in kinds)


def _is_number(cell: object) -> bool:
    try:
        float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return True
    except (TypeError, ValueError):
        return False
    return True


def _every_day(frame: pd.DataFrame, name: str) -> Sequence[date]:
    """The day of every row; raises DataError for a row without one."""
    days = []
    for row, cell in enumerate(frame[name].tolist()):
        try:
            days.append(date.fromisoformat(cell))
        except (TypeError, ValueError) as error:
            detail = "the cell is empty" if is_empty(cell) else f"{quoted(cell)} is not a date"
            raise DataError([cell_issue(frame, row, name, "date", detail)]) from error
    return days
