"""How every channel does beside a copy of its own spend that can have no effect."""

from typing import Literal

from mmm.interval import Answer, Interval

Standing = Literal["better", "not_told", "no_better"]


class PlaceboRow(Answer):
    """One channel beside its placebo, in a fit that had both.

    ``weeks``: by how many the copy was shifted; against time where it is the future's spend.
    ``probability``: that the channel contributed more than its placebo; ``limit``: below it a
    channel with a claim is no better. ``claim``: whether the record takes the effect for more than
    too small to measure; ``matters``: whether it has a share of spend on which a decision turns.
    ``real``, ``placebo``: contributions over the observed weeks, in units of
    the KPI. ``r_hat``: largest of the fit; above 1.1 nothing is told.
    """

    channel: str
    weeks: int
    probability: float
    real: Interval
    placebo: Interval
    claim: bool
    matters: bool = True
    limit: float
    r_hat: float
    standing: Standing
    detail: str


class Placebos(Answer):
    """Every channel with a cost beside its placebo.

    ``kind``: a copy of its spend shifted around the circle of all weeks, or the spend of the week
    to come. ``level``: share of models whose claims are right of which any channel with a claim is
    called no better, at most.
    """

    kind: Literal["shifted", "future"]
    level: float
    rows: tuple[PlaceboRow, ...]
    unit: str
    sentences: tuple[str, ...]

    @property
    def no_better(self) -> tuple[PlaceboRow, ...]:
        """The channels with a claim that are no better than their placebo."""
        return tuple(row for row in self.rows if row.standing == "no_better")
