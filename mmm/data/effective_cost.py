"""The cost of a unit of exposure where weeks have spend without exposure or exposure without spend.

Bonus weeks cost nothing, and bills come late: a week's spend over its exposure is no cost then. The
effective cost of a week is that of the weeks around it:

    cost_t  = k * sum(spend over the window around t) / sum(exposure over the same)
    spend_t = cost_t * exposure_t

with k such that the channel's spend adds up to what was paid. It holds for all weeks of a channel
that has such weeks, since a late bill makes the cost of its own week wrong too.
"""

from collections.abc import Iterator

import numpy as np

from mmm.spec.media import Channel
from mmm.spec.model import ModelSpec
from mmm.types import Array


def unmatched(spend: Array, exposure: Array) -> tuple[int, int]:
    """How many cells have exposure without spend, and spend without exposure."""
    free = int(((exposure > 0.0) & (spend == 0.0)).sum())
    return free, int(((spend > 0.0) & (exposure == 0.0)).sum())


def has_effective_cost(channel: Channel, cells: dict[str, Array]) -> bool:
    """Whether the cost of ``channel`` is averaged over its window; ``cells``: (week, geo)."""
    if channel.exposure is None or channel.cost_window == 1:
        return False
    return any(unmatched(cells[channel.column], cells[channel.exposure]))


def effective_cost(spend: Array, exposure: Array, window: int) -> Array:
    """(week, geo) currency per unit of exposure, averaged over ``window`` weeks around each week.

    ``spend`` and ``exposure``: (week, geo). A window without spend or exposure in a geo has the
    channel's own average. Zero where nothing was spent at all.
    """
    around = np.ones(window)
    spent, bought = (_sums(values, around) for values in (spend, exposure))
    average = spend.sum() / exposure.sum()
    known = (spent > 0.0) & (bought > 0.0)
    cost = np.where(known, spent / np.where(bought > 0.0, bought, 1.0), average)
    counted = float((cost * exposure).sum())
    return np.asarray(cost * (spend.sum() / counted))


def _sums(values: Array, around: Array) -> Array:
    """(week, geo) sums over the window centred on each week, shorter at both ends."""
    half = around.size // 2
    padded = np.pad(values, ((half, around.size - 1 - half), (0, 0)))
    return np.stack([np.convolve(geo, around, "valid") for geo in padded.T], axis=-1)


def cost_sentences(spec: ModelSpec, paid: Array, exposure: Array) -> Iterator[str]:
    """What was assumed of each channel with such weeks.

    ``paid`` and ``exposure (week, geo, channel)``: as the table has them.
    """
    for position, channel in enumerate(spec.channels):
        if channel.exposure is None or channel.cost_window == 1:
            continue
        free, empty = unmatched(paid[..., position], exposure[..., position])
        if free or empty:
            yield (
                f"{channel.name}: rows with exposure and no spend: {free}, with spend and no "
                f"exposure: {empty}; the cost of its exposure is averaged over "
                f"{channel.cost_window} weeks (cost_window), its total spend stays"
            )
