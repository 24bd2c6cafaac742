"""A plan evaluated on the whole model: where channels do not add up (log link, interactions).

Each evaluation runs the equations on the recent past, the horizon and its carry-out for every draw;
the gradient is analytic: the derivative of the expected kpi to a channel's term, times the term's
derivative along the channel's spend.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmm.attribution.decomposition import channel_slopes
from mmm.data.timeline import Variables
from mmm.plan.build_curves import exposure_per_currency
from mmm.plan.cells import Spread
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, kpi_per_media_unit
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True)
class ExactPlan:
    """``worth (week, geo)`` of a unit of the kpi; ``along (medium, week, geo)`` exposure that a
    unit of a cell's spend buys; ``silent (draw,)`` value of the weeks from the horizon on without
    own spend in it."""

    model: FittedModel
    world: Variables
    spread: Spread
    worth: Array
    along: Array
    silent: Array

    def value(self, spend: Array) -> Array:
        """(draw,) value over no own spend in the horizon at ``spend (cell,)``."""
        return evaluate(self.model, self._under(spend), self._earned) - self.silent

    def slope(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``value``."""

        def change(found: Evaluation) -> Array:
            worth = (kpi_per_media_unit(self.model, found) * self.worth)[:, None]
            slopes = np.zeros((len(self.spread.cells), len(worth)))
            for week, along in self._directions():
                rise = channel_slopes(self.model, found, along)
                by_geo = (rise * worth).sum(-2).transpose(2, 1, 0)
                owners = self.spread.index[week]
                np.add.at(slopes, owners.ravel(), by_geo.reshape(owners.size, -1))
            return slopes.T

        return evaluate(self.model, self._under(spend), change)

    def _directions(self) -> Iterator[tuple[int, Array]]:
        """Weeks whose cells differ, and where a unit of spend in them shows."""
        if not self.spread.by_week:
            yield 0, self.along
            return
        history = len(self.model.panel.weeks)
        for week in range(self.spread.index.shape[0]):
            alone = np.zeros_like(self.along)
            alone[:, history + week] = self.along[:, history + week]
            yield week, alone

    def _earned(self, found: Evaluation) -> Array:
        return np.asarray((expected_kpi(self.model, found) * self.worth).sum((1, 2)))

    def _under(self, spend: Array) -> Variables:
        history, plan = len(self.model.panel.weeks), self.spread.plan(spend)
        planned = self.world.spend.copy()
        planned[history : history + len(plan)] = plan
        return replace(self.world, spend=planned)


def exact_plan(model: FittedModel, world: Variables, spread: Spread, value: Array) -> ExactPlan:
    """The plan's response on ``world``, whose horizon follows the observed weeks; ``value (week,
    geo)`` of a unit of the kpi."""
    later = np.arange(len(world.weeks))[:, None] >= len(model.panel.weeks)
    along = exposure_per_currency(model, world, spread.shares)
    empty = np.zeros(model.posterior.n_draws)
    plan = ExactPlan(model, world, spread, value * later, along, empty)
    return replace(plan, silent=plan.value(np.zeros(len(spread.cells))))
