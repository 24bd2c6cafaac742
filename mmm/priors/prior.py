"""The type of a prior distribution.

Families and parameters: normal(mean, sd), half_normal(sd), lognormal(mu, sigma of the log),
beta(a, b), gamma(a, rate). A parameter is a number, or an array along the parameter's dimension.
"""

from dataclasses import dataclass
from typing import Any, Literal

Family = Literal["normal", "half_normal", "lognormal", "beta", "gamma"]


@dataclass(frozen=True)
class Prior:
    """A distribution with its ``meaning``, ``unit`` and ``source`` in words."""

    family: Family
    parameters: tuple[Any, ...]
    meaning: str
    unit: str
    source: str
