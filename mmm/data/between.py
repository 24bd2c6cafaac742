"""Columns that are known in some weeks only, such as monthly ones: what stands between.

A control or a demand series enters the equation in every week, so its specification states what its
empty cells hold. A mediator needs no rule: its own equation goes without the weeks that nobody saw.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from mmm.spec.model import ModelSpec
from mmm.types import Array

SAID = {
    "hold": "each number holds until the next one",
    "linear": "the straight line between two numbers stands in the weeks between them",
}


@dataclass(frozen=True)
class RarelyKnown:
    """A column whose empty cells are filled by ``rule`` from the week ``begins`` on, or from the
    first one; ``name`` is that of its control."""

    rule: Literal["hold", "linear"]
    begins: date | None
    name: str

    def fill(self, values: Array, weeks: Sequence[date], geos: Sequence[str]) -> Array:
        """``values (row,)`` without NaN, geo by geo.

        Before the first number of a geo that number stands, and after the last one the last. A geo
        without any number stays NaN.
        """
        day = np.array([week.toordinal() for week in weeks], dtype=np.float64)
        read = np.ones(len(day), dtype=np.bool_)
        if self.begins is not None:
            read = day >= self.begins.toordinal()
        filled = values.copy()
        places = np.unique(np.array(geos), return_inverse=True)[1]
        for place in range(int(places.max()) + 1):
            rows = np.flatnonzero((places == place) & read)
            rows = rows[np.argsort(day[rows])]
            known = rows[np.isfinite(values[rows])]
            if not known.size:
                continue
            if self.rule == "linear":
                filled[rows] = np.interp(day[rows], day[known], values[known])
            else:
                latest = np.searchsorted(day[known], day[rows], side="right") - 1
                filled[rows] = values[known][np.maximum(latest, 0)]
        return filled


def rarely_known(spec: ModelSpec) -> dict[str, RarelyKnown]:
    """The columns of ``spec`` whose empty cells are filled, by name of the column."""
    return {
        control.column: RarelyKnown(control.between, control.begins, control.name)
        for control in spec.all_controls
        if control.between is not None
    }


def between_sentences(spec: ModelSpec) -> Iterator[str]:
    """What is assumed of the weeks in which each of these columns has no number."""
    for column, rarely in rarely_known(spec).items():
        yield (
            f"{rarely.name} ({column!r}) is known in some weeks only: {SAID[rarely.rule]} "
            f"(between {rarely.rule!r})"
        )
