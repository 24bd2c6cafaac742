"""A posterior over a horizon as the optimizer's response: draws of a plan's value, and gradients.

For the spend b of cells (``cells``: channels, their geos or weeks) the adstocked exposure of week t
is affine in b: carry-in from history plus b times the carryover of one unit.

    draws_s(b) = sum_{t, g, c} W_s[t, g] * beta_s[c, g] * (sat_c(carry + b_c * unit) - sat_c(carry))

over the horizon and the carryover after it. W is the value of one scaled
unit of media: price factor (where it acts on media) x KPI unit x value per unit. The result is the
value of the plan over no own spend in the horizon, cost not subtracted. With the log link or
interactions the channels do not add up, and every plan is evaluated on the whole model
(``full_model``).

After the horizon own spend is zero, or goes on at a level that is part of ``carry``: the same in
the world of every plan and in that without spend in the horizon. What a plan leaves for later
weeks then meets media that are as saturated as in the horizon. Without it the last weeks would
seem a bargain, for their carryover would fall on empty weeks. At a level that is the plan's own
mean the last week earns what the others do. A level that is fixed keeps the response concave and
separable; ``continuing`` moves it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mmm.counterfactual.future import extend_timeline, with_spend_after
from mmm.counterfactual.interventions import apply_intervention
from mmm.counterfactual.question import Intervention
from mmm.counterfactual.reference import reference_plan
from mmm.data.kpi_value import discount, value_unit, weekly_value
from mmm.data.timeline import Variables
from mmm.equations.transforms import concave
from mmm.errors import Issue, QueryError
from mmm.plan.assumptions import (
    NO_ASSUMPTIONS,
    Assumptions,
    horizon_weeks,
    require_near_data,
    with_assumptions,
)
from mmm.plan.build_curves import GroupCurves
from mmm.plan.cells import largest_spend, plan_layout
from mmm.plan.curve_form import FORM_NOT_COUNTED
from mmm.plan.curves import ObjectiveUnit, PlanCurves
from mmm.plan.frame import PlanFrame
from mmm.plan.full_model import FullModelPlan, curves_or_full_model
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import USUAL_GRANULARITY, Granularity
from mmm.plan.region import region_of
from mmm.posterior.evaluate import mean_by_geo, weeks_that_matter, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True)
class PlanResponse(PlanFrame):
    """The response of one world; satisfies ``optimizer.response.Response``.

    Arrays are in the order of the cells. ``unit_value (week, geo)``: of one unit of the KPI, in
    the unit of ``draws``. ``price_gain (draw,)``: value of the horizon without own
    spend at the assumed own price, over that at today's price; zero where no price is assumed.
    """

    world: Variables
    unit_value: Array
    price_gain: Array
    curves: tuple[GroupCurves, ...]
    full_model: FullModelPlan | None

    @cached_property
    def concave(self) -> bool:
        """Whether every draw's response is concave in the spend of all cells."""
        return self.full_model is None and all(
            curve.form is None
            and concave(curve.group.saturation, curve.parameters)
            and bool(np.all(curve.weight >= 0.0))
            for curve in self.curves
        )

    def draws(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)`` over no own spend in the horizon."""
        if self.full_model is not None:
            return self.price_gain + self.full_model.value(spend)
        return np.sum([self.price_gain, *(curve.value(spend) for curve in self.curves)], axis=0)

    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``draws``."""
        if self.full_model is not None:
            return self.full_model.slope(spend)
        slopes = np.zeros((len(self.cells), self.n_draws))
        for curve in self.curves:
            curve.add_slope(spend, slopes)
        return slopes.T

    @property
    def separable(self) -> bool:
        """Whether ``draws`` is a sum over cells of the values of ``curve``."""
        return self.full_model is None and not self.layout.by_week

    def curve(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level) value of one cell over no spend in it, and slope, at ``levels (level,)`` of
        its spend; only where ``separable``."""
        values, slopes = zip(*(self._cell_at(cell, level) for level in levels), strict=True)
        return np.stack(values, axis=1), np.stack(slopes, axis=1)

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) least and largest slope between neighbours of rising ``levels``."""
        low, high = np.zeros((2, self.n_draws, levels.size - 1))
        for curve in self._plan_curves():
            least, most = curve.slope_range(cell, levels)
            low, high = low + least, high + most
        return low, high

    def _cell_at(self, cell: int, level: float) -> tuple[Array, Array]:
        value, slope = np.zeros(self.n_draws), np.zeros(self.n_draws)
        for curve in self._plan_curves():
            own_value, own_slope = curve.of_cell(cell, level)
            value, slope = value + own_value, slope + own_slope
        return value, slope

    def _plan_curves(self) -> Iterator[PlanCurves]:
        for curve in self.curves:
            assert isinstance(curve, PlanCurves)
            yield curve

    @cached_property
    def kpi(self) -> Self:
        """The same response in units of the KPI."""
        if self.on == "kpi":
            return self
        units = np.ones_like(self.world.price)
        return replace(self._counting(units), unit="kpi units", on="kpi")

    @cached_property
    def within_horizon(self) -> Self:
        """The same response without the carryover after the horizon: what ``total`` rises by over
        that of no own spend."""
        counted = np.zeros_like(self.world.price)
        counted[self._weeks()] = self._unit_value()
        return self._counting(counted)

    def _counting(self, value: Array) -> Self:
        """The response whose value of one unit of the KPI is ``value (week, geo)``."""
        curves, full_model = curves_or_full_model(
            self.model, self.world, self.layout, value, self._known
        )
        price_gain = np.zeros_like(self.price_gain)
        return replace(
            self, unit_value=value, price_gain=price_gain, curves=curves, full_model=full_model
        )

    def going_on_at(self, after: Array) -> Self:
        """The response where own spend after the horizon is ``after (geo, channel)`` per week."""
        paid = self.model.structure.paid
        world = with_spend_after(self.world, self._weeks().stop, after, paid)
        curves, full_model = curves_or_full_model(
            self.model, world, self.layout, self.unit_value, self._known
        )
        return replace(self, after=after, world=world, curves=curves, full_model=full_model)

    def _unit_value(self) -> Array:
        """(week, geo) value of one unit of the KPI in the horizon."""
        price = self.world.price
        if self.on == "kpi":
            return np.ones_like(price[self._weeks()])
        return weekly_value(self.model.panel, self.model.spec, price)[self._weeks()]

    def outcome(self, spend: Array) -> Array:
        """(draw,) expected KPI of the horizon's weeks under ``spend (cell,)``."""
        return self._by_geo(spend, None).sum((1, 2)) + self.kpi._form_effect(spend)

    def total(self, spend: Array) -> Array:
        """(draw,) ``outcome`` in the unit of ``draws``."""
        value = (self._by_geo(spend, None) * self._unit_value()).sum((1, 2))
        return np.asarray(value + self._form_effect(spend))

    def inside(self, spend: Array) -> Array:
        """(draw,) the part of ``draws`` that arrives within the horizon; the rest comes later."""
        without = self.total(np.zeros_like(spend))
        return np.asarray(self.price_gain + self.total(spend) - without)

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) ``total`` with future states and noise; equal seeds give equal noise."""
        noisy = with_noise(self.model, self._by_geo(spend, seed), seed)
        return np.asarray((noisy * self._unit_value()).sum((1, 2)) + self._form_effect(spend))

    @property
    def _known(self) -> Array | None:
        """(cell,) spend beyond which the form of the curves is uncertain; None: nowhere."""
        return self.region.cells if self.explore else None

    def _form_effect(self, spend: Array) -> Array:
        """(draw,) what the uncertain form of the curves changes in ``total``; zero inside."""
        effect = np.zeros(self.n_draws)
        for curve in self.within_horizon.curves if self.explore else ():
            effect += curve.value(spend) - replace(curve, form=None).value(spend)
        return effect

    def _by_geo(self, spend: Array, seed: int | None) -> Array:
        weeks = self._weeks()
        planned = self.world.spend.copy()
        planned[weeks, :, [*self.model.structure.paid]] = self.plan(spend)
        world = replace(self.world, spend=planned)
        if seed is None:
            world, weeks = weeks_that_matter(self.model, world, weeks)
        return mean_by_geo(self.model, world, seed)[:, weeks]

    def _weeks(self) -> slice:
        first = self.world.index(self.horizon[0])
        return slice(first, first + len(self.horizon))


def plan_response(
    model: FittedModel,
    horizon: Horizon,
    *,
    assumed: Assumptions = NO_ASSUMPTIONS,
    granularity: Granularity = USUAL_GRANULARITY,
    discount_rate: float = 0.0,
    on: ObjectiveUnit = "value",
) -> PlanResponse:
    """Response of plans over ``horizon``; raises QueryError naming what cannot be planned.

    ``discount_rate``: yearly, of the value of the weeks after the horizon.
    """
    weeks = horizon_weeks(model, horizon)
    if on == "value" and not model.spec.has_currency:
        detail = "the KPI has no value in currency: give kpi.value_per_unit, or optimise on 'kpi'"
        raise QueryError([Issue("/objective/on", "no_value", detail)])
    if not model.structure.paid:
        detail = "no channel of the model has a cost: there is nothing to plan"
        raise QueryError([Issue("", "no_spend", detail)])
    tail = model.structure.max_lag
    today, warnings = extend_timeline(model, weeks[-1], tail, assumed.future, None)
    if on == "value" and model.spec.worth_column:
        held = model.spec.worth_column
        warnings = [*warnings, f"after {model.panel.weeks[-1]}, held at the last value: {held}"]
    today = with_assumptions(model, today, weeks, assumed.interventions)
    world = today
    if assumed.price is not None:
        do = Intervention(variable="price", set=assumed.price)
        world = apply_intervention(model, world, do, (weeks[0], weeks[-1]), "/price")
    require_near_data(model, world, weeks, assumed)
    reference = reference_plan(model, len(weeks), assumed.reference)
    paid = [*model.structure.paid]
    current = reference.spend[..., paid]
    layout = plan_layout(model, weeks, current, granularity)
    after = None if assumed.after == "zero" else current.mean(0)
    if after is not None:
        end = today.index(weeks[-1]) + 1
        today, world = (with_spend_after(each, end, after, paid) for each in (today, world))

    def unit_value(variables: Variables) -> Array:
        """(week, geo) value of one unit of the KPI, discounted after the horizon."""
        if on == "kpi":
            return np.ones_like(variables.price)
        end = variables.index(weeks[-1]) + 1
        factors = discount(len(variables.weeks), end, discount_rate)
        return weekly_value(model.panel, model.spec, variables.price) * factors

    def value_without_spend(variables: Variables) -> Array:
        """(draw,) value of the weeks from the horizon on."""
        later = slice(variables.index(weeks[0]), None)
        value = mean_by_geo(model, variables, None)[:, later] * unit_value(variables)[later]
        return np.asarray(value.sum((1, 2)))

    price_gain = np.zeros(model.posterior.n_draws)
    if assumed.price is not None:
        price_gain = value_without_spend(world) - value_without_spend(today)
    value = unit_value(world)
    known = region_of(model, layout, weeks).cells if assumed.explore else None
    curves, full_model = curves_or_full_model(model, world, layout, value, known)
    if assumed.explore and full_model is not None:
        warnings.append(FORM_NOT_COUNTED)
    return PlanResponse(
        model=model,
        layout=layout,
        unit=value_unit(model.spec) if on == "value" else "kpi units",
        reference=reference,
        current=layout.totals(current),
        observed_max=largest_spend(model, layout),
        horizon=weeks,
        warnings=tuple(warnings),
        on=on,
        after=after,
        explore=assumed.explore,
        world=world,
        unit_value=value,
        price_gain=price_gain,
        curves=curves,
        full_model=full_model,
    )
