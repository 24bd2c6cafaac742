"""Building blocks of a problem: bounded numbers of the right type, names, and frozen objects.

Amounts are at most ``LARGEST`` in size, so that sums of them stay below what linear programs take
for infinite, and products of them with weights and slopes stay finite.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

LARGEST = 1e18
MOST_TIMES = 1e9
SMALLEST_BUDGET = 1e-9
TRACE = 1e-100
"""Smaller sizes, zero aside, are refused: their reciprocals and squares leave the floats."""


def _no_trace(number: float) -> float:
    if 0.0 < abs(number) < TRACE:
        message = "Input should be zero or at least {trace} in size"
        raise PydanticCustomError("trace", message, {"trace": f"{TRACE:g}"})
    return number


def _no_trace_of_a_budget(number: float) -> float:
    if 0.0 < number < SMALLEST_BUDGET:
        message = "Input should be zero or at least {least}"
        raise PydanticCustomError("trace", message, {"least": f"{SMALLEST_BUDGET:g}"})
    return number


Number = Annotated[
    float,
    Field(strict=True, ge=-LARGEST, le=LARGEST, allow_inf_nan=False),
    AfterValidator(_no_trace),
]
BudgetSize = Annotated[Number, AfterValidator(_no_trace_of_a_budget)]
"""What a budget may reach: zero, or enough for the tolerances, which are relative to it."""

Times = Annotated[Number, Field(ge=-MOST_TIMES, le=MOST_TIMES)]
"""A factor, such as a ratio or a return; whether it may be negative is checked with its name."""

Share = Annotated[Number, Field(ge=0, le=1)]
Probability = Annotated[Number, Field(ge=1e-9, lt=1)]
Label = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""A name that a person gives: no control characters."""


class ProblemPart(BaseModel):
    """Base class of the objects in a problem: frozen, with unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
