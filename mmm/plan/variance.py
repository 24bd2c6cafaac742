"""Plan against actual: the difference split into plan, execution, market and model.

E_s(x, m) is the expected kpi of the weeks in question given draw s of the plan's own model, under
spend x and market m (prices, rivals, controls, events, cost of exposure). For the reference spend
r, the planned spend b, the spend a as it came, the market assumed (m) and as it came (m*):

    actual = E_s(r, m)                                   reference: spend as before
           + E_s(b, m) - E_s(r, m)                       plan
           + E_s(a, m) - E_s(b, m)                       execution, channel by channel
           + E_s(a, m*) - E_s(a, m)                      market, variable by variable
           + actual - E_s(a, m*)                         model: what it did not foresee

in this order, so that what two causes bring together belongs to the later one. The rows add up in
every draw. The last is held against the predictive distribution of the kpi given a and m*.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmm.counterfactual.variables import VariableRef, model_variables, read_values, with_values
from mmm.data.panel import Panel
from mmm.data.timeline import VARIABLE_NAMES, Variables, observed_variables
from mmm.errors import Issue, QueryError
from mmm.interval import Interval
from mmm.plan.variance_answer import PlanVersusActual, Residual, SpendRow, VarianceRow, VarianceWeek
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import predictive_draws
from mmm.summarize import summarize
from mmm.types import Array

ORDER = ("reference", "plan", "execution", "market", "model")
MARKET = ("price", "rival_price", "rival_spend", "controls", "events")


@dataclass(frozen=True)
class PlannedWeeks:
    """A plan and what it assumed: ``spend``, ``reference (week, geo, channel)`` over the horizon,
    which is the last part of ``world``, the assumed weeks; weeks after the horizon may follow."""

    world: Variables
    spend: Array
    reference: Array


@dataclass(frozen=True)
class Step:
    """One change of the world, and what it brought: ``draws (draw, week)``."""

    kind: str
    name: str
    draws: Array


@dataclass(frozen=True)
class PlanOutcome:
    """The kpi of the plan's weeks, in kpi units: ``actual (week,)``, what was observed, and with
    all noise ``predictive (draw, week)``, given spend and market as they came, and ``promised
    (draw, week)``, given the plan and the market that it assumed."""

    actual: Array
    predictive: Array
    promised: Array


def plan_versus_actual(
    model: FittedModel, planned: PlannedWeeks, actual: Panel, seed: int = 0
) -> PlanVersusActual:
    """The split for those weeks of the plan that ``actual`` has; it continues the model's data.

    Raises QueryError where there is none yet.
    """
    first, horizon = len(model.panel.weeks), planned.spend.shape[0]
    count = min(len(actual.weeks) - first, horizon)
    if count < 1:
        start = planned.world.weeks[first]
        detail = f"no week of the plan has happened yet: it starts on {start}; send its actuals"
        raise QueryError([Issue("", "no_actuals", detail)])
    weeks = slice(first, first + count)
    assumed, came = _cut(planned.world, weeks.stop), _cut(observed_variables(actual), weeks.stop)
    came = _with_past(came, assumed, first)
    kpi = actual.array("kpi")[weeks].sum(1)
    steps = [*_steps(model, planned, assumed, came, weeks)]
    steps.append(Step("model", "model", kpi - _total(steps)))
    outcome = PlanOutcome(
        actual=kpi,
        predictive=predictive_draws(model, came, weeks, seed).sum(-1),
        promised=promised(model, planned, weeks, seed),
    )
    return _answer(model, planned, came, weeks, steps, outcome)


def promised(model: FittedModel, planned: PlannedWeeks, weeks: slice, seed: int = 0) -> Array:
    """(draw, week) kpi that the plan let expect on ``weeks`` of its world, noise included."""
    world = _spending(_cut(planned.world, weeks.stop), planned.spend, weeks)
    return np.asarray(predictive_draws(model, world, weeks, seed).sum(-1))


def _steps(
    model: FittedModel, planned: PlannedWeeks, assumed: Variables, came: Variables, weeks: slice
) -> Iterator[Step]:
    def mean(world: Variables) -> Array:
        return mean_by_geo(model, world)[:, weeks].sum(-1)

    before = mean(_spending(assumed, planned.reference, weeks))
    yield Step("reference", "reference", before)
    for kind, name, world in _worlds(model, planned, assumed, came, weeks):
        after = mean(world)
        yield Step(kind, name, after - before)
        before = after


def _worlds(
    model: FittedModel, planned: PlannedWeeks, assumed: Variables, came: Variables, weeks: slice
) -> Iterator[tuple[str, str, Variables]]:
    """Every change from the reference to what came, one after the other."""
    world = _spending(assumed, planned.spend, weeks)
    yield "plan", "plan", world
    for name, variable in model_variables(model).items():
        if variable.array == "spend":
            world = with_values(world, variable, read_values(came, variable))
            yield "execution", name, world
    for array in MARKET:
        for name, variable in model_variables(model).items():
            if variable.array == array:
                world = with_values(world, variable, read_values(came, variable))
                yield "market", name, world
    for channel in model.spec.channels:
        if channel.exposure or channel.frequency:
            at = model.structure.channels.index(channel.name)
            for array in ("unit_cost", "frequency"):
                variable = VariableRef(channel.name, array, at)
                world = with_values(world, variable, read_values(came, variable))
            yield "market", f"cost and contacts of {channel.name}", world


def _answer(
    model: FittedModel,
    planned: PlannedWeeks,
    came: Variables,
    weeks: slice,
    steps: list[Step],
    outcome: PlanOutcome,
) -> PlanVersusActual:
    kpi, drawn, hoped = outcome.actual, outcome.predictive, outcome.promised
    rows = {kind: _of_kind(steps, kind) for kind in ORDER}
    target = rows["reference"] + rows["plan"]
    total = float(kpi.sum())
    spent = came.spend[weeks].sum(1)
    intended = planned.spend[: len(kpi)].sum(1)
    return PlanVersusActual(
        start=came.weeks[weeks.start],
        end=came.weeks[weeks.stop - 1],
        weeks=len(kpi),
        weeks_planned=planned.spend.shape[0],
        unit=model.kpi_unit,
        order=ORDER,
        actual=total,
        planned=summarize(target.sum(1)),
        promised=summarize(hoped.sum(1)),
        promise_kept=_inside(total, summarize(hoped.sum(1))),
        difference=summarize(total - target.sum(1)),
        rows=tuple(VarianceRow(name=k, kind=k, amount=_amount(rows[k])) for k in ORDER),
        execution=tuple(_row(step) for step in steps if step.kind == "execution"),
        market=tuple(_row(step) for step in steps if step.kind == "market"),
        residual=_residual(total, rows["model"].sum(1), drawn.sum(1)),
        by_week=tuple(
            VarianceWeek(
                week=came.weeks[weeks.start + t],
                actual=float(kpi[t]),
                planned=summarize(target[:, t]),
                amounts={kind: summarize(rows[kind][:, t]) for kind in ORDER},
                residual=_residual(float(kpi[t]), rows["model"][:, t], drawn[:, t]),
                spend_planned=float(intended[t].sum()),
                spend_actual=float(spent[t].sum()),
            )
            for t in range(len(kpi))
        ),
        spend=tuple(
            SpendRow(name=name, planned=float(intended[:, c].sum()), actual=float(s))
            for c, (name, s) in enumerate(zip(model.structure.channels, spent.sum(0), strict=True))
        ),
    )


def _residual(actual: float, rest: Array, drawn: Array) -> Residual:
    """``rest (draw,)`` is actual less its expectation, ``drawn (draw,)`` the kpi with all noise."""
    amount = summarize(rest)
    expected = summarize(drawn - (actual - amount.mean))
    return Residual(
        amount=amount,
        expected=expected,
        within=_inside(amount.mean, expected),
        share_below=float(np.mean(drawn < actual)),
    )


def _inside(value: float, interval: Interval) -> bool:
    return bool(interval.p5 <= value <= interval.p95)


def _row(step: Step) -> VarianceRow:
    return VarianceRow(name=step.name, kind=step.kind, amount=_amount(step.draws))


def _amount(draws: Array) -> Interval:
    return summarize(draws.sum(1))


def _total(steps: list[Step]) -> Array:
    return np.asarray(sum(step.draws for step in steps))


def _of_kind(steps: list[Step], kind: str) -> Array:
    found = [step.draws for step in steps if step.kind == kind]
    return np.asarray(sum(found, np.zeros_like(steps[0].draws)))


def _spending(world: Variables, spend: Array, weeks: slice) -> Variables:
    changed = world.spend.copy()
    changed[weeks] = spend[: weeks.stop - weeks.start]
    return replace(world, spend=changed)


def _cut(world: Variables, stop: int) -> Variables:
    arrays = {name: getattr(world, name)[:stop] for name in VARIABLE_NAMES}
    return Variables(weeks=world.weeks[:stop], **arrays)


def _with_past(came: Variables, assumed: Variables, first: int) -> Variables:
    """``came`` with the past as the model was fitted to it."""
    arrays = {
        name: np.concatenate([getattr(assumed, name)[:first], getattr(came, name)[first:]])
        for name in VARIABLE_NAMES
    }
    return Variables(weeks=came.weeks, **arrays)
