"""How far the effect in a test may be from the one that a model holds, and why: a judgement, told.

    sd^2 = base^2 + other_geos^2 (1 - share) / n + (yearly * years)^2

relative to the effect. ``base``: another season, creative and rivals, as every lift test has by
default. ``other_geos``: how much the effect differs between regions; a test of n of them with a
``share`` of all sales tells the rest that much less. A model with geos has their differences in it,
and leaves that part out. ``yearly``: effects change as media and market do.
"""

from dataclasses import dataclass

import numpy as np

BASE = 0.1
OTHER_GEOS = 0.2
YEARLY = 0.05


@dataclass(frozen=True)
class Transport:
    """The parts of the relative s.d., and ``sd``, all together."""

    base: float
    other_geos: float
    age: float

    @property
    def sd(self) -> float:
        """Relative s.d. of the effect in the test around the model's."""
        return min(float(np.sqrt(self.base**2 + self.other_geos**2 + self.age**2)), 1.0)

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        parts = [f"{100.0 * self.base:.0f} % for another season, creative and rivals"]
        if self.other_geos > 0.0:
            parts.append(f"{100.0 * self.other_geos:.2g} % for regions that were not in the test")
        if self.age > 0.0:
            parts.append(f"{100.0 * self.age:.2g} % for its age")
        return "; ".join(parts)


def transport(geos: int, share: float, *, model_has_geos: bool, years: float = 0.0) -> Transport:
    """Of a test of so many ``geos`` with a ``share`` of all sales, ``years`` before it is used."""
    others = 0.0 if model_has_geos else OTHER_GEOS * np.sqrt((1.0 - share) / max(geos, 1))
    return Transport(BASE, float(others), YEARLY * max(years, 0.0))
