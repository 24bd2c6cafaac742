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

{"change": -0.1} is a total that is spent in full, relative to today's plan. "fewest_moves": 0.9
takes the plan with the smallest number of changed channels that keeps 90 % of the gain,
"least_movement": 0.05 the one that moves the least money and keeps 95 %; "round_to": 1000 makes
every channel's total a multiple.

All amounts are totals over the horizon in currency. Wrong shapes and types, NaN and infinity are
refused here; contradictions between the numbers are found in `checks.py`, where the names of the
channels are known.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.base import (
    LARGEST,
    SMALLEST_BUDGET,
    BudgetSize,
    Number,
    ProblemPart,
    Share,
    Times,
)
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

MULTIPLE = 1e-9
"""Share of a step by which an amount may miss a multiple of it."""


class Budget(ProblemPart):
    """The money to spend: `total` in full, or up to `max` (and at least `min`).

    change: the total relative to today's plan, -0.1 for ten percent less; spent in full.
    hurdle: the marginal ROI below which no further money is spent; only with `max`.
    """

    total: BudgetSize | None = None
    change: Annotated[Times, Field(gt=-1)] | None = None
    max: BudgetSize | None = None
    min: Number | None = None
    hurdle: Annotated[Times, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(given is not None for given in (self.total, self.change, self.max)) != 1:
            raise ValueError(
                'give one of "total" (spent in full), "change" (the same, relative to today\'s '
                'plan) and "max" (at most)'
            )
        if self.max is None and self.min is not None:
            raise ValueError('"min" goes with "max"; a "total" or a "change" is spent in full')
        if self.max is None and self.hurdle is not None:
            raise ValueError('"hurdle" goes with "max"; a "total" or a "change" is spent in full')
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
    fewest_moves: take the plan with the smallest number of changed channels that keeps this share
    of the gain.  least_movement: take the plan that moves the least money and loses at most this
    share of it.  round_to: make every channel's total a multiple of this amount.
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
    fewest_moves: Annotated[Share, Field(gt=0)] | None = Field(
        default=None,
        description="Take the plan with the smallest number of changed channels that keeps this "
        "share of the gain over today's plan.",
    )
    least_movement: Annotated[Share, Field(lt=1)] | None = Field(
        default=None,
        description="Take the plan that moves the least money and loses at most this share of the "
        "gain over today's plan.",
    )
    round_to: Annotated[Number, Field(ge=SMALLEST_BUDGET)] | None = Field(
        default=None, description="Make every channel's total a multiple of this amount."
    )
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
        asked = [name for name in ("fewest_moves", "least_movement") if getattr(self, name)]
        if len(asked) > 1:
            raise ValueError('give "fewest_moves" or "least_movement", not both')
        if self.minimise and asked:
            raise ValueError(
                f'"{asked[0]}" keeps a share of the gain, but "minimise": "spend" seeks none'
            )
        return self

    def over(self, today: float) -> Self:
        """The problem with the total of a relative budget: relative to ``today``, in currency.

        With "round_to" it is the multiple below. Raises InvalidProblem where nothing is spent.
        """
        change, step = self.budget.change, self.round_to
        if change is None or self.budget.total is not None:
            return self
        total = (1.0 + change) * today
        if step is not None:
            total = step * math.floor(total / step + MULTIPLE)
        if not SMALLEST_BUDGET <= total <= LARGEST:
            detail = (
                f"a change of {change:+.0%} from the {today:,.2f} of today's plan is a "
                f"total of {total:,.2f}: there is nothing to spend; give a total"
            )
            where = json_pointer("budget", "change")
            raise InvalidProblem((Issue(where, "relative_to_zero", detail),))
        budget = self.budget.model_copy(update={"total": total})
        return self.model_copy(update={"budget": budget})

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
