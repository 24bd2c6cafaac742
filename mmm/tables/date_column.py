"""Finds the column with the dates, and the one form that fits all of its values.

Day and month are told apart by the values above 12, then by the steps between the dates: weeks and
days follow each other evenly in one reading only. Where neither decides, the file is refused.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.dates import ENDS, MONTHLY, QUARTERLY, range_readings, readings
from mmm.tables.decisions import Decisions, ask, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.place import place, quoted

DATE_NAME = re.compile(
    r"date|datum|fecha|data$|day|week|woche|semaine|semana|settimana|period|time|tag$|jour|^wk|^kw"
    r"|zeit|^dt|_dt$|month|monat|mois|^mes$|dia$|vecka|uge|uke|tydz|tarih|hafta|viikko|päivä|^pvm|^dato|[週周주日月월]|日付|時間|时间|기간|期間|日期|날짜",
    re.I,
)
TIMED = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[T ]+\d{1,2}:\d\d.*")
SHARE = 0.9
"""Of a column's cells that are dates, where it is the column with the dates."""
LOOKED_AT = 30
"""Cells by which most columns are seen to hold no dates."""
WORDS = {"day_first": "day first", "month_first": "month first", "year_first": "year first"}

type Cells = Mapping[Any, Mapping[str, date]]
"""Each different cell of a column with its readings."""


@dataclass(frozen=True)
class DateColumn:
    """The column with the dates: the day of every row, None where a cell is no date.

    ``ranges``: the cells named the first and the last day; ``ends``: they said that it is the last.
    """

    name: str
    days: tuple[date | None, ...]
    ranges: bool = False
    ends: bool = False


def find_dates(frame: pd.DataFrame, decisions: Decisions) -> DateColumn | None:
    """Find and read the column with the dates; None where no column has dates.

    Raises DataError where two forms fit, or the given column or form does not.
    """
    given = decisions.given.date
    if given is not None and given not in frame.columns:
        known = ", ".join(map(str, frame.columns[:30]))
        misfit("date", given, f"there is no such column; the columns are: {known}")
    candidates = [str(name) for name in frame.columns] if given is None else [given]
    found = {name: cells for name in candidates if (cells := _date_cells(frame, name, given))}
    if not found:
        _refuse_hours(frame, candidates)
        return None
    named = [name for name in found if DATE_NAME.search(name)]
    chosen = (named or list(found))[0]
    sentence = "as told" if given else f"{_share(frame, chosen, found[chosen])} cells are dates"
    others = [name for name in found if name != chosen]
    if others:
        sentence += f"; so are those of {', '.join(map(repr, others[:5]))}, which stay as they are"
    decisions.settle("date", chosen, sentence)
    return _read(frame, chosen, found[chosen], decisions)


def _date_cells(frame: pd.DataFrame, name: str, given: str | None) -> Cells:
    """The readings of every different cell of a column; empty unless most are dates."""
    cells = frame[name].tolist()
    some = [cell for cell in cells[:: max(1, len(cells) // LOOKED_AT)] if not is_empty(cell)]
    if given is None and some and not _mostly_dates({cell: _of(cell) for cell in some}, 0.5):
        return {}
    found = {cell: _of(cell) for cell in dict.fromkeys(cells) if not is_empty(cell)}
    if not found:
        return {}
    if not _mostly_dates(found, SHARE):
        return {}
    serial = all("spreadsheet" in forms for forms in found.values() if forms)
    if serial and not (DATE_NAME.search(name) and _even([*found.values()], "spreadsheet")):
        return {}
    return found


def _refuse_hours(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise DataError where a column has times of the day beside its dates."""
    for name in names:
        cells = [cell for cell in frame[name].tolist() if not is_empty(cell)]
        timed = [cell for cell in cells if _has_time(cell)]
        if cells and len(timed) >= SHARE * len(cells):
            detail = f"column {name!r} has times of the day, such as {quoted(str(timed[-1]))}; "
            detail += "sum the rows to days or weeks (spend, sales), or average them (prices)"
            raise DataError([Issue("/read/frequency", "hourly", detail)])


def _has_time(cell: Any) -> bool:
    if isinstance(cell, datetime):
        return True
    return isinstance(cell, str) and bool(TIMED.fullmatch(cell.strip()))


def _of(cell: Any) -> Mapping[str, date]:
    forms = readings(cell)
    if not forms and isinstance(cell, str) and (ends := range_readings(cell)):
        return ends[0]
    return forms


def _mostly_dates(cells: Cells, share: float) -> bool:
    return sum(bool(forms) for forms in cells.values()) >= share * len(cells)


def _share(frame: pd.DataFrame, name: str, cells: Cells) -> str:
    count = sum(bool(cells.get(cell)) for cell in frame[name].tolist() if not is_empty(cell))
    return "all" if count == len(frame) else f"{count} of {len(frame)}"


def _read(frame: pd.DataFrame, name: str, cells: Cells, decisions: Decisions) -> DateColumn:
    column = frame[name].tolist()
    form = _choose(frame, name, cells, decisions)
    days = tuple(None if is_empty(cell) else _in_form(cells.get(cell, {}), form) for cell in column)
    ranges = any(
        isinstance(cell, str) and not readings(cell) and range_readings(cell) for cell in cells
    )
    ends = any(isinstance(cell, str) and ENDS.match(cell) for cell in cells)
    return DateColumn(name, days, ranges, ends)


def _in_form(forms: Mapping[str, date], form: str) -> date | None:
    return forms.get(form, forms.get("typed"))


def _choose(frame: pd.DataFrame, name: str, cells: Cells, decisions: Decisions) -> str:
    """The form of the dates, with its evidence."""
    given, filled = decisions.given.dates, [forms for forms in cells.values() if forms]
    if given in ("week_number", "year_and_week"):
        misfit("dates", given, f"the column {name!r} holds dates")
    if given is not None:
        bad = next((cell for cell, forms in cells.items() if not _in_form(forms, given)), None)
        if bad is not None:
            row = frame[name].tolist().index(bad)
            misfit("dates", given, f"{place(frame, row)} has {quoted(bad)} in {name!r}")
        decisions.settle("dates", given, "as told")
        return given
    counts = Counter(form for forms in filled for form in forms)
    counts.update({form: counts["typed"] for form in [*counts] if form != "typed"})
    most = max(counts.values())
    best = [form for form in counts if counts[form] == most]
    if set(best) == {MONTHLY, "iso_week"}:
        best = [_week_or_month(name, cells)]
    if best == ["typed"] or best[0] in (MONTHLY, QUARTERLY):
        return _plain(best[0], decisions)
    best = [form for form in best if form != "typed"]
    form, sentence = best[0], _why(best[0], filled)
    if len(best) > 1:
        even = [form for form in best if _even(filled, form)]
        if len(even) != 1:
            _ask_form(frame, name, cells, best)
        form = even[0]
        sentence = f"read {WORDS[form]} the dates follow each other in even steps, which they do "
        sentence += f"not {' or '.join(WORDS[other] for other in best if other != form)}"
    decisions.settle("dates", form, sentence)
    return form


def _week_or_month(name: str, cells: Cells) -> str:
    """Whether 202201 is a week or a month, where all values could be both: by the name."""
    if re.search(r"month|monat|mois|\bmes|mm", name, re.I):
        return MONTHLY
    if not re.search(r"we?e?k|woche|kw|sem|ww", name, re.I):
        cell = next(iter(cells))
        detail = f"column {name!r}: {quoted(cell)} is a week or a month"
        ask("dates", "iso_week", f"{detail}, and no value above 12 decides")
    return "iso_week"


def _plain(form: str, decisions: Decisions) -> str:
    if form == "typed":
        decisions.settle("dates", form, "the cells are dates by their type")
        return form
    if form == MONTHLY and decisions.takes_months:
        decisions.settle("dates", MONTHLY, "the cells name months")
        return form
    raise DataError([Issue("/read/dates", f"{form}ly", too_coarse(form))])


def too_coarse(period: str) -> str:
    """Why a table of months, quarters or years is refused."""
    return (
        f"the rows are {period}s, and the model is weekly: within a {period} the data do not say "
        "which week's media caused which week's sales, so a split would be an invention; export "
        f"the same columns by week or by day (a control or mediator known by {period} may stand in "
        "a weekly table, its other cells empty, or in a file or sheet beside it: --with FILE, "
        "--read with_sheets=SHEET)"
    )


def _why(form: str, filled: Sequence[Mapping[str, date]]) -> str:
    """What decides for a form that no other one shares."""
    if form in ("day_first", "month_first"):
        other = "month_first" if form == "day_first" else "day_first"
        deciding = sum(other not in forms for forms in filled)
        place_of_day = "first" if form == "day_first" else "second"
        return (
            f"{deciding} of {len(filled)} dates have a number above 12 in {place_of_day} place, "
            f"which can only be the day: {WORDS[form]}"
        )
    words = {
        "year_first": "the year stands first",
        "month_name": "the months have names",
        "iso_week": "weeks of the ISO calendar, which begin on Monday",
        "spreadsheet": "days as spreadsheet programs count them",
    }
    return words[form]


def _even(filled: Sequence[Mapping[str, date]], form: str) -> bool:
    """Whether the dates of a form lie whole weeks or one month apart, or are days in a row."""
    days = sorted({day for forms in filled if (day := _in_form(forms, form))})
    steps = [(after - before).days for before, after in pairwise(days)]
    if not steps:
        return False
    weekly = all(step % 7 == 0 for step in steps) and sum(step == 7 for step in steps) * 2 > len(
        steps
    )
    monthly = len(days) > 2 and len({day.day for day in days}) == 1
    monthly = monthly and all(28 <= step <= 31 for step in steps)
    return (
        weekly or monthly or (max(steps) <= 4 and sum(step == 1 for step in steps) * 2 > len(steps))
    )


def _ask_form(frame: pd.DataFrame, name: str, cells: Cells, forms: Sequence[str]) -> None:
    cell, meanings = next(
        (cell, found)
        for cell, found in cells.items()
        if len({found[form] for form in forms if form in found}) > 1
    )
    row = frame[name].tolist().index(cell)
    both = " or ".join(f"{meanings[form]} ({form})" for form in forms if form in meanings)
    detail = f"{place(frame, row)}, column {name!r}: {quoted(cell)} is {both}, and no other value"
    ask("dates", forms[0], f"{detail} of the {len(cells)} decides")
