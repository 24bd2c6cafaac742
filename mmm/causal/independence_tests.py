"""Tests on the data of the independencies that the graph implies (``implied_independence``).

A test is a partial correlation (``partial_correlation``). With m tests, Holm's adjusted p-values
(1979, A simple sequentially rejective multiple test procedure), ``p_adjusted``, keep the chance of
any false rejection below 5 %. A test that does not reject is evidence only if it had power:
``detectable`` is the smallest correlation that it finds in 80 % of cases at the level 5 % / m.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mmm.causal.graph import LEVER_KINDS, CausalGraph
from mmm.causal.graph_answer import IndependenceTest, Independencies
from mmm.causal.implied_independence import IndependenceClaim, implied_independence
from mmm.causal.partial_correlation import (
    PanelSeries,
    PartialCorrelation,
    detectable_correlation,
    partial_correlation,
)
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.types import Array

LEVEL = 0.05


MAX_TESTS = 60


def independencies(graph: CausalGraph, model: FittedModel) -> Independencies:
    """Test the independencies that ``graph`` implies on the data of ``model``."""
    claims, left_out = implied_independence(graph, MAX_TESTS)
    series = PanelSeries(graph, model)
    correlations = [
        partial_correlation(series, c.first, c.second, c.given, past=c.past) for c in claims
    ]
    return Independencies(
        tests=tuple(_tests(graph, claims, correlations)),
        left_out=left_out,
        note=_note(len(claims), sum(item is not None for item in correlations)),
    )


def _tests(
    graph: CausalGraph,
    claims: list[IndependenceClaim],
    correlations: list[PartialCorrelation | None],
) -> Iterator[IndependenceTest]:
    """The tests of ``claims``, with p-values adjusted for their number."""
    done = [item for item in correlations if item is not None]
    adjusted = iter(holm_adjusted(np.array([item.p_value for item in done])))
    for claim, item in zip(claims, correlations, strict=True):
        base: dict[str, Any] = {
            "first": _label(claim.first),
            "second": _label(claim.second),
            "given": tuple(n for n in claim.given if n not in (claim.first[0], claim.second[0])),
            "if_contradicted": _remedy(graph, claim),
        }
        if item is None:
            yield IndependenceTest(**base, note="too few weeks for what must be held")
            continue
        p_adjusted = float(next(adjusted))
        yield IndependenceTest(
            **base,
            correlation=item.correlation,
            p_value=item.p_value,
            p_adjusted=p_adjusted,
            effective_weeks=item.effective,
            detectable=detectable_correlation(item.effective, LEVEL / len(done)),
            contradicted=p_adjusted < LEVEL,
        )


def holm_adjusted(p_values: Array) -> Array:
    """Holm's adjusted p-values, in the order given."""
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _label(lagged: tuple[str, int]) -> str:
    name, back = lagged
    return f"{name}, {back} week before" if back else name


def _remedy(graph: CausalGraph, claim: IndependenceClaim) -> str:
    """What a rejection means, and what to do about it."""
    (a, back), (b, _) = claim.first, claim.second
    kinds = {graph.kinds[a], graph.kinds[b]}
    if back:
        return (
            f"{b} follows {a} of the week before (add the edge {a} -> {b} with lag 1), or both "
            "have a common cause that is not declared."
        )
    if kinds <= LEVER_KINDS:
        return (
            f"{a} and {b} move together more than their declared causes explain. If one plan sets "
            "both, that does no harm; if both follow demand, declare it."
        )
    if KPI in (a, b):
        other = b if a == KPI else a
        return f"{other} acts on the KPI directly, not only through others: restore that edge."
    if "mediator" in kinds:
        mediator, other = (a, b) if graph.kinds[a] == "mediator" else (b, a)
        return (
            f"{mediator} is related to {other} beyond its parents: add {other} as a parent, or an "
            "unobserved cause of both."
        )
    return f"{a} and {b} are related beyond what the graph says: add an edge or a common cause."


def _note(implied_tests: int, done: int) -> str:
    if not implied_tests:
        return (
            "The graph implies no independence between observed series: each pair has an edge, "
            "shares a hidden cause, or is exogenous."
        )
    return (
        f"{done} tests; about {LEVEL * done:.2g} would have a p_value below 5 % by chance, so read "
        "p_adjusted. A test that does not reject only rules out correlations well above detectable."
    )
