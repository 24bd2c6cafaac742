"""The layout of a response's cells: the channel, geo and week that each of them stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Self

import numpy as np

from optimizer.errors import InvalidResponse
from optimizer.response import (
    DecisionCell,
    FloatArray,
    IndexArray,
    Response,
    SupportedSpend,
)


@dataclass(frozen=True, eq=False)
class Layout:
    """What each cell stands for.

    names, channels, geos, weeks: one for each cell; None where a cell covers all geos or weeks.
    observed_max: (cell,), currency: the most ever spent over as long a time; None if not known.
    usual_active: (cell,), currency: what the cell gets where it is active; None if not known.
    supported: what the region of the response supports; None where it declares no region.
    last_observed: currency of the week before the horizon, by channel; None if not known.
    """

    names: tuple[str, ...]
    channels: tuple[str, ...]
    geos: tuple[str | None, ...]
    weeks: tuple[date | None, ...]
    observed_max: FloatArray | None = None
    last_observed: Mapping[str, float] | None = None
    usual_active: FloatArray | None = None
    supported: SupportedSpend | None = None

    @classmethod
    def of_channels(cls, names: Sequence[str]) -> Self:
        """The layout in which each cell is a channel."""
        nothing = (None,) * len(names)
        return cls(tuple(names), tuple(names), nothing, nothing)

    @classmethod
    def of(cls, response: Response) -> Self:
        """The layout that a response declares.

        Raises InvalidResponse where its declarations contradict each other.
        """
        names = tuple(response.names)
        cells: tuple[DecisionCell, ...] | None = getattr(response, "cells", None)
        supported: SupportedSpend | None = getattr(response, "supported", None)
        most = _by_cell(response, "observed_max", len(names))
        usual = _by_cell(response, "usual_active", len(names))
        last: Mapping[str, float] | None = getattr(response, "last_observed", None)
        if cells is None:
            whole = cls.of_channels(names)
            return replace(
                whole,
                observed_max=most,
                last_observed=last,
                usual_active=usual,
                supported=supported,
            )
        if len(cells) != len(names):
            raise InvalidResponse(f"the response has {len(cells)} cells and {len(names)} names")
        return cls(
            names,
            tuple(cell.channel for cell in cells),
            tuple(cell.geo for cell in cells),
            tuple(cell.week for cell in cells),
            most,
            last,
            usual,
            supported,
        )

    def change_base(self, channel: str, current: FloatArray) -> tuple[float, bool]:
        """The currency that a relative change of a channel is of, and whether that is today's.

        It is today's spend, or what the channel gets where it is active if that is 0; 0 where
        neither is known.  current: (cell,), currency.
        """
        members = self.members(channel)
        now = float(current[members].sum())
        if now > 0.0 or self.usual_active is None:
            return now, True
        return float(self.usual_active[members].sum()), False

    @cached_property
    def channel_names(self) -> tuple[str, ...]:
        """The distinct channels, in the order of their first cells."""
        return tuple(dict.fromkeys(self.channels))

    @cached_property
    def known_geos(self) -> tuple[str, ...]:
        """The distinct geos of the cells."""
        return tuple(dict.fromkeys(geo for geo in self.geos if geo is not None))

    @cached_property
    def known_weeks(self) -> tuple[date, ...]:
        """The distinct weeks of the cells, in order of time."""
        return tuple(sorted({week for week in self.weeks if week is not None}))

    def last_spend(self, channel: str | None = None) -> float | None:
        """The currency of a channel, or of all, in the week before the horizon, if known."""
        if self.last_observed is None:
            return None
        names = self.channel_names if channel is None else (channel,)
        return sum(self.last_observed.get(name, 0.0) for name in names)

    def members(
        self, channel: str | None = None, geo: str | None = None, week: date | None = None
    ) -> IndexArray:
        """Rising positions of the cells of a channel, geo and week; None stands for any."""
        return self._places.get((channel, geo, week), np.empty(0, dtype=np.intp))

    @cached_property
    def _places(self) -> dict[tuple[str | None, str | None, date | None], IndexArray]:
        """The members of every channel, geo and week, and of every combination of them."""
        found: dict[tuple[str | None, str | None, date | None], list[int]] = {}
        for position in range(len(self.names)):
            channel, geo, week = self.channels[position], self.geos[position], self.weeks[position]
            for asked in set(product((None, channel), (None, geo), (None, week))):
                found.setdefault(asked, []).append(position)
        return {asked: np.array(cells, dtype=np.intp) for asked, cells in found.items()}

    def indicator(self, members: IndexArray) -> FloatArray:
        """(cell,): 1 at the members, 0 elsewhere."""
        row = np.zeros(len(self.names))
        row[members] = 1.0
        return row


def _by_cell(response: Response, name: str, cells: int) -> FloatArray | None:
    """(cell,): an amount that a response may declare; None where it does not."""
    given = getattr(response, name, None)
    if given is None:
        return None
    amounts = np.asarray(given, dtype=np.float64)
    if amounts.shape != (cells,):
        raise InvalidResponse(f"{name} has shape {amounts.shape}, not ({cells},)")
    return amounts
