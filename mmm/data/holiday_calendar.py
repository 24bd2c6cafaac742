"""Public holidays of a country by week, with the weeks before and after each.

A holiday of a country's calendar has a column for its own week, which counts its days there, and
one for each whole week before or after it that the specification asks for: the same column moved by
as many weeks. A week that is two weeks before a holiday of two days counts two in the column "2
weeks before", and a week may lie before one holiday and after another.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from difflib import get_close_matches

import holidays
import numpy as np

from mmm.errors import Issue, SpecError, pointer
from mmm.types import Array

IN_LIEU = re.compile(r"\s*\((observed(, estimated)?|in lieu|substitute day)\)$")
ESTIMATED = re.compile(r"\s*\(estimated\)$")
SWAPPED_DAY = re.compile(r"\(substituted from .*\)$")
ONE_WEEK = timedelta(weeks=1)


def holiday_names(
    weeks: Sequence[date], country: str, subdivision: str | None, names: Sequence[str]
) -> tuple[str, ...]:
    """Sorted names of the holidays with a day in ``weeks`` (week starts); only ``names`` if given.

    Raises SpecError for an unknown country or subdivision, for a name that its calendar lacks, and
    for a holiday that does not fall in these weeks, since its effect could not be estimated.
    """
    days = _holiday_days(weeks, country, subdivision)
    present = {name for name, dates in days.items() if _days_by_week(weeks, dates).any()}
    issues = []
    for i, name in enumerate(names):
        where = pointer("holidays", "names", i)
        if name not in days:
            issues.append(_unknown(where, f"public holiday of {country}", name, days))
        elif name not in present:
            detail = f"{name!r} does not fall in the weeks {min(weeks)} to {max(weeks)}; drop it"
            issues.append(Issue(where, "not_in_window", detail))
    if issues:
        raise SpecError(issues)
    return tuple(sorted(present.intersection(names) if names else present))


def holiday_basis(
    weeks: Sequence[date],
    country: str,
    subdivision: str | None,
    labels: Sequence[str],
    offsets: Sequence[int] = (0,),
) -> Array:
    """(offset * holiday, week) number of days of each holiday in ``labels`` within each week.

    ``offsets``: whole weeks after the holiday, at most a year either way; that of -2 counts the
    days that fall two weeks later. All holidays of the first offset come first, as in
    ``window_labels``. A label without a day in ``weeks`` has a row of zeros. Raises SpecError for
    an unknown country or subdivision.
    """
    days = _holiday_days(weeks, country, subdivision)
    rows = [
        _days_by_week([week - offset * ONE_WEEK for week in weeks], days.get(label, ()))
        for offset in offsets
        for label in labels
    ]
    return np.array(rows, dtype=np.float64).reshape(len(offsets) * len(labels), len(weeks))


def window_labels(labels: Sequence[str], offsets: Sequence[int]) -> list[str]:
    """Names of the rows of ``holiday_basis``: "Christmas Day", "Christmas Day, 2 weeks before"."""
    return [label + _in_words(offset) for offset in offsets for label in labels]


def _in_words(offset: int) -> str:
    if not offset:
        return ""
    unit = "week" if abs(offset) == 1 else "weeks"
    return f", {abs(offset)} {unit} {'after' if offset > 0 else 'before'}"


def _days_by_week(weeks: Sequence[date], days: Iterable[date]) -> Array:
    starts = np.array([week.toordinal() for week in weeks])[:, None]
    since = np.array([day.toordinal() for day in days], dtype=np.int64) - starts
    inside = (since >= 0) & (since < 7)
    return np.asarray(inside.sum(1), dtype=np.float64)


def _holiday_days(
    weeks: Sequence[date], country: str, subdivision: str | None
) -> dict[str, set[date]]:
    """Days of every holiday, by English name, in the years of ``weeks`` and the years next to them.

    A day in lieu counts only where its holiday has no day of its own within a week (a holiday that
    the law moves to a Monday); otherwise the holiday would count twice. Days off that are swapped
    for a working weekend belong to no holiday and are left out.
    """
    calendar = _calendar(weeks, country, subdivision)
    own: dict[str, set[date]] = {}
    moved: dict[str, set[date]] = {}
    for day in calendar:
        for full in calendar.get_list(day):
            if SWAPPED_DAY.search(full):
                continue
            in_lieu = IN_LIEU.search(full) is not None
            name = IN_LIEU.sub("", ESTIMATED.sub("", full))
            (moved if in_lieu else own).setdefault(name, set()).add(day)
    for name, days in moved.items():
        near = own.setdefault(name, set())
        near |= {day for day in days if all(abs(day - other) > ONE_WEEK for other in near)}
    return own


def _calendar(weeks: Sequence[date], country: str, subdivision: str | None) -> holidays.HolidayBase:
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise SpecError(
            [_unknown("/holidays/country", "country with a holiday calendar", country, known)]
        )
    if subdivision is not None and subdivision not in known[country]:
        where, what = "/holidays/subdivision", f"subdivision of {country} with a calendar"
        raise SpecError([_unknown(where, what, subdivision, known[country])])
    years = range(min(weeks).year - 1, max(weeks).year + 2)
    languages = holidays.country_holidays(country, subdiv=subdivision).supported_languages
    english = next((code for code in languages if code.startswith("en")), None)
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=english)


def _unknown(where: str, what: str, given: str, known: Iterable[str]) -> Issue:
    """An issue that suggests up to three of ``known`` that resemble ``given``, ignoring case."""
    by_lower = {name.lower(): name for name in known}
    near = [by_lower[name] for name in get_close_matches(given.lower(), by_lower, cutoff=0.5)]
    some = ", ".join(sorted(by_lower.values())[:5])
    hint = f"close to it: {', '.join(near)}" if near else f"there are {some}, ..."
    return Issue(
        where, "unknown", f"{given!r} is not a {what}; {hint if some else 'there is none'}"
    )
