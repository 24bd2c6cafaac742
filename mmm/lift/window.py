"""The weeks and geos of a lift test, located on the calendar and the geos of a panel.

A test has weeks *ahead* of it (as many as spend has an effect), its own weeks, and its cool-down.
Its own weeks and cool-down, which its measurement covers, lie all within the series or all outside.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mmm.data.panel import CELL_SEPARATOR, Panel
from mmm.errors import FieldsError, Issue, pointer
from mmm.spec.lift_test import LiftTest
from mmm.types import Array

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class LiftWindow:
    """``ahead``, ``length`` and ``cooldown`` in weeks; ``first``, the test's first week start.

    ``position`` of that week among the panel's; None for a test outside the series or without
    dates (``dated`` is False then, and it is put at the last observed week).
    """

    first: date
    ahead: int
    length: int
    cooldown: int
    position: int | None
    dated: bool = True

    @property
    def weeks(self) -> tuple[date, ...]:
        """Every week start, those ahead of the test first."""
        start = self.first - self.ahead * WEEK
        return tuple(start + k * WEEK for k in range(self.ahead + self.length + self.cooldown))

    @property
    def own(self) -> slice:
        """Positions of the test's own weeks among ``weeks``."""
        return slice(self.ahead, self.ahead + self.length)

    @property
    def rows(self) -> NDArray[np.int_]:
        """(week,) position of each week among the panel's, below zero before the data begin.

        Raises ValueError for a test that is not within the series.
        """
        if self.position is None:
            raise ValueError("the test is not within the series")
        return self.position - self.ahead + np.arange(len(self.weeks))


@dataclass(frozen=True)
class LiftArea:
    """The geos of a test: ``cells (geo,)`` among the panel's; ``split (geo,)`` of one currency."""

    names: tuple[str, ...]
    cells: NDArray[np.bool_]
    split: Array


def lift_window(test: LiftTest, panel: Panel, ahead: int) -> LiftWindow:
    """The window of ``test``; raises FieldsError for dates that are not the start of a week or
    lie partly outside the series."""
    first, last = panel.weeks[0], panel.weeks[-1]
    if test.start is None or test.end is None:
        return LiftWindow(last, ahead, length=1, cooldown=0, position=None, dated=False)
    for field, day in (("start", test.start), ("end", test.end)):
        if off := (day - first).days % 7:
            near = day - timedelta(days=off)
            detail = f"{day} is not the start of a week; the nearest are {near} and {near + WEEK}"
            raise FieldsError([Issue(pointer(field), "not_a_week_start", detail)])
    stop = test.end + test.cooldown * WEEK
    within = first <= test.start and stop <= last
    if not within and test.start <= last and stop >= first:
        field = "start" if test.start < first else "end" if test.end > last else "cooldown"
        detail = (
            f"the test with its cool-down runs from {test.start} to {stop}, the series from "
            f"{first} to {last}; it must lie within or outside"
        )
        raise FieldsError([Issue(pointer(field), "partly_outside", detail)])
    length = (test.end - test.start).days // 7 + 1
    position = panel.weeks.index(test.start) if within else None
    return LiftWindow(test.start, ahead, length, test.cooldown, position)


def lift_area(test: LiftTest, panel: Panel, geo_weight: Array) -> LiftArea:
    """The area of ``test``; ``split`` spreads a total evenly over people (``geo_weight (geo,)``).

    With products a geo's name means all of its cells. Raises FieldsError for an unknown geo.
    """
    cells = np.ones(len(panel.geos), dtype=bool)
    if test.geos is not None:
        cells = np.zeros(len(panel.geos), dtype=bool)
        for k, name in enumerate(test.geos):
            named = cells_of(name, panel.geos)
            if not named.any():
                known = ", ".join(panel.geos[:30])
                detail = f"{name!r} is not a geo in the data; known geos: {known}"
                raise FieldsError([Issue(pointer("geos", k), "unknown_geo", detail)])
            cells |= named
    weight = np.where(cells, geo_weight, 0.0)
    return LiftArea(panel.geos, cells, weight / weight.sum())


def cells_of(name: str, geos: tuple[str, ...]) -> NDArray[np.bool_]:
    """(geo,) True for those of ``geos`` that are named ``name`` or are a product in that geo."""
    return np.array([geo == name or geo.startswith(name + CELL_SEPARATOR) for geo in geos])
