"""The checks of a table before it becomes a panel; each returns its issues, with row and column."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from mmm.data.cells import numbers
from mmm.data.issues_by_column import one_per_column
from mmm.errors import DataError, Issue, first_issues, pointer
from mmm.spec.environment import COUNTS, POSITIVE
from mmm.spec.model import ModelSpec
from mmm.tables.decisions import how_to_give
from mmm.tables.place import place
from mmm.types import Array

MIN_WEEKS = 26
WEEK = timedelta(days=7)
ADD_ROWS = (
    "add the rows, or, if nothing happened there, read the table "
    f"{how_to_give('missing_weeks', 'zero')}"
)


def range_issues(frame: pd.DataFrame, values: Array, column: str, spec: ModelSpec) -> list[Issue]:
    """Issues of negative spend or exposure, and of prices and populations not above zero."""
    spends = {item.column for item in spec.channels} | {item.spend for item in spec.competitors}
    exposures = {item.exposure for item in spec.channels}
    exposures |= {item.column for item in spec.channels if item.unit_cost is not None}
    spends |= exposures | {spec.unit_cost_column}
    positives = {item.price for item in spec.competitors} | {spec.price and spec.price.column}
    positives |= {spec.population, spec.kpi.worth_column} | {
        item.frequency for item in spec.channels
    }
    if spec.kpi.likelihood in POSITIVE:
        positives |= {spec.kpi.column}
    positive = column in positives
    bad = values <= 0.0 if positive else values < 0.0
    if column not in spends and not positive:
        return []
    is_margin = spec.kpi.kind == "revenue" and column == spec.kpi.worth_column
    if is_margin:
        bad |= values > 1.0
    kind = "exposure" if column in exposures else "spend"
    kind = "a cost" if column == spec.unit_cost_column else kind
    what = "must be above zero" if positive else f"is {kind} and cannot be negative"
    if is_margin:
        what = "is no margin: a share of revenue above 0, at most 1"
    return [
        Issue(
            pointer("data", "rows", int(row), column),
            "not_positive" if positive else "negative",
            f"{place(frame, row)}, column {column!r}: {values[row]:g} {what}",
        )
        for row in np.flatnonzero(bad)
    ]


def count_issues(frame: pd.DataFrame, values: Array, spec: ModelSpec) -> list[Issue]:
    """Issues of fractions and negative numbers in a KPI that counts."""
    if spec.kpi.likelihood not in COUNTS:
        return []
    bad = (values < 0.0) | (values != np.round(values))
    return [
        Issue(
            pointer("data", "rows", int(row), spec.kpi.column),
            "not_a_count",
            f"{place(frame, row)}, column {spec.kpi.column!r}: {values[row]:g} is not a count; "
            f"likelihood {spec.kpi.likelihood!r} needs whole numbers from zero",
        )
        for row in np.flatnonzero(bad)
    ]


def unpaid_exposure_issues(frame: pd.DataFrame, spec: ModelSpec) -> list[Issue]:
    """Issues of exposure without spend and spend without exposure, which no cost per unit explains:
    where no window evens them out, or one of the two is absent throughout."""
    issues = []
    for channel in spec.channels:
        if channel.exposure is None:
            continue
        spend, exposure = numbers(frame, channel.column)[0], numbers(frame, channel.exposure)[0]
        bad = np.flatnonzero((spend > 0.0) != (exposure > 0.0))
        if channel.cost_window > 1 and np.any(spend > 0.0) and np.any(exposure > 0.0):
            continue
        for row in bad:
            detail = (
                f"{place(frame, row)}: {channel.name!r} has spend {spend[row]:g} and exposure "
                f"{exposure[row]:g}; one without the other has no cost per unit (cost_window 1)"
            )
            where = pointer("data", "rows", int(row), channel.exposure)
            issues.append(Issue(where, "unpaid_exposure", detail))
    return issues


def raise_if(issues: Iterable[Issue]) -> None:
    """Raise DataError with one issue for each column and kind, if there are any; of many, with the
    first and the number of the others."""
    listed = first_issues(one_per_column(issues), others="more")
    if listed:
        raise DataError(listed)


def parameter_count(spec: ModelSpec) -> int:
    """Number of parameters that the weeks of one geo must identify: three per medium, one per
    control, price or rival."""
    media = len(spec.channels) + sum(rival.spend is not None for rival in spec.competitors)
    prices = (spec.price is not None) + sum(rival.price is not None for rival in spec.competitors)
    basis = 2 * spec.seasonality.yearly + (spec.trend.kind != "none")
    series = len(spec.all_controls) + len(spec.events) + len(spec.interactions)
    paths = sum(len(mediator.parents) + 1 for mediator in spec.mediators)
    latent = 3 * (spec.demand is not None and spec.demand.is_inferred)
    latent += 3 * len(spec.time_varying) + (spec.noise.kind == "ar1")
    return 2 + basis + series + prices + 3 * media + paths + latent


def duplicate_issues(
    frame: pd.DataFrame, weeks: list[date], geos: list[str], spec: ModelSpec
) -> list[Issue]:
    """Issues of rows that repeat the week and geo of an earlier row."""
    first: dict[tuple[date, str], int] = {}
    issues = []
    for row, key in enumerate(zip(weeks, geos, strict=True)):
        if key in first:
            of_geo = f" for geo {key[1]!r}" if spec.geo else ""
            earlier = place(frame, first[key])
            detail = f"{place(frame, row)}: week {key[0]}{of_geo} is in {earlier} already"
            if not spec.geo:
                detail += "; name the geo column, or reshape a long table, if rows are geos"
            issues.append(Issue(pointer("data", "rows", row, spec.date), "duplicate_date", detail))
        first.setdefault(key, row)
    return issues


def spacing_issues(weeks: list[date]) -> list[Issue]:
    """Issues of ``weeks``, sorted and distinct, that are not seven days apart."""
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
            count = gap // 7 - 1
            detail = f"{count} week{' is' if count == 1 else 's are'} missing between {before} and "
            detail += f"{after}: {missing}"
            detail += "" if issues else f"; {ADD_ROWS}"
            issues.append(Issue("/date", "gap", detail))
    return issues


def require_every_row(weeks: list[date], geos: list[str]) -> None:
    """Raise DataError where a geo lacks a week that other geos have.

    Few of them are written out: a table of n rows may lack as many as n * n / 4.
    """
    have = set(zip(weeks, geos, strict=True))
    all_weeks, all_geos = sorted(set(weeks)), sorted(set(geos))
    missing = len(all_weeks) * len(all_geos) - len(have)
    lacking = (
        f"geo {geo!r} has no row for week {week}"
        for geo in all_geos
        for week in all_weeks
        if (week, geo) not in have
    )
    issues = (
        Issue("/date", "gap", detail if position else f"{detail}; {ADD_ROWS}")
        for position, detail in enumerate(lacking)
    )
    if missing:
        raise DataError(first_issues(issues, missing, "more of the same kind"))


def constant_column_issues(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    """Issues of columns with the same number in every row."""
    where = dict(spec.column_pointers)
    return [
        Issue(
            where[column],
            "constant",
            f"column {column!r} is {values.flat[0]:g} in every row; nothing can be learned from it",
        )
        for column, values in cells.items()
        if column not in (spec.population, spec.worth_column, *_unit_costs(spec))
        and _all_equal(values)
    ]


def _unit_costs(spec: ModelSpec) -> list[str]:
    columns = (channel.unit_cost_column for channel in spec.channels)
    return [column for column in columns if column is not None]


def _all_equal(values: Array) -> bool:
    observed = values[np.isfinite(values)]
    return bool(np.all(observed == observed[0]))


def identical_column_issues(cells: dict[str, Array], spec: ModelSpec) -> list[Issue]:
    """Issues of columns that equal another column in every row."""
    where = dict(spec.column_pointers)
    first: dict[bytes, str] = {}
    issues = []
    for column, values in cells.items():
        if column in _unit_costs(spec):
            continue
        twin = first.setdefault(values.tobytes(), column)
        if twin != column:
            detail = f"columns {twin!r} and {column!r} are identical; keep one of them"
            issues.append(Issue(where[column], "identical", detail))
    return issues


def population_issues(cells: dict[str, Array], geos: list[str], spec: ModelSpec) -> list[Issue]:
    """Issues of geos whose population varies over the weeks."""
    if spec.population is None:
        return []
    detail = "population of geo {!r} varies over the weeks; give one number per geo"
    return [
        Issue("/population", "population_varies", detail.format(geo))
        for geo, column in zip(sorted(set(geos)), cells[spec.population].T, strict=True)
        if np.ptp(column) > 0.0
    ]


def too_few_weeks_issues(weeks: int, spec: ModelSpec) -> list[Issue]:
    """Issue of a panel with fewer weeks than the model has parameters, or than ``MIN_WEEKS``."""
    needed = max(MIN_WEEKS, parameter_count(spec))
    if weeks >= needed:
        return []
    detail = (
        f"{weeks} weeks are too few for the {parameter_count(spec)} parameters of this model; "
        f"at least {needed} weeks are needed: add weeks, or drop controls or channels"
    )
    return [Issue("/data", "too_few_weeks", detail)]
