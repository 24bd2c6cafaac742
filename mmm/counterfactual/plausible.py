"""Refusal of answers that lie further from the data than a model can speak about.

Far from the data the equations still give a number, such as the sales at a thousandth of the price.
A world is refused where the mean over draws of a week's total, in KPI units or as revenue, is
larger in size than ``LARGEST_TIMES`` the largest week observed, or is not finite.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mmm.counterfactual.contrast import CounterfactualDraws
from mmm.counterfactual.extrapolation import values_and_observed
from mmm.counterfactual.variables import VariableRef
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

LARGEST_TIMES = 3.0
"""A week of more than so many times the largest one observed is no answer."""


@dataclass(frozen=True)
class Cause:
    """A variable that a question changes: where it does (a JSON pointer), and in which world."""

    where: str
    variable: VariableRef
    world: Variables


def require_plausible(
    model: FittedModel, draws: CounterfactualDraws, causes: Sequence[Cause], times: float
) -> None:
    """Raise QueryError for two worlds of which one is too far away, as ``require_near``."""
    for kpi, revenue in (
        (draws.expected.baseline, draws.revenue.baseline),
        (draws.expected.scenario, draws.revenue.scenario),
    ):
        require_near(model, kpi.mean(0), revenue.mean(0), causes, times)


def require_near(
    model: FittedModel,
    expected: Array,
    revenue: Array,
    causes: Sequence[Cause],
    times: float = LARGEST_TIMES,
) -> None:
    """Raise QueryError, with the causes outside their observed ranges, for a world too far away.

    ``expected (week,)`` KPI and ``revenue (week,)``: totals over geos, each at most ``times`` the
    largest week observed.
    """
    kpi = model.panel.array("kpi")
    observed = (
        ("the KPI", "units", kpi.sum(1), expected),
        ("revenue", "currency", (kpi * model.design.observed.price).sum(1), revenue),
    )
    for name, unit, seen, weeks in observed[: 2 if model.structure.has_price else 1]:
        most = float(np.nanmax(np.abs(seen)))
        size = float(np.abs(weeks).max())
        if size <= times * most:
            continue
        reached = f"{size:,.4g} {unit}" if np.isfinite(size) else "no finite number"
        result = (
            f"{name} of a week would be {reached}; the most ever seen is {most:,.4g}, and an "
            f"answer beyond {times:g} times that is a guess"
        )
        raise QueryError([*_issues(model, causes, result)] or [Issue("", "too_far", result)])


def _issues(model: FittedModel, causes: Sequence[Cause], result: str) -> Iterator[Issue]:
    """An issue for each cause outside its observed range, the furthest first."""
    outside = []
    for cause in causes:
        values, observed = values_and_observed(model, cause.world, cause.variable)
        low, high = float(np.nanmin(observed)), float(np.nanmax(observed))
        above, below = float(np.max(values)) - high, low - float(np.min(values))
        if max(above, below) > 0.0:
            value = float(np.max(values) if above >= below else np.min(values))
            detail = (
                f"{cause.variable.name} of {value:,.6g} lies outside the {low:,.6g} to {high:,.6g} "
                "that were seen"
            )
            outside.append((max(above, below) / (high - low or 1.0), cause.where, detail))
    for _, where, detail in sorted(outside, reverse=True):
        yield Issue(where, "too_far", f"{detail}: {result}")
