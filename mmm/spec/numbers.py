"""The numbers that people give, bounded so that what is computed from them stays finite.

An amount has at most the size ``LARGEST``: no company, in any currency, turns over more in a year;
solvers of linear programs take 1e20 for infinite; and fourth powers are far from the largest float.
Other than zero it has at least the size ``TRACE``, below which squares and reciprocals leave the
floats; what divides has at least ``SMALLEST``.
"""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

LARGEST = 1e18
MOST_TIMES = 1e9
SMALLEST = 1e-18
TRACE = 1e-100


def _no_trace(number: float) -> float:
    if 0.0 < abs(number) < TRACE:
        message = "Input should be zero or at least {trace} in size"
        raise PydanticCustomError("trace", message, {"trace": f"{TRACE:g}"})
    return number


_NO_TRACE = AfterValidator(_no_trace)

Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST), _NO_TRACE]
"""An amount of money, units or a series, of either sign."""

NotNegative = Annotated[float, Field(ge=0, le=LARGEST), _NO_TRACE]
"""An amount from zero on."""

Positive = Annotated[float, Field(ge=SMALLEST, le=LARGEST)]
"""An amount that something is divided by, or whose logarithm is taken."""

Times = Annotated[float, Field(ge=0, le=MOST_TIMES), _NO_TRACE]
"""A factor, which multiplies amounts."""

PartOfOne = Annotated[float, Field(ge=SMALLEST, le=1)]
"""A share or probability that is not zero."""
