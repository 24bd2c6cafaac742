"""The functions of time that a baseline is built from: kinks, smooth waves, public holidays.

Position is time relative to the reference window: -0.5 at its first week, 0.5 at its last, and
extrapolated outside it (``timeline.trend_basis``). Its unit is called "window units".

    piecewise  b_k(x) = max(0, x - kink_k)
    smooth     phi_j(x) = sin(w_j (x + L)) / sqrt(L),   w_j = j pi / (2 L),   |x| <= L
               S(w) = sqrt(2 pi) l exp(-(l w)^2 / 2),   k(x, y) = sum_j S(w_j) phi_j(x) phi_j(y)

    L -> boundary   l -> lengthscale   m -> n_functions (j = 1..m)

k approximates the squared-exponential kernel exp(-(x - y)^2 / (2 l^2)). It is chosen over the
rougher Matern kernels because it has no power at short wavelengths, which belong to media and
noise, and because it needs the fewest functions. References: Solin and Särkkä (2020), Hilbert space
methods for reduced-rank Gaussian process regression; Riutort-Mayol, Bürkner, Andersen, Solin,
Vehtari (2023), Practical Hilbert space approximate Bayesian Gaussian processes.
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

LAST_KINK = 0.4
FUNCTIONS_PER_WAVE = 1.75
MARGIN = 1.5
REACH = 1.0
IN_LIEU = re.compile(r"\s*\((observed(, estimated)?|in lieu|substitute day)\)$")
ESTIMATED = re.compile(r"\s*\(estimated\)$")
SWAPPED_DAY = re.compile(r"\(substituted from .*\)$")
ONE_WEEK = timedelta(weeks=1)


def piecewise_basis(position: Array, changepoints: int) -> Array:
    """(changepoint, week) basis: window units since each kink, zero before it.

    Kinks are evenly spaced over the first 90 % of the window, so that data remain after the last.
    """
    kinks = np.linspace(-0.5, LAST_KINK, changepoints + 1)[1:]
    return np.maximum(0.0, position - kinks[:, None])


def window_units(weeks: float, span_weeks: int) -> float:
    """A duration in weeks, as a share of a reference window of ``span_weeks`` weeks."""
    return weeks / max(span_weeks - 1, 1)


def smooth_size(span_weeks: int, lengthscale: float) -> tuple[int, float]:
    """(n_functions, boundary) for a ``lengthscale`` in weeks; the boundary is in window units.

    The rules n_functions >= 1.75 L / l, L >= 3.2 l and L >= 0.6 are those of Riutort-Mayol et al.
    (half window 0.5). Near the boundary the variance falls short by exp(-2 (L - x)^2 / l^2); L is
    so wide that one lengthscale past the data is still 1.5 l away from it, where 1.1 % of the
    variance is missing.
    """
    scale = window_units(lengthscale, span_weeks)
    boundary = max(0.5 + (REACH + MARGIN) * scale, 3.2 * scale, 0.6)
    n_functions = math.ceil(FUNCTIONS_PER_WAVE * boundary / scale)
    return n_functions, n_functions * scale / FUNCTIONS_PER_WAVE


def smooth_basis(position: Array, n_functions: int, boundary: float) -> Array:
    """(n_functions, week) eigenfunctions; ``n_functions`` and ``boundary`` from ``smooth_size``.

    The position is clipped 1.5 lengthscales inside the boundary, where the approximation ends: at
    least one lengthscale before and after the data. Further out the wave keeps its last value.
    """
    edge = boundary * (1.0 - MARGIN * FUNCTIONS_PER_WAVE / n_functions)
    inside = np.clip(position, -edge, edge)
    angle = frequencies(n_functions, boundary)[:, None] * (inside + boundary)
    return np.asarray(np.sin(angle) / np.sqrt(boundary), dtype=np.float64)


def spectral_sd(n_functions: int, boundary: float, lengthscale: Tensor, xp: Namespace) -> Tensor:
    """(n_functions,) s.d. of each function's coefficient, for a wave with unit s.d.

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
    weeks: Sequence[date], country: str, subdivision: str | None, labels: Sequence[str]
) -> Array:
    """(holiday, week) number of days of each holiday in ``labels`` within each week.

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
