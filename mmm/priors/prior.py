"""What a prior is.

Families and parameters: normal(mean, sd), half_normal(sd), lognormal(mu, sigma of the log),
beta(a, b), gamma(a, rate). A parameter is a number, or an array along the parameter's dimension.
"""

from dataclasses import dataclass
from typing import Any, Literal

Family = Literal["normal", "half_normal", "lognormal", "beta", "gamma"]


@dataclass(frozen=True)
class Prior:
    """A distribution with what it says, in which unit, and why."""

    family: Family
    parameters: tuple[Any, ...]
    meaning: str
    unit: str
    source: str
