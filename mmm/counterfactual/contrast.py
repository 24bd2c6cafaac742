"""The two worlds of a question evaluated together, draw by draw: totals, paths, revenue."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

import numpy as np

from mmm.counterfactual.paths import CausalPath, EvaluatedWorld, causal_paths, terms_along_path
from mmm.counterfactual.question import CounterfactualKind
from mmm.counterfactual.variables import VariableRef, with_one_variable
from mmm.data.inputs import Inputs
from mmm.data.kpi_value import weekly_unit_cost
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, weeks_that_matter
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import (
    OutcomeFunction,
    expectation,
    predictive_draws,
    with_realised_noise,
)
from mmm.types import Array

MAX_PATHS = 50
"""Paths of a variable that an answer lists; the rest are part of the remainder."""


@dataclass(frozen=True)
class WorldPair:
    """A baseline and a scenario on one timeline, and the weeks that they are compared in.

    The window is weeks ``start`` to ``stop - 1``, the carryover after it ``stop`` to ``end - 1``.
    ``variables``: those that differ between the worlds, each once.
    """

    base: Variables
    scenario: Variables
    variables: tuple[VariableRef, ...]
    start: int
    stop: int
    end: int

    @property
    def span(self) -> slice:
        """The window and its carryover after the window."""
        return slice(self.start, self.end)

    @property
    def width(self) -> int:
        """Number of weeks of the window."""
        return self.stop - self.start

    def near(self, model: FittedModel) -> Self:
        """The same pair on the part of the timeline that its answer depends on."""
        base, span = weeks_that_matter(model, self.base, self.span)
        scenario, _ = weeks_that_matter(model, self.scenario, self.span)
        stop = span.start + self.width
        return replace(
            self, base=base, scenario=scenario, start=span.start, stop=stop, end=span.stop
        )


@dataclass(frozen=True)
class Contrast:
    """(draw, week) of the span, summed over geos; ``change`` contains no noise."""

    baseline: Array
    scenario: Array
    change: Array


@dataclass(frozen=True)
class CounterfactualDraws:
    """The draws of an answer.

    ``kpi`` in KPI units, ``revenue`` the KPI times its price, ``cost`` the KPI times what a unit
    costs, None where that is not known; ``expected``: ``kpi`` without the noise of a forecast;
    ``by_path``: (draw,) effect on the KPI over the span, by a path's names.
    """

    kpi: Contrast
    revenue: Contrast
    cost: Contrast | None
    expected: Contrast
    by_path: tuple[tuple[tuple[str, ...], Array], ...]


def reported_paths(model: FittedModel, variable: VariableRef) -> tuple[CausalPath, ...]:
    """The paths of a variable that an answer lists."""
    return tuple(islice(causal_paths(model.structure, variable), MAX_PATHS))


def has_more_paths(model: FittedModel, variable: VariableRef) -> bool:
    """Whether the variable has more paths than an answer lists."""
    return next(islice(causal_paths(model.structure, variable), MAX_PATHS, None), None) is not None


def contrast(
    model: FittedModel, pair: WorldPair, kind: CounterfactualKind, seed: int
) -> CounterfactualDraws:
    """Evaluate both worlds for all draws; the price is one where the model has none."""
    if kind == "interventional":
        pair = pair.near(model)
    found = evaluate(model, pair.base, _ContrastRows(model, pair, kind, seed))
    weeks = pair.end - pair.start
    counted = len(_weights(model, pair, pair.base))
    end = 2 * counted * weeks
    rows = found[:, :end].reshape(-1, counted, 2, weeks)
    kpi, revenue, *rest = (
        Contrast(before, after, after - before) for before, after in rows.transpose(1, 2, 0, 3)
    )
    cost = rest[0] if rest else None
    names = [path.names for variable in pair.variables for path in reported_paths(model, variable)]
    by_path = tuple(zip(names, found[:, end:].T, strict=True))
    if kind != "forecast":
        return CounterfactualDraws(kpi, revenue, cost, kpi, by_path)
    before, after = (
        _predictive_draws(model, pair, world, seed) for world in (pair.base, pair.scenario)
    )
    return CounterfactualDraws(
        kpi=Contrast(before[0], after[0], kpi.change),
        revenue=Contrast(before[1], after[1], revenue.change),
        cost=Contrast(before[2], after[2], cost.change) if cost else None,
        expected=kpi,
        by_path=by_path,
    )


def _weights(model: FittedModel, pair: WorldPair, world: Variables) -> list[Array]:
    """(week, geo) of the span, what the KPI is multiplied by: one, its price, and the cost of a
    unit where it is known."""
    price, weeks = world.price[pair.span], world.weeks[pair.span]
    begins = (weeks[0] - model.panel.weeks[0]).days // 7
    cost = weekly_unit_cost(model.panel, model.spec, begins + len(weeks))
    known = [] if cost is None else [cost[begins : begins + len(weeks)]]
    return [np.ones_like(price), price, *known]


class _ContrastRows:
    """Evaluates one chunk of draws as (draw, column).

    Columns: by week the KPI of the baseline and that of the scenario, then the revenue of both, and
    their cost where it is known; then the change of the KPI along each path, summed over the weeks.
    """

    def __init__(
        self, model: FittedModel, pair: WorldPair, kind: CounterfactualKind, seed: int
    ) -> None:
        self.model, self.pair, self.kind = model, pair, kind
        self.rng = np.random.default_rng(seed)
        self.scenario = model.design.inputs_on(pair.scenario)

    def __call__(self, evaluation: Evaluation) -> Array:
        model, pair, span = self.model, self.pair, self.pair.span
        base = EvaluatedWorld(evaluation.inputs, evaluation.terms)
        scenario = EvaluatedWorld(self.scenario, self._terms(evaluation, self.scenario))
        outcome: OutcomeFunction = expectation
        mean = expected_kpi(model, evaluation)[:, span]
        if self.kind == "counterfactual":
            outcome = with_realised_noise(model, evaluation, span, mean, self.rng)
        before, after = outcome(mean), self._outcome(evaluation, scenario.terms, outcome)
        columns = []
        both = (_weights(model, pair, world) for world in (pair.base, pair.scenario))
        for weight_before, weight_after in zip(*both, strict=True):
            columns += [(before * weight_before).sum(-1), (after * weight_after).sum(-1)]
        for variable in pair.variables:
            single = scenario if len(pair.variables) == 1 else self._changed(evaluation, variable)
            for path in reported_paths(model, variable):
                terms = terms_along_path(path, evaluation.parameters, model.structure, base, single)
                change = self._outcome(evaluation, terms, outcome) - before
                columns.append(change.sum(-1).sum(-1, keepdims=True))
        return np.concatenate(columns, axis=1)

    def _changed(self, evaluation: Evaluation, variable: VariableRef) -> EvaluatedWorld:
        """The baseline with one variable as in the scenario, made anew for each chunk of draws."""
        world = with_one_variable(self.pair.base, self.pair.scenario, variable)
        inputs = self.model.design.inputs_on(world, self.scenario.basis)
        return EvaluatedWorld(inputs, self._terms(evaluation, inputs))

    def _terms(self, evaluation: Evaluation, inputs: Inputs) -> equations.Terms:
        return equations.terms(evaluation.parameters, inputs, self.model.structure, np)

    def _outcome(
        self, evaluation: Evaluation, terms: equations.Terms, outcome: OutcomeFunction
    ) -> Array:
        """(draw, week, geo) KPI of the span under ``terms``."""
        world = Evaluation(evaluation.parameters, evaluation.inputs, terms, evaluation.steps)
        return outcome(expected_kpi(self.model, world)[:, self.pair.span])


def _predictive_draws(
    model: FittedModel, pair: WorldPair, world: Variables, seed: int
) -> list[Array]:
    """(draw, week) KPI, revenue and cost of one world, with future states and noise."""
    kpi = predictive_draws(model, world, pair.span, seed)
    return [(kpi * weight).sum(-1) for weight in _weights(model, pair, world)]
