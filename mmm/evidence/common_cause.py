"""Whether the data contradict that what is measured explains how levers move.

The claims are those of the graph without the hidden demand that is possible where a specification
does not mention it, so that silence does not shield it: levers share no cause beyond those
measured, and no budget follows last week's KPI. A claim about budgets is tested in several ways and
has their smallest p-value times their number (Bonferroni):

- spend of all weeks as a square root, which sees when budgets are on; and the log of spend in weeks
  with any, which sees their size;
- of two levers, with and without both series' own past: with it the test keeps its level however
  long budgets remember; without it, it sees a common cause that itself remembers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmm.causal.graph import LEVER_KINDS, CausalGraph, causal_graph
from mmm.causal.implied_independence import IndependenceClaim, implied_independence
from mmm.causal.independence_tests import MAX_TESTS, holm_adjusted
from mmm.causal.partial_correlation import (
    PanelSeries,
    PartialCorrelation,
    detectable_correlation,
    partial_correlation,
)
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.spec.environment import Demand
from mmm.spec.model import ModelSpec
from mmm.types import Array

LEAST_CORRELATION = 0.2
"""A smaller correlation of two budgets is no matter, whatever its p-value."""


@dataclass(frozen=True)
class ClaimTest:
    """One claim with its correlation and its p-value, adjusted for all claims of its kind."""

    claim: IndependenceClaim
    result: PartialCorrelation
    p_adjusted: float
    level: float

    @property
    def contradicted(self) -> bool:
        """Whether the data contradict the claim by more than chance and by enough to matter."""
        large = abs(self.result.correlation) >= LEAST_CORRELATION
        return large and self.p_adjusted < self.level


@dataclass(frozen=True)
class ClaimTests:
    """Tests of claims by kind: ``feedback`` of sales on levers, ``levers`` that move together,
    ``others``. ``detectable``: smallest correlation that the test of two levers finds in 80 %."""

    feedback: tuple[ClaimTest, ...]
    levers: tuple[ClaimTest, ...]
    others: tuple[ClaimTest, ...]
    detectable: float | None

    def follows_sales(self, lever: str) -> ClaimTest | None:
        """The test that the lever does not follow last week's KPI; None where it is not claimed."""
        return next((each for each in self.feedback if each.claim.second[0] == lever), None)


def claim_tests(model: FittedModel, level: float) -> ClaimTests:
    """Tests of what the graph claims once hidden demand is left out; ``level`` of each kind."""
    graph = causal_graph(_without_hidden_demand(model.spec))
    claims, _ = implied_independence(graph, MAX_TESTS)
    series = (PanelSeries(graph, model), _ActiveSpend(graph, model))
    kinds: dict[str, list[tuple[IndependenceClaim, PartialCorrelation]]] = {
        "feedback": [],
        "levers": [],
        "others": [],
    }
    for claim in claims:
        kind = _kind(claim, graph)
        result = _tested(claim, series, twice=kind == "levers")
        if result is not None:
            kinds[kind].append((claim, result))
    tests = {kind: _adjusted(items, level) for kind, items in kinds.items()}
    cells = [each.result.effective for each in tests["levers"]]
    count = max(len(cells), 1)
    return ClaimTests(
        feedback=tests["feedback"],
        levers=tests["levers"],
        others=tests["others"],
        detectable=detectable_correlation(min(cells), level / count) if cells else None,
    )


def _without_hidden_demand(spec: ModelSpec) -> ModelSpec:
    if spec.demand is not None:
        return spec
    return spec.model_copy(update={"demand": Demand(kind="none")})


def _kind(claim: IndependenceClaim, graph: CausalGraph) -> str:
    (first, back), (second, _) = claim.first, claim.second
    if back:
        return "feedback" if first == KPI and second in graph.levers else "others"
    both: Mapping[str, str] = {name: graph.kinds[name] for name in (first, second)}
    return "levers" if set(both.values()) <= LEVER_KINDS else "others"


class _ActiveSpend(PanelSeries):
    """As ``PanelSeries``, with the log of spend in weeks with any, and NaN in the others."""

    def series(self, name: str) -> Array:
        values = super().series(name)
        if self.kinds[name] != "channel":
            return values
        active = values > 0.0
        return np.where(active, np.log(np.where(active, values, 1.0)), np.nan)


def _tested(
    claim: IndependenceClaim, ways: Sequence[PanelSeries], *, twice: bool
) -> PartialCorrelation | None:
    results = [
        partial_correlation(series, claim.first, claim.second, claim.given, past=past)
        for series in ways
        for past in ((True, False) if twice and claim.past else (claim.past,))
    ]
    known = [each for each in results if each is not None]
    if not known:
        return None
    best = min(known, key=lambda each: each.p_value)
    return replace(best, p_value=min(best.p_value * len(known), 1.0))


def _adjusted(
    items: list[tuple[IndependenceClaim, PartialCorrelation]], level: float
) -> tuple[ClaimTest, ...]:
    adjusted = holm_adjusted(np.array([result.p_value for _, result in items]))
    return tuple(
        ClaimTest(claim, result, float(p), level)
        for (claim, result), p in zip(items, adjusted, strict=True)
    )
