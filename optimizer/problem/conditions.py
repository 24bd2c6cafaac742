"""Conditions of a plan beside its linear limits, as plain data: one list, each of a kind.

    target     P(total KPI of the horizon, noise included, >= kpi) >= probability
    roi        mean response >= min * spend, of the whole plan
    marginal_roi   mean marginal response >= min, of every channel that is free to fall
    not_worse  P(gain >= gain of the current plan) >= probability, draws paired
    cvar       mean of the worst `tail` share of the gain >= min

A second budget is a linear limit and stays under "budgets"; how far it is kept is told in the same
list. Earlier requests state single fields ("target", "worse_than_current", "min_roi"): they are
read as entries of the list.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from optimizer.problem.base import Number, Probability, ProblemPart, Times
from optimizer.problem.sizes import MOST_CONDITIONS


class Target(ProblemPart):
    """The total KPI of the horizon, noise included, reaches `kpi` with `probability`."""

    kind: Literal["target"] = "target"
    kpi: Number
    probability: Probability


class LeastRoi(ProblemPart):
    """The mean response of the whole plan is at least `min` per unit of spend."""

    kind: Literal["roi"] = "roi"
    min: Times


class LeastMarginalRoi(ProblemPart):
    """The next unit of spend brings at least `min` in every channel that is free to fall.

    A channel is not free to fall where it gets nothing, or no more than its limits ask for. Where
    geos are decided, each of them counts.
    """

    kind: Literal["marginal_roi"] = "marginal_roi"
    min: Times


class NotWorse(ProblemPart):
    """The gain is not lower than the current plan's with at least this `probability`."""

    kind: Literal["not_worse"] = "not_worse"
    probability: Annotated[Number, Field(gt=0, le=1)]


class CvarFloor(ProblemPart):
    """The mean of the worst `tail` share of the gain is at least `min`, in the gain's unit."""

    kind: Literal["cvar"] = "cvar"
    min: Number
    tail: Probability = 0.1
    risk_on: Literal["gain", "gain_over_current"] = "gain_over_current"


StatedCondition = Annotated[
    Target | LeastRoi | LeastMarginalRoi | NotWorse | CvarFloor,
    Field(discriminator="kind"),
]

Conditions = Annotated[tuple[StatedCondition, ...], Field(max_length=MOST_CONDITIONS)]


def fold_single_fields(data: Any) -> Any:
    """A request with its single fields as entries of "conditions", after those that it lists."""
    if not isinstance(data, Mapping) or not any(name in data for name in _ENTRY):
        return data
    rest = {key: value for key, value in data.items() if key not in _ENTRY}
    entries = [make(data[name]) for name, make in _ENTRY.items() if data.get(name) is not None]
    if not entries:
        return rest
    listed = rest.get("conditions", ())
    if not isinstance(listed, list | tuple):
        return {**rest, "conditions": listed}
    return {**rest, "conditions": [*listed, *entries]}


def _target(value: Any) -> Any:
    return {"kind": "target", **value} if isinstance(value, Mapping) else value


def _not_worse(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    worse = value.get("probability")
    if isinstance(worse, int | float) and not isinstance(worse, bool):
        worse = 1.0 - worse
    return {"kind": "not_worse", **value, "probability": worse}


def _roi(value: Any) -> Any:
    return {"kind": "roi", "min": value}


_ENTRY = {"target": _target, "worse_than_current": _not_worse, "min_roi": _roi}
