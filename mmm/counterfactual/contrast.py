"""The two worlds of a question evaluated together, draw by draw: totals, paths, revenue."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

import numpy as np

from mmm.counterfactual.paths import Path, Side, along, paths
from mmm.counterfactual.question import Kind
from mmm.counterfactual.variables import Place, only
from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.posterior.evaluate import Evaluation, evaluate, expected, near
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import Shown, predictive, realised, unchanged
from mmm.types import Array

MOST_PATHS = 50
"""Paths of a variable that are shown; those beyond are part of the remainder."""


@dataclass(frozen=True)
class Question:
    """Two worlds on one timeline: the window is start..stop-1, its carry-out stop..end-1.

    ``places`` are the variables that differ, each once.
    """

    base: Variables
    scenario: Variables
    places: tuple[Place, ...]
    start: int
    stop: int
    end: int

    @property
    def span(self) -> slice:
        """The window and its carry-out."""
        return slice(self.start, self.end)

    @property
    def width(self) -> int:
        """Weeks of the window."""
        return self.stop - self.start

    def near(self, model: FittedModel) -> Self:
        """The same on the part of the timeline that its answer depends on."""
        base, span = near(model, self.base, self.span)
        scenario, _ = near(model, self.scenario, self.span)
        stop = span.start + self.width
        return replace(
            self, base=base, scenario=scenario, start=span.start, stop=stop, end=span.stop
        )


@dataclass(frozen=True)
class Contrast:
    """Each (draw, week) of the span, summed over geos; noise is in the worlds alone."""

    baseline: Array
    scenario: Array
    change: Array


@dataclass(frozen=True)
class Found:
    """The answer in draws; ``expected`` is ``kpi`` without a forecast's noise; ``by_path`` holds
    (draw,) totals over the span."""

    kpi: Contrast
    revenue: Contrast
    expected: Contrast
    by_path: tuple[tuple[tuple[str, ...], Array], ...]


def shown_paths(model: FittedModel, place: Place) -> tuple[Path, ...]:
    """The paths of a variable that an answer lists."""
    return tuple(islice(paths(model.structure, place), MOST_PATHS))


def has_more_paths(model: FittedModel, place: Place) -> bool:
    """Whether the variable has paths beyond those."""
    return next(islice(paths(model.structure, place), MOST_PATHS, None), None) is not None


def contrast(model: FittedModel, question: Question, kind: Kind, seed: int) -> Found:
    """Both worlds over all draws; ``revenue`` is the kpi times the price (one without a price)."""
    if kind == "interventional":
        question = question.near(model)
    rows = _Rows(model, question, kind, seed)
    found = evaluate(model, question.base, rows)
    kpi = Contrast(found[:, 0], found[:, 1], found[:, 1] - found[:, 0])
    revenue = Contrast(found[:, 2], found[:, 3], found[:, 3] - found[:, 2])
    names = [path.names for place in question.places for path in shown_paths(model, place)]
    by_path = tuple((name, found[:, 4 + i].sum(-1)) for i, name in enumerate(names))
    if kind != "forecast":
        return Found(kpi, revenue, kpi, by_path)
    worlds = [_drawn(model, question, world, seed) for world in (question.base, question.scenario)]
    (before, earned_before), (after, earned_after) = worlds
    return Found(
        kpi=Contrast(before, after, kpi.change),
        revenue=Contrast(earned_before, earned_after, revenue.change),
        expected=kpi,
        by_path=by_path,
    )


class _Rows:
    """Draws of one chunk as (draw, row, week): kpi of both worlds, revenue of both, each path."""

    def __init__(self, model: FittedModel, question: Question, kind: Kind, seed: int) -> None:
        self.model, self.question, self.kind = model, question, kind
        self.rng = np.random.default_rng(seed)
        self.scenario = model.design.inputs_on(question.scenario)
        self.alone = [
            model.design.inputs_on(only(question.base, question.scenario, place))
            for place in question.places
        ]

    def __call__(self, found: Evaluation) -> Array:
        model, span, q = self.model, self.question.span, self.question
        base = Side(found.inputs, found.terms)
        other = Side(self.scenario, self._terms(found, self.scenario))
        shown: Shown = unchanged
        mean = expected(model, found)[:, span]
        if self.kind == "counterfactual":
            shown = realised(model, found, span, mean, self.rng)
        before, after = shown(mean), self._outcome(found, other.terms, shown)
        price, changed = q.base.price[span], q.scenario.price[span]
        rows = [before, after, before * price, after * changed]
        for place, inputs in zip(q.places, self.alone, strict=True):
            one = len(q.places) == 1
            side = other if one else Side(inputs, self._terms(found, inputs))
            for path in shown_paths(model, place):
                terms = along(path, found.parameters, model.structure, base, side)
                rows.append(self._outcome(found, terms, shown) - before)
        return np.stack([row.sum(-1) for row in rows], axis=1)

    def _terms(self, found: Evaluation, inputs: Inputs) -> equations.Terms:
        return equations.terms(found.parameters, inputs, self.model.structure, np)

    def _outcome(self, found: Evaluation, terms: equations.Terms, shown: Shown) -> Array:
        """(draw, week, geo) of the span."""
        world = Evaluation(found.parameters, found.inputs, terms, found.steps)
        return shown(expected(self.model, world)[:, self.question.span])


def _drawn(
    model: FittedModel, question: Question, world: Variables, seed: int
) -> tuple[Array, Array]:
    """(draw, week) kpi and revenue of one world with all noise."""
    kpi = predictive(model, world, question.span, seed)
    return kpi.sum(-1), (kpi * world.price[question.span]).sum(-1)
