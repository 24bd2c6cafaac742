"""Weeks of a fiscal year, which no calendar knows: counted from the first day of the first one."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from mmm.errors import DataError, Issue
from mmm.tables.date_column import DateColumn
from mmm.tables.decisions import Decisions, ask, misfit
from mmm.tables.place import place

FISCAL_WEEK = re.compile(
    r"(fiscal|financial|fy|gesch[äa]fts).{0,8}(week|wk|woche)|^(fw|fyw)$", re.I
)
FISCAL_YEAR = re.compile(r"(fiscal|financial|gesch[äa]fts).{0,8}(year|yr|jahr)|^fy$", re.I)
_IN_ONE = re.compile(
    r"(?:FY|GJ)\s*'?(\d{2,4})(?:/\d{2,4})?[\s/_-]*(?:W|WK|WEEK|KW|P?W)\.?[\s_-]*(\d{1,2})", re.I
)
_ANCHOR = re.compile(r"(\d+)-W(\d+)")
_NUMBER = re.compile(r"\D{0,6}(\d{1,4})(?:\.0+)?")
LONGEST_YEAR, SHORTEST_YEAR = 53, 52


def find_fiscal_weeks(frame: pd.DataFrame, decisions: Decisions) -> DateColumn | None:
    """The first day of every row's week, where the weeks are those of fiscal years; None where they
    are not.

    Raises DataError where ``first_week`` is not given, or a week between is missing.
    """
    found = _in_one_column(frame) or _in_two_columns(frame)
    if found is None:
        return None
    name, weeks = found
    distinct = sorted(set(weeks))
    for before, after in pairwise(distinct):
        turns = after[0] == before[0] + 1 and after[1] == 1
        follows = after == (before[0], before[1] + 1)
        if not follows and not (turns and SHORTEST_YEAR <= before[1] <= LONGEST_YEAR):
            detail = f"{place(frame, weeks.index(after))}: after the fiscal week {_named(*before)} "
            detail += f"comes {_named(*after)}, and each week needs a row"
            raise DataError([Issue("/read/first_week", "gap", detail)])
    first, (year, week) = decisions.given.first_week, distinct[0]
    if first is None:
        detail = f"{name!r} has weeks of a fiscal year, and nothing says when the first one began: "
        ask("first_week", "YYYY-MM-DD", f"{detail}{_named(year, week)}", "first_week")
    anchor = decisions.given.first_week_is or _named(year, week)
    number = {each: position for position, each in enumerate(distinct)}
    begins = _weeks_after(anchor, distinct)
    if begins is None:
        words = f'"first_week": "YYYY-MM-DD", "first_week_is": "{_named(year, week)}"'
        detail = f"its first week is {_named(year, week)}; say when that began with "
        misfit("first_week_is", anchor, f'{detail}"read": {{{words}}}')
    decisions.settle("date", name, f"it has {len(distinct)} weeks of fiscal years")
    decisions.settle("dates", "week_number", "no column has dates")
    decisions.settle("first_week", first, f"as told: the first day of {anchor}")
    decisions.settle("first_week_is", anchor, "the fiscal week that the date is of")
    days: tuple[date | None, ...] = tuple(
        first + timedelta(weeks=begins + number[each]) for each in weeks
    )
    return DateColumn(name, days)


def _weeks_after(anchor: str, distinct: Sequence[tuple[int, int]]) -> int | None:
    """How many weeks after ``anchor`` the first of ``distinct`` begins; None where the lengths of
    years between them are not known."""
    names = [_named(*each) for each in distinct]
    if anchor in names:
        return -names.index(anchor)
    known = _ANCHOR.fullmatch(anchor)
    year, week = distinct[0]
    after = week - int(known[2]) if known and int(known[1]) == year else -1
    return after if after > 0 else None


def _named(year: int, week: int) -> str:
    return f"{year}-W{week}"


def _in_one_column(frame: pd.DataFrame) -> tuple[str, list[tuple[int, int]]] | None:
    for name in map(str, frame.columns):
        found = [_IN_ONE.fullmatch(str(cell).strip()) for cell in frame[name].tolist()]
        if found and all(found):
            return name, [(int(match[1]), int(match[2])) for match in found if match]
    return None


def _in_two_columns(frame: pd.DataFrame) -> tuple[str, list[tuple[int, int]]] | None:
    """A column of fiscal weeks, and one of fiscal years if there is one."""
    names = [str(name) for name in frame.columns]
    week = next((name for name in names if FISCAL_WEEK.search(name)), None)
    year = next((name for name in names if FISCAL_YEAR.search(name)), None)
    if week is None:
        return None
    weeks = _numbers(frame, week)
    years = _numbers(frame, year) if year is not None else [0] * len(weeks)
    if not weeks or len(years) != len(weeks) or max(weeks) > LONGEST_YEAR * (1 + (year is None)):
        return None
    return week, [*zip(years, weeks, strict=True)]


def _numbers(frame: pd.DataFrame, name: str) -> list[int]:
    found = [_NUMBER.fullmatch(str(cell).strip()) for cell in frame[name].tolist()]
    return [int(match[1]) for match in found if match] if all(found) else []
