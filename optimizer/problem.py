"""AllocationProblem: what to decide, as plain data; the public JSON of an allocation.

    {"budget": {"total": 1000000},
     "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1, "on": "value"},
     "channels": {"tv": {"min": 50000, "max": 400000}, "search": {"fixed": 120000},
                  "radio": {"max_change": 0.3}},
     "groups": [{"channels": ["tv", "radio"], "max_share": 0.6}]}

All amounts are totals over the horizon in currency. Here shapes and types are refused, NaN and
infinity with them; what the numbers say to each other is checked in `checks.py`, where the names
of the channels are known.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from optimizer.errors import InvalidProblem, Issue, json_pointer

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Budget(_Data):
    """`total` is spent in full; `max` (and `min`) permits less."""

    total: Number | None = None
    max: Number | None = None
    min: Number | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.total is None) == (self.max is None):
            raise ValueError('give either "total" (spent in full) or "max" (at most)')
        if self.total is not None and self.min is not None:
            raise ValueError('"min" goes with "max"; a "total" is spent in full')
        return self

    @property
    def lower(self) -> float:
        """The least that the plan may spend."""
        return self.total if self.total is not None else self.min or 0.0

    @property
    def upper(self) -> float:
        """The most that the plan may spend."""
        return self.total if self.total is not None else self.max or 0.0


class Expected(_Data):
    """Maximise the mean of the gain."""

    kind: Literal["expected"] = "expected"
    on: Literal["value", "kpi"] = "value"


class MeanCvar(_Data):
    """Maximise (1 - risk_aversion) * mean + risk_aversion * mean of the worst `tail` share."""

    kind: Literal["mean_cvar"] = "mean_cvar"
    risk_aversion: Annotated[Number, Field(ge=0, le=1)] = 0.5
    tail: Annotated[Number, Field(gt=0, lt=1)] = 0.1
    on: Literal["value", "kpi"] = "value"


Objective = Annotated[Expected | MeanCvar, Field(discriminator="kind")]


class ChannelBounds(_Data):
    """Limits of one channel; max_change is relative to its current spend (0.3: within 30 %)."""

    min: Number | None = None
    max: Number | None = None
    fixed: Number | None = None
    max_change: Number | None = None


class Group(_Data):
    """Limits of a sum of channels; shares are of the plan's total spend."""

    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    min: Number | None = None
    max: Number | None = None
    min_share: Number | None = None
    max_share: Number | None = None


class AllocationProblem(_Data):
    """One allocation. A channel that is not named may receive anything from 0 to the budget."""

    budget: Budget
    objective: Objective = Expected()
    channels: dict[str, ChannelBounds] = {}
    groups: tuple[Group, ...] = ()


def read_problem(data: object) -> AllocationProblem:
    """The problem in plain data (as parsed from JSON).

    Raises InvalidProblem, with one issue and pointer for each field that is wrong.
    """
    try:
        return AllocationProblem.model_validate(data)
    except ValidationError as error:
        issues = [
            Issue(
                json_pointer(*_path(item["loc"], data)),
                item["type"],
                item["msg"] + _given(item["input"]),
            )
            for item in error.errors(include_url=False, include_context=False)
        ]
    raise InvalidProblem(tuple(issues))


def _given(value: object) -> str:
    scalar = value is None or isinstance(value, str | int | float)
    return f" (given: {value!r})" if scalar else ""


def _path(location: tuple[str | int, ...], data: object) -> tuple[str | int, ...]:
    """The location without the tags of unions, which are no keys of the data."""
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
