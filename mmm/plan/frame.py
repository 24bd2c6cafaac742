"""The part that all responses share: cells and their layout, horizon, current and largest spend."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

import numpy as np

from mmm.counterfactual.reference import ReferencePlan
from mmm.plan.cells import PlanCell, PlanLayout, largest_spend, plan_layout, usual_active_spend
from mmm.plan.curves import ObjectiveUnit
from mmm.plan.region import Region, region_of
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

_STEP = 0.01


@dataclass(frozen=True)
class PlanFrame(ABC):
    """A response to the spend of cells, without its values.

    ``reference``: today's plan. ``current`` and ``observed_max (cell,)``: its spend, and the
    largest observed over as many weeks, in currency over the ``horizon``. ``on``: whether values
    are currency or KPI. ``after (geo, channel)``: own spend per week after the horizon, with every
    plan and without any; None for none. ``explore``: whether plans may leave the region that data
    support.
    """

    model: FittedModel
    layout: PlanLayout
    unit: str
    reference: ReferencePlan
    current: Array
    observed_max: Array
    horizon: tuple[date, ...]
    warnings: tuple[str, ...]
    on: ObjectiveUnit
    after: Array | None
    explore: bool

    @abstractmethod
    def draws(self, spend: Array) -> Array:
        """(draw,) value of a plan."""

    @abstractmethod
    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of the value of a plan."""

    @abstractmethod
    def going_on_at(self, after: Array) -> Self:
        """The response where own spend after the horizon is ``after (geo, channel)`` per week."""

    def continuing(self, spend: Array) -> Self:
        """The response where spend goes on after the horizon at the mean per week of a plan
        (cell,); itself where nothing is spent then."""
        return self if self.after is None else self.going_on_at(self.plan(spend).mean(0))

    @property
    def cells(self) -> tuple[PlanCell, ...]:
        """The decisions."""
        return self.layout.cells

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the cells."""
        return tuple(cell.name for cell in self.cells)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the model that have a cost, all of which are decided."""
        return self.model.structure.paid_channels

    @property
    def n_draws(self) -> int:
        """Number of posterior draws."""
        return self.model.posterior.n_draws

    def plan(self, spend: Array) -> Array:
        """(week, geo, channel) plan in currency for ``spend (cell,)``."""
        return self.layout.plan(spend)

    def by_channel(self, spend: Array) -> Array:
        """(channel,) totals in currency of ``spend (cell,)``."""
        return np.asarray(self.plan(spend).sum((0, 1)))

    def named(self, spend: Array) -> dict[str, float]:
        """``by_channel`` by name."""
        return dict(zip(self.channels, self.by_channel(spend).tolist(), strict=True))

    def marginal(self, spend: Array) -> Array:
        """(draw, channel) derivative of ``draws`` with respect to a channel's total.

        The total is distributed over the channel's cells as ``spend (cell,)`` is; evenly where the
        channel has none. A total below 1 % of the channel's current one (of the plan's total where
        that is 0) has the slope of that step, since the derivative at no spend may be infinite.
        """
        owner = np.array([self.channels.index(cell.channel) for cell in self.cells])
        of_cell = owner[:, None] == np.arange(len(self.channels))
        total, count = self.by_channel(spend), of_cell.sum(0)
        share = np.where(total > 0.0, spend[:, None] / np.where(total > 0.0, total, 1.0), 1 / count)
        spread = of_cell * share
        slope = np.asarray(self.jacobian(spend) @ spread)
        today = self.by_channel(self.current)
        step = _STEP * np.where(today > 0.0, today, max(total.sum(), today.sum()) or 1.0)
        near_zero = np.flatnonzero(total < step).tolist()
        before = self.draws(spend) if near_zero else np.zeros(0)
        for channel in near_zero:
            raised = spend + step[channel] * spread[:, channel]
            slope[:, channel] = (self.draws(raised) - before) / step[channel]
        return slope

    @cached_property
    def usual_active(self) -> Array:
        """(cell,) spend over the horizon at the mean of the weeks in which the cell was active."""
        return usual_active_spend(self.model, self.layout)

    @cached_property
    def last_observed(self) -> dict[str, float]:
        """Spend of the last observed week by channel, in currency."""
        last = self.model.panel.array("spend")[-1].sum(0)[[*self.model.structure.paid]]
        return dict(zip(self.channels, last.tolist(), strict=True))

    @cached_property
    def region(self) -> Region:
        """What data support over the horizon."""
        return region_of(self.model, self.layout, self.horizon)

    @property
    def supported(self) -> Region | None:
        """The region that plans stay inside; None where they may leave it."""
        return None if self.explore else self.region

    @property
    def paid_reference(self) -> Array:
        """(week, geo, channel) today's plan of the channels that are decided."""
        return self.reference.spend[..., [*self.model.structure.paid]]

    @cached_property
    def channel_max(self) -> Array:
        """(channel,) largest spend observed over as many weeks."""
        layout = plan_layout(self.model, self.horizon, self.paid_reference)
        return largest_spend(self.model, layout)
