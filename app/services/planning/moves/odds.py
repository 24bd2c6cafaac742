"""The odds that a change of today's plan is better than it, as moves tell them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.display.words import CASES
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

MOST_ON_COINCIDENCE = 1 / 3
"""Share of the moved money that may rest on what could be coincidence before odds are withheld."""


@dataclass(frozen=True)
class Odds:
    """Probability that the change is better than today's plan by the model and by the second one;
    ``tested``: whether lift tests back every channel that moves."""

    model: float
    second: float | None
    tested: bool

    @property
    def in_20(self) -> int:
        """The model's as so many of 20 cases, never all or none of them unless tested."""
        cases = round(CASES * self.model)
        return cases if self.tested else min(max(cases, 1), CASES - 1)


def odds_of(
    model: FittedModel, names: Sequence[str], change: Array, least: float, gains: Sequence[Array]
) -> Odds | None:
    """The odds of ``change (channel,)``, currency, whose gain by each model is ``gains``, (draw,).

    None where nothing moves by more than ``least``, or too much of what moves could be coincidence.
    """
    moved = np.abs(change)
    if not gains or moved.max(initial=0.0) <= least:
        return None
    grades = model.evidence.grades() if model.evidence else {}
    grade_of = [grades[name].grade if name in grades else None for name in names]
    weak = float(moved[[grade == "coincidence" for grade in grade_of]].sum())
    if weak > MOST_ON_COINCIDENCE * moved.sum():
        return None
    relies_on = [g for g, size in zip(grade_of, moved, strict=True) if size > least]
    first, *others = (float(np.mean(gain > 0.0)) for gain in gains)
    return Odds(first, min(others, default=None), all(grade == "tested" for grade in relies_on))
