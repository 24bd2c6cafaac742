"""AllocationProblem: the decision to make, as plain data; the public JSON of an allocation.

    {"budget": {"total": 1000000},
     "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1, "on": "value"},
     "channels": {"tv": {"min": 50000, "max": 400000}, "search": {"fixed": 120000},
                  "radio": {"max_change": 0.3, "on_off": {"min_when_on": 20000}}},
     "groups": [{"channels": ["tv", "radio"], "max_share": 0.6}],
     "ratios": [{"channels": ["tv", "radio"], "min": 0.5, "max": 2}],
     "cells": [{"channel": "tv", "week": "2024-07-01", "max": 30000}],
     "ramps": [{"channel": "tv", "max_change": 0.3}],
     "budgets": [{"name": "carbon", "per_currency": {"tv": 0.2}, "max": 100000}],
     "conditions": [{"kind": "target", "kpi": 5000000, "probability": 0.8}]}

A budget's "total" is spent in full. With {"max": x} the total is chosen as well: an objective on
value or profit counts spend as cost, and a "hurdle" h makes each unit cost h, so that the total
stops where its marginal ROI falls to h. "minimise": "spend" with a target finds the least spend
that reaches it. Without it conditions (`conditions.py`) constrain the plan while the objective is
maximised.

All amounts are totals over the horizon in currency. Wrong shapes and types, NaN and infinity are
refused here; contradictions between the numbers are found in `checks.py`, where the names of the
channels are known.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.base import BudgetSize, Number, ProblemPart, Times
from optimizer.problem.conditions import Conditions, Target, fold_single_fields
from optimizer.problem.limits import (
    CellBounds,
    ChannelBounds,
    Group,
    Ramp,
    Ratio,
    SecondBudget,
)
from optimizer.problem.objective import Expected, Objective
from optimizer.problem.sizes import (
    MOST_BUDGETS,
    MOST_CHANNELS,
    MOST_LIMITS,
    MOST_PLACES,
    ChannelName,
)


class Budget(ProblemPart):
    """The money to spend: `total` in full, or up to `max` (and at least `min`).

    hurdle: the marginal ROI below which no further money is spent; only with `max`.
    """

    total: BudgetSize | None = None
    max: BudgetSize | None = None
    min: Number | None = None
    hurdle: Annotated[Times, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.total is None) == (self.max is None):
            raise ValueError('give either "total" (spent in full) or "max" (at most)')
        if self.total is not None and self.min is not None:
            raise ValueError('"min" goes with "max"; a "total" is spent in full')
        if self.total is not None and self.hurdle is not None:
            raise ValueError('"hurdle" goes with "max"; a "total" is spent in full')
        return self

    @property
    def lower(self) -> float:
        """The least that the plan may spend."""
        return self.total if self.total is not None else self.min or 0.0

    @property
    def upper(self) -> float:
        """The most that the plan may spend."""
        return self.total if self.total is not None else self.max or 0.0


class AllocationProblem(ProblemPart):
    """One allocation. A channel that is not named may receive anything from 0 to the budget.

    conditions: what the plan must reach beside its linear limits.
    forbid_extrapolation: whether no cell may get more than was ever observed there.
    stay: whether to stay is the answer where the gain over it is within noise: at today's spend
    where the budget leaves the total free, at today's mix where it does not.
    """

    budget: Budget
    objective: Objective = Expected()
    channels: dict[ChannelName, ChannelBounds] = Field(
        default_factory=dict, max_length=MOST_CHANNELS
    )
    groups: tuple[Group, ...] = Field(default=(), max_length=MOST_LIMITS)
    ratios: tuple[Ratio, ...] = Field(default=(), max_length=MOST_LIMITS)
    cells: tuple[CellBounds, ...] = Field(default=(), max_length=MOST_PLACES)
    ramps: tuple[Ramp, ...] = Field(default=(), max_length=MOST_LIMITS)
    budgets: tuple[SecondBudget, ...] = Field(default=(), max_length=MOST_BUDGETS)
    conditions: Conditions = ()
    minimise: Literal["spend"] | None = None
    forbid_extrapolation: bool = False
    stay: bool = True

    @model_validator(mode="before")
    @classmethod
    def _single_fields_are_conditions(cls, data: Any) -> Any:
        return fold_single_fields(data)

    @model_validator(mode="after")
    def _fields_that_need_each_other(self) -> Self:
        if self.minimise and not self.has_target:
            raise ValueError(
                '"minimise": "spend" needs a condition of kind "target" that the spend has to reach'
            )
        if self.minimise and self.budget.max is None:
            raise ValueError('"minimise": "spend" needs a budget "max": a "total" is spent in full')
        if self.budget.hurdle is not None and self.objective.on == "kpi":
            raise ValueError('a "hurdle" compares value with spend, but "on" is "kpi"')
        return self

    @property
    def has_target(self) -> bool:
        """Whether a condition is a target of the total KPI."""
        return any(isinstance(condition, Target) for condition in self.conditions)

    @property
    def unit_cost(self) -> float:
        """The cost of one unit of spend in the gain: 0 where the gain is in KPI units."""
        return 0.0 if self.objective.on == "kpi" else 1.0

    @property
    def unit_cost_with_hurdle(self) -> float:
        """The cost of one unit of spend in the search: the hurdle where there is one."""
        return self.unit_cost if self.budget.hurdle is None else self.budget.hurdle


def read_problem(data: object) -> AllocationProblem:
    """Read a problem from plain data (as parsed from JSON).

    Raises InvalidProblem, with one issue and pointer for each field that is wrong.
    """
    try:
        return AllocationProblem.model_validate(data)
    except ValidationError as error:
        issues = [
            Issue(
                json_pointer(*_path(item["loc"], data)),
                item["type"],
                item["msg"] + _given_value(item["input"]),
            )
            for item in error.errors(include_url=False, include_context=False)
        ]
    raise InvalidProblem(tuple(issues))


def _given_value(value: object) -> str:
    scalar = value is None or isinstance(value, str | int | float)
    return f" (given: {value!r})" if scalar else ""


def _path(location: tuple[str | int, ...], data: object) -> tuple[str | int, ...]:
    """The location without the tags of unions, which are not keys of the data."""
    path: list[str | int] = []
    for depth, part in enumerate(location):
        known = _has(data, part)
        if known or depth == len(location) - 1:
            path.append(part)
        if known:
            data = data[part]  # type: ignore[index]
    return tuple(path)


def _has(data: object, part: str | int) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, Sequence) and isinstance(part, int) and part < len(data)
