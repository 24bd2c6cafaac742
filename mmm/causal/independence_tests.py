"""What the graph says must be unrelated (``implied``), tested on the data.

A test is a partial correlation (``partial``). With m tests, Holm (1979), A simple sequentially
rejective multiple test procedure, keeps the chance of any false alarm below 5 %: ``p_adjusted``. A
test that does not reject has shown little unless it could have: ``detectable`` is the smallest
correlation that it finds in 80 % of cases at the level 5 % / m.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mmm.causal.graph import LEVERS, CausalGraph
from mmm.causal.implied_independence import Claim, implied
from mmm.causal.partial_correlation import Partial, Table, detectable, partial_correlation
from mmm.interval import Answer
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.types import Array

LEVEL = 0.05
MOST_TESTS = 60


class IndependenceTest(Answer):
    """One implied independence and its test; no numbers where the data do not suffice (``note``).

    ``correlation``: partial, given ``given``, the background and the ends' past.
    ``effective_weeks``: independent cells. ``contradicted``: ``p_adjusted`` is below 5 %;
    ``if_contradicted`` says what that would mean.
    """

    first: str
    second: str
    given: tuple[str, ...]
    correlation: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    effective_weeks: float | None = None
    detectable: float | None = None
    contradicted: bool = False
    if_contradicted: str
    note: str | None = None


class Independencies(Answer):
    """The tests; ``left_out`` pairs of series were not looked at because there are too many."""

    tests: tuple[IndependenceTest, ...]
    left_out: int
    note: str


def independencies(graph: CausalGraph, model: FittedModel) -> Independencies:
    """Test what ``graph`` implies on the data of ``model``."""
    claims, left_out = implied(graph, MOST_TESTS)
    table = Table(graph, model)
    found = [partial_correlation(table, c.first, c.second, c.given, past=c.past) for c in claims]
    return Independencies(
        tests=tuple(_tests(graph, claims, found)),
        left_out=left_out,
        note=_note(len(claims), sum(item is not None for item in found)),
    )


def _tests(
    graph: CausalGraph, claims: list[Claim], found: list[Partial | None]
) -> Iterator[IndependenceTest]:
    """The answers, with p-values adjusted for their number."""
    done = [item for item in found if item is not None]
    adjusted = iter(holm(np.array([item.p_value for item in done])))
    for claim, item in zip(claims, found, strict=True):
        base: dict[str, Any] = {
            "first": _label(claim.first),
            "second": _label(claim.second),
            "given": tuple(n for n in claim.given if n not in (claim.first[0], claim.second[0])),
            "if_contradicted": _meaning(graph, claim),
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
            detectable=detectable(item.effective, LEVEL / len(done)),
            contradicted=p_adjusted < LEVEL,
        )


def holm(p_values: Array) -> Array:
    """Adjusted p-values, in the order given."""
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    found = np.empty(len(p_values))
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return found


def _label(end: tuple[str, int]) -> str:
    return f"{end[0]}, {end[1]} week before" if end[1] else end[0]


def _meaning(graph: CausalGraph, claim: Claim) -> str:
    """What a rejection says, and what to do about it."""
    (a, back), (b, _) = claim.first, claim.second
    kinds = {graph.kinds[a], graph.kinds[b]}
    if back:
        return (
            f"{b} follows {a} of the week before (add the edge {a} -> {b} with lag 1), or both "
            "follow a cause that is not declared."
        )
    if kinds <= LEVERS:
        return (
            f"{a} and {b} move together beyond what both are said to follow. If one plan sets "
            "both, nothing is lost; if both follow demand, declare it."
        )
    if KPI in (a, b):
        other = b if a == KPI else a
        return f"{other} acts on the kpi past what lies between them: put its edge to the kpi back."
    if "mediator" in kinds:
        mediator, other = (a, b) if graph.kinds[a] == "mediator" else (b, a)
        return (
            f"{mediator} is related to {other} beyond its parents: add {other} to them, or an "
            "unobserved cause of both."
        )
    return f"{a} and {b} are related beyond what the graph says: add an edge or a common cause."


def _note(implied_tests: int, done: int) -> str:
    if not implied_tests:
        return (
            "The graph implies no independence between observed series: each pair has an edge, "
            "shares a hidden cause, or is taken as it comes."
        )
    return (
        f"{done} tests; about {LEVEL * done:.2g} would have a p_value below 5 % by chance, so read "
        "p_adjusted. A test that does not reject rules out correlations well above detectable only."
    )
