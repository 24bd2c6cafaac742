"""The checks of a panel: each returns the issues it finds, with row, column and number."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from mmm.data.tables import numbers
from mmm.errors import DataError, Issue, pointer
from mmm.spec.environment import COUNTS, POSITIVE
from mmm.spec.model import ModelSpec
from mmm.types import Array

MIN_SEEN = 8


def out_of_range(values: Array, column: str, spec: ModelSpec) -> list[Issue]:
    """Negative spend or exposure, prices and populations that are not above zero."""
    spends = {item.column for item in spec.channels} | {item.spend for item in spec.competitors}
    spends |= {item.exposure for item in spec.channels}
    prices = {item.price for item in spec.competitors} | {spec.price and spec.price.column}
    prices |= {spec.population} | {item.frequency for item in spec.channels}
    if spec.kpi.likelihood in POSITIVE:
        prices |= {spec.kpi.column}
    positive = column in prices
    bad = values <= 0.0 if positive else values < 0.0
    if column not in spends and not positive:
        return []
    kind = "exposure" if column in {item.exposure for item in spec.channels} else "spend"
    what = "must be above zero" if positive else f"is {kind} and cannot be negative"
    return [
        Issue(
            pointer("data", "rows", int(row), column),
            "not_positive" if positive else "negative",
            f"row {row + 1}, column {column!r}: {values[row]:g} {what}",
        )
        for row in np.flatnonzero(bad)
    ]


def counts(values: Array, spec: ModelSpec) -> list[Issue]:
    """Fractions or negative numbers in a kpi that counts."""
    if spec.kpi.likelihood not in COUNTS:
        return []
    bad = (values < 0.0) | (values != np.round(values))
    return [
        Issue(
            pointer("data", "rows", int(row), spec.kpi.column),
            "not_a_count",
            f"row {row + 1}, column {spec.kpi.column!r}: {values[row]:g} is no count; likelihood "
            f"{spec.kpi.likelihood!r} needs whole numbers from zero",
        )
        for row in np.flatnonzero(bad)
    ]


def unseen(values: Array, column: str, where: str) -> list[Issue]:
    """A mediator seen too seldom to have an equation."""
    seen = int(np.isfinite(values).sum())
    if seen >= MIN_SEEN:
        return []
    detail = f"column {column!r} has {seen} values; a mediator needs at least {MIN_SEEN}"
    return [Issue(where, "too_sparse", detail)]


def unpaid_exposure(frame: pd.DataFrame, spec: ModelSpec) -> list[Issue]:
    """Exposure without spend, or spend that bought none: no cost per unit follows from either."""
    issues = []
    for channel in spec.channels:
        if channel.exposure is None:
            continue
        spend, exposure = numbers(frame, channel.column)[0], numbers(frame, channel.exposure)[0]
        for row in np.flatnonzero((spend > 0.0) != (exposure > 0.0)):
            detail = (
                f"row {row + 1}: {channel.name!r} has spend {spend[row]:g} and exposure "
                f"{exposure[row]:g}; one without the other has no cost per unit"
            )
            place = pointer("data", "rows", int(row), channel.exposure)
            issues.append(Issue(place, "unpaid_exposure", detail))
    return issues


WEEK = timedelta(days=7)


MIN_WEEKS = 26


MAX_ISSUES = 20


def raise_if(issues: Iterable[Issue]) -> None:
    """Raise DataError with the first ``MAX_ISSUES`` of ``issues``, if there is any."""
    found = list(issues)
    if len(found) > MAX_ISSUES:
        more = len(found) - MAX_ISSUES
        found = [*found[:MAX_ISSUES], Issue("", "more", f"and {more} more of the same kind")]
    if found:
        raise DataError(found)


def parameter_count(spec: ModelSpec) -> int:
    """Parameters that one geo's weeks must bear: three a medium, one a control, price or rival."""
    media = len(spec.channels) + sum(rival.spend is not None for rival in spec.competitors)
    prices = (spec.price is not None) + sum(rival.price is not None for rival in spec.competitors)
    basis = 2 * spec.seasonality.yearly + (spec.trend.kind != "none")
    series = len(spec.all_controls) + len(spec.events) + len(spec.interactions)
    paths = sum(len(mediator.parents) + 1 for mediator in spec.mediators)
    latent = 3 * (spec.demand is not None and spec.demand.kind == "latent")
    latent += 3 * len(spec.time_varying) + (spec.noise.kind == "ar1")
    return 2 + basis + series + prices + 3 * media + paths + latent


def duplicates(weeks: list[date], geos: list[str], spec: ModelSpec) -> list[Issue]:
    first: dict[tuple[date, str], int] = {}
    issues = []
    for row, key in enumerate(zip(weeks, geos, strict=True)):
        if key in first:
            place = f" for geo {key[1]!r}" if spec.geo else ""
            detail = f"row {row + 1}: week {key[0]}{place} is in row {first[key] + 1} already"
            if not spec.geo:
                detail += "; name the geo column, or reshape a long table, if rows are geos"
            issues.append(Issue(pointer("data", "rows", row, spec.date), "duplicate_date", detail))
        first.setdefault(key, row)
    return issues


def spacing(weeks: list[date]) -> list[Issue]:
    steps = Counter((b - a).days for a, b in pairwise(weeks))
    usual = steps.most_common(1)[0][0] if steps else 7
    if usual != 7:
        kind = {1: "daily"}.get(usual, "monthly" if 28 <= usual <= 31 else f"{usual} days apart")
        detail = f"the rows are {kind}; sum them to weeks (spend, sales) or average them (prices)"
        return [Issue("/date", "not_weekly", detail)]
    issues = []
    for before, after in pairwise(weeks):
        gap = (after - before).days
        if gap % 7:
            detail = f"{after} is {gap} days after {before}; weeks must start on one weekday"
            issues.append(Issue("/date", "off_calendar", detail))
        elif gap > 7:
            missing = f"{before + WEEK}" + (f" to {after - WEEK}" if gap > 14 else "")
            detail = f"{gap // 7 - 1} missing between {before} and {after}: {missing}"
            issues.append(Issue("/date", "gap", detail))
    return issues


def incomplete(weeks: list[date], geos: list[str]) -> list[Issue]:
    have = set(zip(weeks, geos, strict=True))
    return [
        Issue("/date", "gap", f"geo {geo!r} has no row for week {week}")
        for geo in sorted(set(geos))
        for week in sorted(set(weeks))
        if (week, geo) not in have
    ]


def constant(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    where = dict(spec.column_pointers)
    return [
        Issue(
            where[column],
            "constant",
            f"column {column!r} is {values.flat[0]:g} in every row; nothing can be learned from it",
        )
        for column, values in cells.items()
        if column != spec.population and _all_equal(values)
    ]


def _all_equal(values: Array) -> bool:
    seen = values[np.isfinite(values)]
    return bool(np.all(seen == seen[0]))


def identical(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    where = dict(spec.column_pointers)
    first: dict[bytes, str] = {}
    issues = []
    for column, values in cells.items():
        twin = first.setdefault(values.tobytes(), column)
        if twin != column:
            detail = f"columns {twin!r} and {column!r} are identical; keep one of them"
            issues.append(Issue(where[column], "identical", detail))
    return issues


def population(cells: dict[str, Array], geos: list[str], spec: ModelSpec) -> list[Issue]:
    if spec.population is None:
        return []
    detail = "population of geo {!r} varies over the weeks; give one number a geo"
    return [
        Issue("/population", "population_varies", detail.format(geo))
        for geo, column in zip(sorted(set(geos)), cells[spec.population].T, strict=True)
        if np.ptp(column) > 0.0
    ]


def too_short(weeks: int, spec: ModelSpec) -> list[Issue]:
    needed = max(MIN_WEEKS, parameter_count(spec))
    if weeks >= needed:
        return []
    detail = (
        f"{weeks} weeks cannot bear the {parameter_count(spec)} parameters of this model; "
        f"at least {needed} weeks are needed: add weeks, or drop controls or channels"
    )
    return [Issue("/data", "too_few_weeks", detail)]
