"""A posterior and a horizon as the optimizer's response: draws of what a plan earns, and gradient.

For the spend b of cells (``cells``: channels, their geos or weeks) the adstocked exposure of week t
is affine in b: carry-in from history plus b times the carryover of one unit.

    draws_s(b) = sum_{t, g, c} W_s[t, g] * beta_s[c, g] * (sat_c(carry + b_c * unit) - sat_c(carry))

over the horizon and its carry-out (own spend zero after it), W the value of one scaled unit of
media: price factor (where it acts on media) x kpi unit x value per unit. It is what the plan earns
over no own spend in the window, cost not subtracted. With the log link or interactions the channels
do not add up, and every plan is evaluated on the whole model (``plan_exact``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Self

import numpy as np

from mmm.counterfactual.future import extend_timeline
from mmm.counterfactual.interventions import apply_intervention
from mmm.counterfactual.question import FutureRule, Intervention
from mmm.data.kpi_value import discount, kpi_value, value_unit
from mmm.data.timeline import Variables
from mmm.equations.transforms import concave
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.build_curves import Curves, plan_curves, separable
from mmm.plan.cells import Granularity, Spread, references, spread_of
from mmm.plan.curves import On, PlanCurves
from mmm.plan.frame import PlanFrame
from mmm.plan.full_model import ExactPlan, exact_plan
from mmm.plan.horizon import Horizon
from mmm.posterior.evaluate import mean_by_geo, weeks_that_matter, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True)
class Assumptions:
    """The world over the horizon, apart from own spend.

    ``interventions`` act on the timeline that the rules of ``future`` continue. ``price``: own
    price over the horizon; what it changes without own spend is part of what every plan brings.
    """

    interventions: Sequence[Intervention] = ()
    future: Mapping[str, FutureRule] = field(default_factory=dict)
    price: float | None = None


@dataclass(frozen=True)
class PlanResponse(PlanFrame):
    """Satisfies ``optimizer.response.Response``; arrays are in the order of the cells.

    ``apart (draw,)``: what the horizon is worth without own spend, over the same at today's price;
    zero unless a price was asked for.
    """

    world: Variables
    apart: Array
    curves: tuple[Curves, ...]
    exact: ExactPlan | None

    @cached_property
    def concave(self) -> bool:
        """Whether every draw's response is concave in the spend of all cells."""
        return self.exact is None and all(
            concave(curve.group.saturation, curve.parameters) and bool(np.all(curve.weight >= 0.0))
            for curve in self.curves
        )

    def draws(self, spend: Array) -> Array:
        """(draw,) value over no own spend in the window at ``spend (cell,)``."""
        if self.exact is not None:
            return self.apart + self.exact.value(spend)
        return np.sum([self.apart, *(curve.value(spend) for curve in self.curves)], axis=0)

    def jacobian(self, spend: Array) -> Array:
        """(draw, cell) derivative of ``draws``."""
        if self.exact is not None:
            return self.exact.slope(spend)
        slopes = np.zeros((len(self.cells), self.n_draws))
        for curve in self.curves:
            curve.add_slope(spend, slopes)
        return slopes.T

    @property
    def separable(self) -> bool:
        """Whether ``draws`` is a sum over cells, each told by ``curve``."""
        return self.exact is None and not self.spread.by_week

    def curve(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level) value of one cell over no spend in it, and slope, at totals
        ``levels (level,)``; only where ``separable``."""
        values, slopes = zip(*(self._at(cell, level) for level in levels), strict=True)
        return np.stack(values, axis=1), np.stack(slopes, axis=1)

    def slope_range(self, cell: int, levels: Array) -> tuple[Array, Array]:
        """(draw, level - 1) least and largest slope between neighbours of rising ``levels``."""
        low, high = np.zeros((2, self.n_draws, levels.size - 1))
        for curve in self._one_dimensional():
            least, most = curve.slope_range(cell, levels)
            low, high = low + least, high + most
        return low, high

    def _at(self, cell: int, level: float) -> tuple[Array, Array]:
        value, slope = np.zeros(self.n_draws), np.zeros(self.n_draws)
        for curve in self._one_dimensional():
            earned, rising = curve.of_cell(cell, level)
            value, slope = value + earned, slope + rising
        return value, slope

    def _one_dimensional(self) -> Iterator[PlanCurves]:
        for curve in self.curves:
            assert isinstance(curve, PlanCurves)
            yield curve

    @cached_property
    def kpi(self) -> Self:
        """The same in units of the kpi."""
        if self.on == "kpi":
            return self
        units = np.ones_like(self.world.price)
        curves, exact = _responses(self.model, self.world, self.spread, units)
        apart = np.zeros_like(self.apart)
        return replace(self, unit="kpi units", on="kpi", apart=apart, curves=curves, exact=exact)

    def outcome(self, spend: Array) -> Array:
        """(draw,) expected kpi of the horizon's weeks under ``spend (cell,)``."""
        return self._by_geo(spend, None).sum((1, 2))

    def total(self, spend: Array) -> Array:
        """(draw,) as ``outcome``, in the unit of ``draws``."""
        if self.on == "kpi":
            return self.outcome(spend)
        price = self.world.price[self._weeks()]
        return (self._by_geo(spend, None) * kpi_value(self.model.spec, price)).sum((1, 2))

    def predictive(self, spend: Array, seed: int = 0) -> Array:
        """(draw,) as ``outcome`` with future states and noise; equal seeds give equal noise."""
        return with_noise(self.model, self._by_geo(spend, seed), seed).sum((1, 2))

    def _by_geo(self, spend: Array, seed: int | None) -> Array:
        weeks = self._weeks()
        planned = self.world.spend.copy()
        planned[weeks] = self.plan(spend)
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
    assumed: Assumptions | None = None,
    granularity: Granularity | None = None,
    discount_rate: float = 0.0,
    on: On = "value",
) -> PlanResponse:
    """Response of plans over ``horizon``; raises QueryError naming what cannot be planned.

    ``discount_rate``: yearly, of what comes after the horizon.
    """
    assumed = assumed or Assumptions()
    weeks = _horizon_weeks(model, horizon)
    if on == "value" and not model.spec.has_currency:
        detail = "the kpi has no value in currency: give kpi.value_per_unit, or optimise on 'kpi'"
        raise QueryError([Issue("/objective/on", "no_value", detail)])
    world, warnings = extend_timeline(
        model, weeks[-1], model.structure.max_lag, assumed.future, None
    )
    for index, do in enumerate(assumed.interventions):
        if do.variable in model.structure.channels:
            detail = f"{do.variable!r} is decided here; fix it under channels instead"
            raise QueryError([Issue(pointer("assume", index), "decided", detail)])
        if do.variable in model.structure.mediators:
            detail = f"{do.variable!r} follows from the plan by its own equation; assume its causes"
            raise QueryError([Issue(pointer("assume", index), "mediator", detail)])
        world = apply_intervention(
            model, world, do, (weeks[0], weeks[-1]), pointer("assume", index)
        )
    today, window = world, (weeks[0], weeks[-1])
    price = assumed.price
    if price is not None:
        world = apply_intervention(
            model, world, Intervention(variable="price", set=price), window, "/price"
        )
    spread = spread_of(model, weeks, granularity)
    current, most = references(model, spread)

    def value_in(variables: Variables) -> Array:
        if on == "kpi":
            return np.ones_like(variables.price)
        end = variables.index(weeks[-1]) + 1
        factors = discount(len(variables.weeks), end, discount_rate)
        return kpi_value(model.spec, variables.price) * factors

    def worth(variables: Variables) -> Array:
        later = slice(variables.index(weeks[0]), None)
        earned = mean_by_geo(model, variables, None)[:, later] * value_in(variables)[later]
        return np.asarray(earned.sum((1, 2)))

    curves, exact = _responses(model, world, spread, value_in(world))
    return PlanResponse(
        model=model,
        spread=spread,
        unit=value_unit(model.spec) if on == "value" else "kpi units",
        current=current,
        observed_max=most,
        horizon=weeks,
        warnings=tuple(warnings),
        on=on,
        world=world,
        apart=np.zeros(model.posterior.n_draws) if price is None else worth(world) - worth(today),
        curves=curves,
        exact=exact,
    )


def _responses(
    model: FittedModel, world: Variables, spread: Spread, value: Array
) -> tuple[tuple[Curves, ...], ExactPlan | None]:
    """Curves where channels add up, else the whole model."""
    if separable(model.structure):
        return tuple(plan_curves(model, world, spread, value)), None
    return (), exact_plan(model, world, spread, value)


def _horizon_weeks(model: FittedModel, horizon: Horizon) -> tuple[date, ...]:
    expected = model.panel.weeks[-1] + timedelta(weeks=1)
    if horizon.start != expected:
        detail = f"the horizon must start the week after the data, {expected}, not {horizon.start}"
        raise QueryError([Issue("/horizon/start", "gap_to_data", detail)])
    return tuple(expected + timedelta(weeks=step) for step in range(horizon.weeks))
