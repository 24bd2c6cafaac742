"""Checks of a column's numbers: sign, whole counts, cells unseen, exposure without cost."""

import numpy as np
import pandas as pd

from mmm.data.tables import numbers
from mmm.errors import Issue, pointer
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
