"""Weeks by number: counted from a first date that somebody must say, or within a named year."""

import re
from datetime import date, timedelta

import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.date_column import DateColumn, too_coarse
from mmm.tables.dates import iso_week
from mmm.tables.decisions import Decisions, ask, misfit
from mmm.tables.files.grid import is_empty
from mmm.tables.place import place, quoted

WEEK_NAME = re.compile(
    r"^(week|woche|semaine|semana|settimana|vecka|uge|uke|kw|cw|wk|w|t|period|periode|time|tydz)"
    r"[\s_.-]*(no|nr|num|number|nummer|n|of[\s_]year|in[\s_]year|id|index)?[\s_.°-]*$",
    re.I,
)
YEAR_NAME = re.compile(r"^(iso[\s_-]?)?(year|jahr|ann[ée]e|a[ñn]o|anno|jaar|rok|år|yr)$", re.I)
_NUMBER = re.compile(
    r"(?:week|woche|semaine|semana|kw|cw|wk|w|s)?[\s._-]*(\d{1,3})(?:\.0+)?\.?", re.I
)
_YEAR = re.compile(r"((?:19|20|21)\d\d)(?:\.0+)?")


def find_week_numbers(frame: pd.DataFrame, decisions: Decisions) -> DateColumn | None:
    """The first day of every row's week, where a column numbers the weeks; None where none does.

    Raises DataError where the first date is not given, numbers repeat out of order, or the rows are
    years.
    """
    given, names = decisions.given, [str(name) for name in frame.columns]
    weeks = [given.date] if given.date else [name for name in names if WEEK_NAME.match(name)]
    numbers = next(((name, n) for name in weeks if (n := _numbers(frame, name, _NUMBER))), None)
    years = [given.year] if given.year else [name for name in names if YEAR_NAME.match(name)]
    named = next(((y, n) for y in years if y in names and (n := _numbers(frame, y, _YEAR))), None)
    if numbers is None:
        if named and given.date is None:
            raise DataError([Issue("/read/dates", "yearly", too_coarse("year"))])
        return None
    if named and given.first_week is None:
        return _of_years(frame, numbers, named, decisions)
    _refuse_restart(frame, *numbers)
    return _counted(*numbers, decisions)


def _numbers(frame: pd.DataFrame, name: str, pattern: re.Pattern[str]) -> list[int]:
    """The number in every cell of a column; empty where a cell has none."""
    if name not in frame.columns:
        return []
    cells = frame[name].tolist()
    found = [pattern.fullmatch(str(cell).strip()) for cell in cells if not is_empty(cell)]
    whole = [int(match.group(1)) for match in found if match]
    return whole if len(whole) == len(cells) else []


def _counted(name: str, numbers: list[int], decisions: Decisions) -> DateColumn | None:
    first = decisions.given.first_week
    distinct = sorted(set(numbers))
    if distinct != list(range(distinct[0], distinct[0] + len(distinct))):
        gap = next(n for n in distinct if n + 1 not in distinct)
        detail = f"column {name!r} numbers the weeks, and number {gap + 1} is missing"
        raise DataError([Issue("/read/first_week", "gap", detail)])
    if first is None and len(distinct) < 2:
        return None
    if first is None and len(distinct) < 2:
        return None
    if first is None:
        detail = f"no column has dates, and {name!r} numbers the weeks {distinct[0]} to "
        detail += f"{distinct[-1]} without saying when week 1 began"
        ask("first_week", "YYYY-MM-DD", detail, "first_week")
    decisions.settle("date", name, f"it numbers the weeks {distinct[0]} to {distinct[-1]}")
    decisions.settle("dates", "week_number", "no column has dates")
    decisions.settle("first_week", first, "as told: the first day of week 1")
    days = tuple(first + timedelta(weeks=number - 1) for number in numbers)
    return DateColumn(name, days)


def _refuse_restart(frame: pd.DataFrame, name: str, numbers: list[int]) -> None:
    """Raise DataError where week numbers repeat, and no other column tells their rows apart."""
    labels = [column for column in frame.columns if column != name and _is_label(frame[column])]
    first: dict[int, int] = {}
    for row, number in enumerate(numbers):
        if first.setdefault(number, row) != row and not labels:
            detail = f"{place(frame, row)}: week {number} of {name!r} is in "
            detail += f"{place(frame, first[number])} already; add a column with the year, or the "
            detail += "date of each week"
            raise DataError([Issue("/read/year", "duplicate", detail)])


def _is_label(cells: pd.Series) -> bool:
    return any(isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in cells)


def _of_years(
    frame: pd.DataFrame,
    numbers: tuple[str, list[int]],
    years: tuple[str, list[int]],
    decisions: Decisions,
) -> DateColumn:
    days: list[date | None] = []
    for row, (year, week) in enumerate(zip(years[1], numbers[1], strict=True)):
        found = iso_week(year, week)
        if not found:
            detail = f"{place(frame, row)}: {year} has no week {week} in the ISO calendar"
            misfit("dates", "year_and_week", f"{detail} ({quoted(week)})")
        days.append(found["iso_week"])
    sentence = f"{years[0]!r} and {numbers[0]!r} are taken as weeks of the ISO calendar, which "
    decisions.settle("date", numbers[0], f"{sentence}begin on Monday")
    decisions.settle("dates", "year_and_week", f"{years[0]!r} has the year of each week number")
    decisions.settle("year", years[0], "a year stands beside each week number")
    return DateColumn(numbers[0], tuple(days))
