"""Functions of time alone that a baseline is built from: kinks, smooth waves, public holidays.

Position is time in the reference window, -0.5 at its first week and 0.5 at its last, and goes on
beyond it (``timeline.trend_basis``); "window units" are its unit.

    piecewise  b_k(x) = max(0, x - kink_k)
    smooth     phi_j(x) = sin(w_j (x + L)) / sqrt(L),   w_j = j pi / (2 L),   |x| <= L
               S(w) = sqrt(2 pi) l exp(-(l w)^2 / 2),   k(x, y) = sum_j S(w_j) phi_j(x) phi_j(y)

    L -> boundary   l -> lengthscale   m -> n_functions (j = 1..m)

k approximates the squared-exponential kernel exp(-(x - y)^2 / (2 l^2)). It is chosen over the
rougher Matern kernels because it has no power in short waves, which belong to media and noise, and
because it needs the fewest functions. References: Solin and Särkkä (2020), Hilbert space methods
for reduced-rank Gaussian process regression; Riutort-Mayol, Bürkner, Andersen, Solin, Vehtari
(2023), Practical Hilbert space approximate Bayesian Gaussian processes.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from difflib import get_close_matches

import holidays
import numpy as np

from mmm.errors import Issue, SpecError, pointer
from mmm.types import Array, Namespace, Tensor

KINKS_UNTIL = 0.4
FUNCTIONS_PER_WAVE = 1.75
MARGIN = 1.5
REACH = 1.0
MOVED = re.compile(r"\s*\((observed(, estimated)?|in lieu|substitute day)\)$")
ESTIMATED = re.compile(r"\s*\(estimated\)$")
SWAPPED = re.compile(r"\(substituted from .*\)$")
ONE_WEEK = timedelta(weeks=1)


def piecewise_basis(position: Array, changepoints: int) -> Array:
    """(changepoints, week): change of each kink's slope, in window units since the kink.

    Kinks are even over the first 90 % of the window: after the last, data remain to see it by.
    """
    kinks = np.linspace(-0.5, KINKS_UNTIL, changepoints + 1)[1:]
    return np.maximum(0.0, position - kinks[:, None])


def window_units(weeks: float, span_weeks: int) -> float:
    """A duration in weeks as a share of a reference window of ``span_weeks`` weeks."""
    return weeks / max(span_weeks - 1, 1)


def smooth_size(span_weeks: int, lengthscale: float) -> tuple[int, float]:
    """(n_functions, boundary) for a ``lengthscale`` in weeks; the boundary in window units.

    n_functions >= 1.75 L / l and L >= 3.2 l, 0.6 are those of Riutort-Mayol et al. (half window
    0.5). Near the boundary the variance falls short by exp(-2 (L - x)^2 / l^2); L is taken so wide
    that 1.5 l, or 1.1 % of the variance, remain to it one lengthscale past the data.
    """
    scale = window_units(lengthscale, span_weeks)
    least = max(0.5 + (REACH + MARGIN) * scale, 3.2 * scale, 0.6)
    n_functions = math.ceil(FUNCTIONS_PER_WAVE * least / scale)
    return n_functions, n_functions * scale / FUNCTIONS_PER_WAVE


def smooth_basis(position: Array, n_functions: int, boundary: float) -> Array:
    """(n_functions, week) eigenfunctions; ``n_functions`` and ``boundary`` from ``smooth_size``.

    The position is held at 1.5 lengthscales inside the boundary, where the approximation ends: at
    least one lengthscale before and after the data. Further out the wave keeps its last value.
    """
    edge = boundary * (1.0 - MARGIN * FUNCTIONS_PER_WAVE / n_functions)
    inside = np.clip(position, -edge, edge)
    angle = frequencies(n_functions, boundary)[:, None] * (inside + boundary)
    return np.asarray(np.sin(angle) / np.sqrt(boundary), dtype=np.float64)


def spectral_sd(n_functions: int, boundary: float, lengthscale: Tensor, xp: Namespace) -> Tensor:
    """(n_functions,) s.d. of each function's coefficient, for a wave of unit s.d.

    ``lengthscale`` in window units: a number, or (..., 1) with leading draws.
    """
    wave = frequencies(n_functions, boundary) * lengthscale
    return xp.sqrt(np.sqrt(2.0 * np.pi) * lengthscale) * xp.exp(-0.25 * wave**2)


def frequencies(n_functions: int, boundary: float) -> Array:
    """(n_functions,) square roots of the eigenvalues, radians per window unit."""
    return np.arange(1, n_functions + 1, dtype=np.float64) * np.pi / (2.0 * boundary)


def holiday_names(
    weeks: Sequence[date], country: str, subdivision: str | None, names: Sequence[str]
) -> tuple[str, ...]:
    """Holidays with a day in ``weeks`` (week starts), sorted; of ``names`` alone where given.

    Raises SpecError for an unknown country or subdivision, for a name that its calendar lacks and
    for one that does not fall in these weeks, so that nothing could be learnt of it.
    """
    days = _holiday_days(weeks, country, subdivision)
    found = {name for name, dates in days.items() if _days_by_week(weeks, dates).any()}
    issues = []
    for i, name in enumerate(names):
        where = pointer("holidays", "names", i)
        if name not in days:
            issues.append(_unknown(where, f"public holiday of {country}", name, days))
        elif name not in found:
            detail = f"{name!r} does not fall in the weeks {min(weeks)} to {max(weeks)}; drop it"
            issues.append(Issue(where, "not_in_window", detail))
    if issues:
        raise SpecError(issues)
    return tuple(sorted(found.intersection(names) if names else found))


def holiday_basis(
    weeks: Sequence[date], country: str, subdivision: str | None, labels: Sequence[str]
) -> Array:
    """(holiday, week) days of each of ``labels`` from each week's start to six days after.

    A label without a day in ``weeks`` has a row of zeros. Raises SpecError for an unknown country
    or subdivision.
    """
    days = _holiday_days(weeks, country, subdivision)
    rows = [_days_by_week(weeks, days.get(label, ())) for label in labels]
    return np.array(rows, dtype=np.float64).reshape(len(labels), len(weeks))


def _days_by_week(weeks: Sequence[date], days: Iterable[date]) -> Array:
    starts = np.array([week.toordinal() for week in weeks])[:, None]
    since = np.array([day.toordinal() for day in days], dtype=np.int64) - starts
    inside = (since >= 0) & (since < 7)
    return np.asarray(inside.sum(1), dtype=np.float64)


def _holiday_days(
    weeks: Sequence[date], country: str, subdivision: str | None
) -> dict[str, set[date]]:
    """Every holiday's days, by English name, in the years of ``weeks`` and one to either side.

    A day in lieu counts only where its holiday has no day of its own within a week (a holiday that
    the law moves to a Monday), lest the holiday count twice. Days off that are swapped for a
    working weekend belong to no holiday and are left out.
    """
    calendar = _calendar(weeks, country, subdivision)
    own: dict[str, set[date]] = {}
    moved: dict[str, set[date]] = {}
    for day in calendar:
        for full in calendar.get_list(day):
            if SWAPPED.search(full):
                continue
            in_lieu = MOVED.search(full) is not None
            name = MOVED.sub("", ESTIMATED.sub("", full))
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
    spoken = holidays.country_holidays(country, subdiv=subdivision).supported_languages
    english = next((code for code in spoken if code.startswith("en")), None)
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=english)


def _unknown(where: str, what: str, given: str, known: Iterable[str]) -> Issue:
    """An issue that names up to three of ``known`` that resemble ``given``, in any case."""
    by_lower = {name.lower(): name for name in known}
    near = [by_lower[name] for name in get_close_matches(given.lower(), by_lower, cutoff=0.5)]
    some = ", ".join(sorted(by_lower.values())[:5])
    hint = f"close to it: {', '.join(near)}" if near else f"there are {some}, ..."
    return Issue(where, "unknown", f"{given!r} is no {what}; {hint if some else 'there is none'}")
