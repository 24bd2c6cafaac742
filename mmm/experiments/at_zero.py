"""What a test that does nothing would read on a panel's own history: spread, power and size.

For designs: many ways to divide the geos are asked at once, and the panel's last periods are taken
for the window. The predictions are those of a reading, so that a design promises what will be read.
"""

from dataclasses import dataclass

import numpy as np

from mmm.experiments.estimators.sample import Sample
from mmm.experiments.estimators.stack import Stacked, predict
from mmm.experiments.undisturbed import Undisturbed, undisturbed_of
from mmm.types import Array, Mask


@dataclass(frozen=True)
class AtZero:
    """Of each candidate: the distribution of its sales over the pretended window, and its placebos.

    lifts, p_values: (window, candidate), what the windows of the history read, the last one the
    pretended window itself; nothing was done in any, so that lifts are errors.
    """

    undisturbed: tuple[Undisturbed, ...]
    lifts: Array
    p_values: Array
    stacked: Stacked

    @property
    def sd(self) -> Array:
        """S.d. of a lift at zero, a share of sales: (candidate,)."""
        return np.array([each.relative_sd for each in self.undisturbed])

    def size(self, level: float) -> Array:
        """Share of the windows that read an effect at ``level``: (candidate,)."""
        return np.asarray((self.p_values < level).mean(axis=0))


def at_zero(kpi: Array, treated: Mask, window: int, *, daily: bool) -> AtZero:
    """Pretend that each candidate was treated over the last ``window`` periods of an untreated
    panel.

    kpi: (period, geo); treated: (candidate, geo) of bool; all other geos are donors. ``window``
    counts the cool-down. The history must have at least twice as many periods.
    """
    return at_zero_with(kpi, treated, ~treated, window, daily=daily)


def at_zero_with(kpi: Array, treated: Mask, donor: Mask, window: int, *, daily: bool) -> AtZero:
    """The same with the donors of each candidate given: (candidate, geo) of bool."""
    sample = Sample(kpi, len(kpi) - window, treated, donor, daily)
    found = predict(sample)
    total = found.total
    totals = [*found.past, total]
    sold = np.vstack([found.past_sold, sample.sold[:, sample.history :].sum(axis=1)[None]])
    return AtZero(
        tuple(undisturbed_of(total, series) for series in range(len(treated))),
        np.stack([now / one.quantile(0.5) - 1.0 for one, now in zip(totals, sold, strict=True)]),
        np.stack([one.two_sided(now) for one, now in zip(totals, sold, strict=True)]),
        found,
    )
