"""Plan against actual: the difference split into plan, execution, market and model.

E_s(x, m) is the expected KPI of the weeks in question given draw s of the plan's own model, under
spend x and market m (prices, rivals, controls, events, cost of exposure). With the reference spend
r, the planned spend b, the actual spend a, the assumed market m and the actual market m*:

    actual = E_s(r, m)                                   reference: spend as before
           + E_s(b, m) - E_s(r, m)                       plan
           + E_s(a, m) - E_s(b, m)                       execution, channel by channel
           + E_s(a, m*) - E_s(a, m)                      market, variable by variable
           + actual - E_s(a, m*)                         model: the part it did not predict

in this order, so that the joint effect of two causes belongs to the later one. The rows add up in
every draw. The last is compared with the predictive distribution of the KPI given a and m*.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmm.counterfactual.variables import VariableRef, model_variables, read_values, with_values
from mmm.data.panel import Panel
from mmm.data.timeline import VARIABLE_NAMES, Variables, observed_variables
from mmm.errors import Issue, QueryError
from mmm.interval import Interval
from mmm.plan.plan_vs_actual_answer import (
    DifferenceRow,
    DifferenceWeek,
    PlanVersusActual,
    Residual,
    SpendRow,
)
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import predictive_draws
from mmm.summarize import summarize
from mmm.types import Array

ORDER = ("reference", "plan", "execution", "market", "model")
MARKET = ("price", "rival_price", "rival_spend", "controls", "events")


@dataclass(frozen=True)
class PlannedWeeks:
    """A plan and its assumptions.

    ``world``: the assumed weeks, observed ones first; weeks after the horizon may follow. ``spend``
    and ``reference (week, geo, channel)``: planned and reference spend over the horizon.
    """

    world: Variables
    spend: Array
    reference: Array


@dataclass(frozen=True)
class DifferenceStep:
    """One change of the world, and its effect on the KPI: ``draws (draw, week)``."""

    kind: str
    name: str
    draws: Array


@dataclass(frozen=True)
class PlanOutcome:
    """The KPI of the plan's weeks, in KPI units.

    ``actual (week,)``: observed. ``predictive (draw, week)``: with noise, given actual spend and
    market. ``promised (draw, week)``: with noise, given the plan and its assumed market.
    """

    actual: Array
    predictive: Array
    promised: Array


def plan_versus_actual(
    model: FittedModel, planned: PlannedWeeks, actual: Panel, seed: int = 0
) -> PlanVersusActual:
    """The split for the weeks of the plan that are in ``actual``, which continues the model's data.

    Raises QueryError where there is no such week yet.
    """
    first, horizon = len(model.panel.weeks), planned.spend.shape[0]
    count = min(len(actual.weeks) - first, horizon)
    if count < 1:
        start = planned.world.weeks[first]
        detail = f"no week of the plan has happened yet: it starts on {start}; send its actuals"
        raise QueryError([Issue("", "no_actuals", detail)])
    weeks = slice(first, first + count)
    assumed_world, actual_world = (
        _first_weeks(planned.world, weeks.stop),
        _first_weeks(observed_variables(actual), weeks.stop),
    )
    actual_world = _with_past(actual_world, assumed_world, first)
    kpi = actual.array("kpi")[weeks].sum(1)
    steps = [*_steps(model, planned, assumed_world, actual_world, weeks)]
    steps.append(DifferenceStep("model", "model", kpi - _total(steps)))
    outcome = PlanOutcome(
        actual=kpi,
        predictive=predictive_draws(model, actual_world, weeks, seed).sum(-1),
        promised=promised(model, planned, weeks, seed),
    )
    return _answer(model, planned, actual_world, weeks, steps, outcome)


def promised(model: FittedModel, planned: PlannedWeeks, weeks: slice, seed: int = 0) -> Array:
    """(draw, week) KPI that the plan promised for ``weeks`` of its world, with noise."""
    world = _with_spend(model, _first_weeks(planned.world, weeks.stop), planned.spend, weeks)
    return np.asarray(predictive_draws(model, world, weeks, seed).sum(-1))


def _steps(
    model: FittedModel,
    planned: PlannedWeeks,
    assumed_world: Variables,
    actual_world: Variables,
    weeks: slice,
) -> Iterator[DifferenceStep]:
    def mean(world: Variables) -> Array:
        return mean_by_geo(model, world)[:, weeks].sum(-1)

    before = mean(_with_spend(model, assumed_world, planned.reference, weeks))
    yield DifferenceStep("reference", "reference", before)
    for kind, name, world in _worlds(model, planned, assumed_world, actual_world, weeks):
        after = mean(world)
        yield DifferenceStep(kind, name, after - before)
        before = after


def _worlds(
    model: FittedModel,
    planned: PlannedWeeks,
    assumed_world: Variables,
    actual_world: Variables,
    weeks: slice,
) -> Iterator[tuple[str, str, Variables]]:
    """The changes from the plan to the actual world, one after the other: kind, name, world."""
    world = _with_spend(model, assumed_world, planned.spend, weeks)
    yield "plan", "plan", world
    for name, variable in model_variables(model).items():
        if variable.array == "spend":
            world = with_values(world, variable, read_values(actual_world, variable))
            yield "execution", name, world
    for array in MARKET:
        for name, variable in model_variables(model).items():
            if variable.array == array:
                world = with_values(world, variable, read_values(actual_world, variable))
                yield "market", name, world
    for channel in model.spec.channels:
        if channel.has_exposure or channel.frequency:
            position = model.structure.channels.index(channel.name)
            for array in ("unit_cost", "frequency"):
                variable = VariableRef(channel.name, array, position)
                world = with_values(world, variable, read_values(actual_world, variable))
            yield "market", f"cost and contacts of {channel.name}", world


def _answer(
    model: FittedModel,
    planned: PlannedWeeks,
    actual_world: Variables,
    weeks: slice,
    steps: list[DifferenceStep],
    outcome: PlanOutcome,
) -> PlanVersusActual:
    kpi, predicted, promise = outcome.actual, outcome.predictive, outcome.promised
    rows = {kind: _total_of_kind(steps, kind) for kind in ORDER}
    target = rows["reference"] + rows["plan"]
    total = float(kpi.sum())
    actual_spend = actual_world.spend[weeks][..., [*model.structure.paid]].sum(1)
    planned_spend = planned.spend[: len(kpi)].sum(1)
    return PlanVersusActual(
        start=actual_world.weeks[weeks.start],
        end=actual_world.weeks[weeks.stop - 1],
        weeks=len(kpi),
        weeks_planned=planned.spend.shape[0],
        unit=model.kpi_unit,
        order=ORDER,
        actual=total,
        planned=summarize(target.sum(1)),
        promised=summarize(promise.sum(1)),
        promise_kept=_within(total, summarize(promise.sum(1))),
        difference=summarize(total - target.sum(1)),
        rows=tuple(DifferenceRow(name=k, kind=k, amount=_total_interval(rows[k])) for k in ORDER),
        execution=tuple(_difference_row(step) for step in steps if step.kind == "execution"),
        market=tuple(_difference_row(step) for step in steps if step.kind == "market"),
        residual=_residual(total, rows["model"].sum(1), predicted.sum(1)),
        by_week=tuple(
            DifferenceWeek(
                week=actual_world.weeks[weeks.start + t],
                actual=float(kpi[t]),
                planned=summarize(target[:, t]),
                amounts={kind: summarize(rows[kind][:, t]) for kind in ORDER},
                residual=_residual(float(kpi[t]), rows["model"][:, t], predicted[:, t]),
                spend_planned=float(planned_spend[t].sum()),
                spend_actual=float(actual_spend[t].sum()),
            )
            for t in range(len(kpi))
        ),
        spend=tuple(
            SpendRow(name=name, planned=float(planned_spend[:, c].sum()), actual=float(s))
            for c, (name, s) in enumerate(
                zip(model.structure.paid_channels, actual_spend.sum(0), strict=True)
            )
        ),
    )


def _residual(actual: float, residual_draws: Array, predicted: Array) -> Residual:
    """The residual from ``residual_draws (draw,)``, actual less its expectation, and ``predicted
    (draw,)``, the KPI with noise."""
    amount = summarize(residual_draws)
    expected = summarize(predicted - (actual - amount.mean))
    return Residual(
        amount=amount,
        expected=expected,
        within=_within(amount.mean, expected),
        share_below=float(np.mean(predicted < actual)),
    )


def _within(value: float, interval: Interval) -> bool:
    return bool(interval.p5 <= value <= interval.p95)


def _difference_row(step: DifferenceStep) -> DifferenceRow:
    return DifferenceRow(name=step.name, kind=step.kind, amount=_total_interval(step.draws))


def _total_interval(draws: Array) -> Interval:
    return summarize(draws.sum(1))


def _total(steps: list[DifferenceStep]) -> Array:
    return np.asarray(sum(step.draws for step in steps))


def _total_of_kind(steps: list[DifferenceStep], kind: str) -> Array:
    draws = [step.draws for step in steps if step.kind == kind]
    return np.asarray(sum(draws, np.zeros_like(steps[0].draws)))


def _with_spend(model: FittedModel, world: Variables, spend: Array, weeks: slice) -> Variables:
    changed = world.spend.copy()
    changed[weeks, :, [*model.structure.paid]] = spend[: weeks.stop - weeks.start]
    return replace(world, spend=changed)


def _first_weeks(world: Variables, stop: int) -> Variables:
    arrays = {name: getattr(world, name)[:stop] for name in VARIABLE_NAMES}
    return Variables(weeks=world.weeks[:stop], **arrays)


def _with_past(actual_world: Variables, assumed_world: Variables, first: int) -> Variables:
    """``actual_world`` with the past weeks as in the data that the model was fitted to."""
    arrays = {
        name: np.concatenate(
            [getattr(assumed_world, name)[:first], getattr(actual_world, name)[first:]]
        )
        for name in VARIABLE_NAMES
    }
    return Variables(weeks=actual_world.weeks, **arrays)
