"""A plan evaluated on the whole model: where channels do not add up (log link, interactions).

Each evaluation runs the equations on the recent past, the horizon and its carry-out for every draw;
the gradient is analytic: the derivative of the expected kpi to a channel's term, times the term's
derivative along the channel's spend.
"""

from dataclasses import dataclass, replace

import numpy as np

from mmm.decomposition import channel_slopes
from mmm.evaluate import Evaluation, evaluate, expected, media_factor
from mmm.fitted import FittedModel
from mmm.plan_curves import On, exposure_per_currency
from mmm.timeline import Variables
from mmm.types import Array
from mmm.value import kpi_value


@dataclass(frozen=True)
class ExactPlan:
    """``shares (week, geo, channel)`` of a total; ``worth (week, geo)`` of a unit of the kpi;
    ``silent (draw,)`` value of the weeks from the horizon on without own spend in it."""

    model: FittedModel
    world: Variables
    shares: Array
    worth: Array
    along: Array
    silent: Array

    def value(self, totals: Array) -> Array:
        """(draw,) value over no own spend in the horizon."""
        return evaluate(self.model, self._under(totals), self._earned) - self.silent

    def slope(self, totals: Array) -> Array:
        """(draw, channel) derivative of ``value``."""

        def change(found: Evaluation) -> Array:
            worth = (media_factor(self.model, found) * self.worth)[:, None]
            rise = channel_slopes(self.model, found, self.along)
            return np.asarray((rise * worth).sum((-2, -1)))

        return evaluate(self.model, self._under(totals), change)

    def _earned(self, found: Evaluation) -> Array:
        return np.asarray((expected(self.model, found) * self.worth).sum((1, 2)))

    def _under(self, totals: Array) -> Variables:
        history, weeks = len(self.model.panel.weeks), self.shares.shape[0]
        spend = self.world.spend.copy()
        spend[history : history + weeks] = self.shares * totals
        return replace(self.world, spend=spend)


def exact_plan(model: FittedModel, world: Variables, shares: Array, on: On) -> ExactPlan:
    """The plan's response on ``world``, whose horizon follows the observed weeks."""
    value = kpi_value(model.spec, world.price) if on == "value" else np.ones_like(world.price)
    later = np.arange(len(world.weeks))[:, None] >= len(model.panel.weeks)
    along = exposure_per_currency(model, world, shares)
    empty = np.zeros(model.posterior.n_draws)
    plan = ExactPlan(model, world, shares, value * later, along, empty)
    return replace(plan, silent=plan.value(np.zeros(model.structure.n_channels)))
