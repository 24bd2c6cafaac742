"""Columns that begin later than the data: what stands in the weeks before.

Spend and exposure are zero there. Prices, controls and contacts stand at their mean, where they
neither raise nor lower the KPI: the geometric mean of a price, which is its reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmm.errors import Issue
from mmm.spec.model import ModelSpec
from mmm.types import Array

type Standing = Literal["zero", "mean", "price"]


@dataclass(frozen=True)
class LateColumn:
    """A column whose cells are read from ``begins`` on; ``before``: what stands before it."""

    begins: date
    before: Standing
    name: str

    def is_before(self, weeks: list[date]) -> NDArray[np.bool_]:
        """(row,) whether the row's week comes before the column begins."""
        return np.array([week < self.begins for week in weeks], dtype=np.bool_)

    def fill(self, values: Array, weeks: list[date]) -> Array:
        """``values (row,)`` with what stands in the rows before the beginning."""
        before = self.is_before(weeks)
        return np.where(before, self._standing(values[~before]), values)

    def _standing(self, known: Array) -> float:
        known = known[np.isfinite(known)]
        if self.before == "zero" or not known.size:
            return 0.0
        if self.before == "price" and known.min() > 0.0:
            return float(np.exp(np.log(known).mean()))
        return float(known.mean())


def late_columns(spec: ModelSpec) -> dict[str, LateColumn]:
    """The columns of ``spec`` that begin late, by name of the column."""
    found = {}
    for channel in spec.channels:
        if channel.begins is not None:
            for column in filter(None, (channel.column, channel.exposure)):
                found[column] = LateColumn(channel.begins, "zero", channel.name)
            if channel.frequency is not None:
                found[channel.frequency] = LateColumn(channel.begins, "mean", channel.name)
    for rival in spec.competitors:
        if rival.begins is not None and rival.price is not None:
            found[rival.price] = LateColumn(rival.begins, "price", f"{rival.name}.price")
        if rival.begins is not None and rival.spend is not None:
            found[rival.spend] = LateColumn(rival.begins, "zero", f"{rival.name}.spend")
    for control in spec.controls:
        if control.begins is not None:
            found[control.column] = LateColumn(control.begins, "mean", control.name)
    return found


def beginning_issues(spec: ModelSpec, weeks: list[date]) -> Iterator[Issue]:
    """Issues of beginnings outside the data."""
    where = dict(spec.column_pointers)
    for column, late in late_columns(spec).items():
        if not weeks[0] <= late.begins <= weeks[-1]:
            parent = where[column].rpartition("/")[0]
            detail = f"{late.begins} is not between {weeks[0]} and {weeks[-1]}, the data's weeks"
            yield Issue(f"{parent}/from", "outside_data", detail)


def late_sentences(spec: ModelSpec) -> Iterator[str]:
    """What is assumed of the weeks before each column begins."""
    words = {"zero": "zero", "mean": "at its mean", "price": "at its mean"}
    for column, late in late_columns(spec).items():
        stands = words[late.before]
        yield f"{late.name} ({column!r}) begins on {late.begins}; before that it stands {stands}"
