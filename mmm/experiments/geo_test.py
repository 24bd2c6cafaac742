"""A geo test: sales of a panel, who was treated and when, and what was spent in both worlds."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from mmm.experiments.estimators.sample import Sample
from mmm.types import Array, Mask


@dataclass(frozen=True)
class GeoTest:
    """A panel of days or weeks without gaps, and a treatment within it.

    dates: (period,), rising by one day or seven; geos: (geo,); kpi: (period, geo), its units a
    period; treated: names of the treated geos; start, end: first and last period of the window.
    spend, usual_spend: (period, geo), currency a period, what was spent and what would have been
    without the test; None where the test is read without money. cooldown: periods after the window
    in which the effect goes on, counted with it. ramp: first periods of the window in which the
    effect is still building up. excluded: geos that are neither treated nor donors. value_per_unit:
    currency a unit of the kpi.
    """

    dates: tuple[date, ...]
    geos: tuple[str, ...]
    kpi: Array
    treated: tuple[str, ...]
    start: date
    end: date
    spend: Array | None = None
    usual_spend: Array | None = None
    cooldown: int = 0
    ramp: int = 0
    excluded: tuple[str, ...] = ()
    value_per_unit: float = 1.0

    @property
    def step(self) -> int:
        """Days from one period to the next: 1 or 7."""
        return (self.dates[1] - self.dates[0]).days

    @property
    def history(self) -> int:
        """Periods before the window."""
        return self.dates.index(self.start)

    @property
    def window(self) -> int:
        """Periods of the window, without the cool-down."""
        return self.dates.index(self.end) - self.history + 1

    @property
    def read(self) -> int:
        """Periods that the effect is read over: window and cool-down."""
        return self.window + self.cooldown

    @cached_property
    def is_treated(self) -> Mask:
        """(geo,)"""
        return np.isin(np.array(self.geos), self.treated)

    @cached_property
    def is_donor(self) -> Mask:
        """(geo,): neither treated nor excluded."""
        return ~self.is_treated & ~np.isin(np.array(self.geos), self.excluded)

    @property
    def extra_spend(self) -> float | None:
        """Spent in the treated geos over window and cool-down, less what is usual, currency."""
        if self.spend is None or self.usual_spend is None:
            return None
        when = slice(self.history, self.history + self.read)
        return float((self.spend - self.usual_spend)[when, self.is_treated].sum())

    def sample(self) -> Sample:
        """The test as its estimators see it, as the one series of a sample."""
        kpi = self.kpi[: self.history + self.read]
        treated, donor = self.is_treated[None], self.is_donor[None]
        number = np.arange(self.read)
        inside = number < self.window
        parts = [inside] if self.cooldown else []
        parts += [inside & (number >= self.ramp)] if self.ramp else []
        return Sample(kpi, self.history, treated, donor, self.step == 1, tuple(parts))
