"""Weeks: how often rows come, which day their dates name, and that of the week's first day.

Monthly, quarterly and yearly rows are refused. Every date of the table becomes the first day of its
week, written YYYY-MM-DD.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from mmm.errors import DataError, Issue
from mmm.tables.date_column import DateColumn, too_coarse
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.recipe import WEEKDAYS, Weekday

WEEK_END = re.compile(
    r"(week|wk|woche|semaine|semana|settimana|period).{0,4}(end|fin)|^w[\s/._-]?e\b|^we_|ending"
    r"|end[\s_-]*(of[\s_-]*(the[\s_-]*)?)?(week|date|woche)|wochenende|(date|datum)[\s_-]*(to|bis)$"
    r"|^(bis|until|through)\b|^fin\b",
    re.I,
)
_PERIODS = {"month": (27, 32), "quarter": (88, 93), "year": (360, 370)}


def settle_frequency(days: Sequence[date], decisions: Decisions) -> str:
    """Decide whether rows are weekly or daily; raises DataError for months, quarters and years,
    but for months and quarters of a table that may have them, which are "monthly".

    ``days``: sorted and distinct. Rows of any other distance count as weekly, and a panel of them
    is refused with the gaps.
    """
    steps = [(after - before).days for before, after in pairwise(days)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0
    given = decisions.given.frequency
    for period, (least, most) in _PERIODS.items():
        if least <= usual <= most and given != "daily" and not _in_weeks(steps):
            if decisions.takes_months and period != "year" and given in (None, "monthly"):
                sentence = f"the usual step between dates is {usual} days"
                decisions.settle("frequency", "monthly", sentence)
                return "monthly"
            raise DataError([Issue("/read/frequency", f"{period}ly", too_coarse(period))])
    found = "daily" if usual == 1 else "weekly"
    if given is not None:
        if steps and found != given:
            misfit("frequency", given, f"its rows are {found}")
        decisions.settle("frequency", given, "as told")
        return given
    if not steps:
        decisions.settle("frequency", "weekly", "the table has one date")
    else:
        common, count = Counter(steps).most_common(1)[0]
        sentence = f"{count} of {len(steps)} steps between dates are {common} day"
        decisions.settle("frequency", found, sentence + ("s" if common != 1 else ""))
    return found


def _in_weeks(steps: Sequence[int]) -> bool:
    """Whether the steps are whole weeks, some of them gaps."""
    return all(step % 7 == 0 for step in steps) and 7 in steps


def week_starts(column: DateColumn, decisions: Decisions) -> dict[date, date]:
    """The first day of the week of every date of a weekly column.

    Raises DataError where the dates are not of the weekday that was given.
    """
    days = sorted({day for day in column.days if day is not None})
    anchor = decisions.given.week
    last_day = days[0] + timedelta(days=6)
    if anchor is not None:
        decisions.settle("week", anchor, "as told")
    elif column.ranges:
        decisions.settle("week", "starts", "each cell names the first and the last day")
    elif column.ends or WEEK_END.search(column.name):
        anchor, last_day = "ends", days[0]
        said = "its cells say so" if column.ends else f"the column is called {column.name!r}"
        sentence = f"{said}: a date is the last day of its week, so "
        sentence += f"{days[0]} becomes the week from {days[0] - timedelta(days=6)}"
        decisions.settle("week", "ends", sentence)
    else:
        weekday = WEEKDAYS[days[0].weekday()].capitalize()
        sentence = f"nothing says that dates end their weeks; {days[0]} is a {weekday}"
        if weekday in ("Friday", "Saturday", "Sunday"):
            sentence += f", so if the week is the one to {days[0]} rather than to {last_day}, "
            sentence += 'read with "week": "ends"'
        decisions.settle("week", "starts", sentence)
    shift = timedelta(days=6 if anchor == "ends" else 0)
    starts = {day: day - shift for day in days}
    _settle_weekday(list(starts.values()), decisions)
    return starts


def _settle_weekday(starts: Sequence[date], decisions: Decisions) -> None:
    counts = Counter(WEEKDAYS[start.weekday()] for start in starts)
    usual, count = counts.most_common(1)[0]
    given = decisions.given.starts_on
    if given is not None and set(counts) != {given}:
        odd = next(start for start in starts if WEEKDAYS[start.weekday()] != given)
        misfit("starts_on", given, f"the week of {odd} starts on a {WEEKDAYS[odd.weekday()]}")
    sentence = f"{count} of {len(starts)} weeks do"
    decisions.settle("starts_on", usual, "as told" if given else sentence)


def week_of(day: date, starts_on: Weekday) -> date:
    """The first day of the week that ``day`` lies in."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(starts_on)) % 7)
