"""A plan evaluated on the whole model, where channels do not add up (log link, interactions).

Each evaluation runs the equations on the recent past, the horizon and the carryover after it for
every draw. The gradient is analytic: the derivative of the expected KPI with respect to a channel's
term, times the term's derivative with respect to the channel's spend.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmm.attribution.decomposition import channel_slopes
from mmm.data.timeline import Variables
from mmm.plan.build_curves import (
    GroupCurves,
    build_curves,
    exposure_per_currency,
    is_separable,
)
from mmm.plan.cells import PlanLayout
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, kpi_per_media_unit
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True)
class FullModelPlan:
    """The response of a plan by the whole model.

    ``unit_value (week, geo)``: value of one unit of the KPI, zero before the horizon;
    ``exposure_per_unit (medium, week, geo)``: exposure that one unit of a cell's spend buys;
    ``no_spend_value (draw,)``: value of the weeks from the horizon on without own spend in it.
    """

    model: FittedModel
    world: Variables
    layout: PlanLayout
    unit_value: Array
    exposure_per_unit: Array
    no_spend_value: Array

    def value(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)`` over no own spend in the horizon."""
        return evaluate(self.model, self._world_of(spend), self._total_value) - self.no_spend_value

    def slope(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``value``."""

        def change(evaluation: Evaluation) -> Array:
            unit_value = (kpi_per_media_unit(self.model, evaluation) * self.unit_value)[:, None]
            slopes = np.zeros((len(self.layout.cells), len(unit_value)))
            paid = [*self.model.structure.paid]
            for week, direction in self._directions():
                rise = channel_slopes(self.model, evaluation, direction)[:, paid]
                by_geo = (rise * unit_value).sum(-2).transpose(2, 1, 0)
                owners = self.layout.index[week]
                np.add.at(slopes, owners.ravel(), by_geo.reshape(owners.size, -1))
            return slopes.T

        return evaluate(self.model, self._world_of(spend), change)

    def _directions(self) -> Iterator[tuple[int, Array]]:
        """Weeks with different cells, each with the exposure that one unit of its spend buys."""
        if not self.layout.by_week:
            yield 0, self.exposure_per_unit
            return
        history = len(self.model.panel.weeks)
        for week in range(self.layout.index.shape[0]):
            single = np.zeros_like(self.exposure_per_unit)
            single[:, history + week] = self.exposure_per_unit[:, history + week]
            yield week, single

    def _total_value(self, evaluation: Evaluation) -> Array:
        return np.asarray((expected_kpi(self.model, evaluation) * self.unit_value).sum((1, 2)))

    def _world_of(self, spend: Array) -> Variables:
        history, plan = len(self.model.panel.weeks), self.layout.plan(spend)
        planned = self.world.spend.copy()
        planned[history : history + len(plan), :, [*self.model.structure.paid]] = plan
        return replace(self.world, spend=planned)


def full_model_plan(
    model: FittedModel, world: Variables, layout: PlanLayout, value: Array
) -> FullModelPlan:
    """The whole model's response on ``world``, whose horizon follows the observed weeks.

    ``value (week, geo)``: value of one unit of the KPI.
    """
    later = np.arange(len(world.weeks))[:, None] >= len(model.panel.weeks)
    per_currency = exposure_per_currency(model, world, layout.shares)
    empty = np.zeros(model.posterior.n_draws)
    plan = FullModelPlan(model, world, layout, value * later, per_currency, empty)
    return replace(plan, no_spend_value=plan.value(np.zeros(len(layout.cells))))


def curves_or_full_model(
    model: FittedModel,
    world: Variables,
    layout: PlanLayout,
    value: Array,
    known: Array | None,
) -> tuple[tuple[GroupCurves, ...], FullModelPlan | None]:
    """Curves where channels add up, else the whole model; ``known``: as in ``build_curves``."""
    if is_separable(model.structure):
        return tuple(build_curves(model, world, layout, value, known)), None
    return (), full_model_plan(model, world, layout, value)
