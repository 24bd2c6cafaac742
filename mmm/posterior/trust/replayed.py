"""What the history would have looked like if chance had fallen otherwise, beside what was seen."""

from datetime import date
from typing import Literal

from mmm.interval import Answer

Rarity = Literal["usual", "rare", "hardly_ever"]
Statistic = Literal[
    "with_and_without", "heavy_and_light", "event", "promotion", "peak", "trough", "fall", "memory",
    "spread",
]  # fmt: skip


class ReplayedStatistic(Answer):
    """One statistic of the weekly sales: as observed, and over the replayed histories.

    ``observed``: where the statistic depends on the draw, its mean over draws. ``quantiles``: 1, 5,
    25, 50, 75, 95 and 99 % of the replayed. ``below``, ``above``: shares of the replayed at or
    below, and at or above, what was observed: the p-values of both tails.
    ``unit``: "kpi" (units of the KPI), or "correlation". ``name``: of the channel or event that it
    is about, where there is one.
    """

    statistic: Statistic
    name: str | None
    label: str
    unit: Literal["kpi", "correlation"]
    observed: float
    quantiles: tuple[float, ...]
    below: float
    above: float
    rarity: Rarity
    detail: str


class Replayed(Answer):
    """Posterior predictive checks by statistics that matter to a planner.

    ``replays``: how many histories were replayed; ``shown``: some of them, weekly totals, for a
    picture beside ``observed``. ``weeks``: start dates.
    """

    replays: int
    unit: str
    rows: tuple[ReplayedStatistic, ...]
    weeks: tuple[date, ...]
    observed: tuple[float, ...]
    shown: tuple[tuple[float, ...], ...]
    sentences: tuple[str, ...]
