"""What every response to a plan says of itself: its cells, their spread, what was spent so far."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from mmm.plan.cells import Cell, Spread, references, spread_of
from mmm.plan.curves import On
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True)
class PlanFrame(ABC):
    """``current`` and ``observed_max (cell,)`` in currency over the ``horizon``."""

    model: FittedModel
    spread: Spread
    unit: str
    current: Array
    observed_max: Array
    horizon: tuple[date, ...]
    warnings: tuple[str, ...]
    on: On

    @abstractmethod
    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of what the plan earns."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What is decided."""
        return self.spread.cells

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One for each cell."""
        return tuple(cell.name for cell in self.cells)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that are decided."""
        return self.model.structure.channels

    @property
    def n_draws(self) -> int:
        """Posterior draws."""
        return self.model.posterior.n_draws

    def plan(self, spend: Array) -> Array:
        """(week, geo, channel) currency of ``spend (cell,)``."""
        return self.spread.plan(spend)

    def by_channel(self, spend: Array) -> Array:
        """(channel,) currency of ``spend (cell,)``."""
        return np.asarray(self.plan(spend).sum((0, 1)))

    def named(self, spend: Array) -> dict[str, float]:
        """``by_channel`` under the channels' names."""
        return dict(zip(self.channels, self.by_channel(spend).tolist(), strict=True))

    def marginal(self, spend: Array) -> Array:
        """(draw, channel) derivative of ``draws`` to a channel's total, spread over its cells as
        ``spend (cell,)`` is; evenly where it has none."""
        owner = np.array([self.channels.index(cell.channel) for cell in self.cells])
        of_cell = owner[:, None] == np.arange(len(self.channels))
        total, count = self.by_channel(spend), of_cell.sum(0)
        share = np.where(total > 0.0, spend[:, None] / np.where(total > 0.0, total, 1.0), 1 / count)
        return np.asarray(self.jacobian(spend) @ (of_cell * share))

    @cached_property
    def channel_most(self) -> Array:
        """(channel,) the most that was ever spent over as many weeks."""
        return references(self.model, spread_of(self.model, self.horizon))[1]
