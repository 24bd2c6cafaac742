"""What the graph says must be unrelated, tested on the data.

A pair of series without an edge between them is independent given some observed set, if the graph
has one (``separator``); the ends' own past weeks are held too where that keeps them apart. Two
kinds of pair are looked at: the same week of both; and last week's kpi or mediator with a budget or
price, which fails where budgets follow sales. Pairs of series taken as they come claim nothing.

A test is a partial correlation (``partial``). With m tests, Holm (1979), A simple sequentially
rejective multiple test procedure, keeps the chance of any false alarm below 5 %: ``p_adjusted``. A
test that does not reject has shown little unless it could have: ``detectable`` is the smallest
correlation that it finds in 80 % of cases at the level 5 % / m.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmm.adjustment import closed_ancestors, separated
from mmm.answers import Answer
from mmm.causal_graph import LEVERS, CausalGraph
from mmm.diagnosis import smallest
from mmm.edges import KPI
from mmm.fitted import FittedModel
from mmm.partial import Partial, Table, detectable, partial_correlation
from mmm.types import Array
from mmm.unrolled import NOISE, Cell, Unrolled, unroll

LEVEL = 0.05
MOST_TESTS = 60


@dataclass(frozen=True)
class Claim:
    """``first`` and ``second`` (series, weeks back) are independent given ``given`` and the past.

    ``given`` are weeks back by series. ``past``: whether the ends' own past weeks are held.
    """

    first: tuple[str, int]
    second: tuple[str, int]
    given: dict[str, tuple[int, ...]]
    past: bool


class IndependenceTest(Answer):
    """One implied independence and its test; no numbers where the data do not suffice (``note``).

    ``correlation``: partial, given ``given``, the background and the ends' past. ``effective_weeks``
    counts independent cells. ``contradicted``: ``p_adjusted`` below 5 %; ``meaning`` says what then.
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
    meaning: str
    note: str | None = None


class Independencies(Answer):
    """Every test, and how many pairs were left out because there are too many."""

    tests: tuple[IndependenceTest, ...]
    left_out: int
    note: str


def independencies(graph: CausalGraph, model: FittedModel) -> Independencies:
    """Test what ``graph`` implies on the data of ``model``."""
    claims = list(implied(graph))
    chosen, table = claims[:MOST_TESTS], Table(graph, model)
    found = [partial_correlation(table, c.first, c.second, c.given, past=c.past) for c in chosen]
    return Independencies(
        tests=tuple(_tests(graph, chosen, found)),
        left_out=len(claims) - len(chosen),
        note=_note(len(claims), sum(item is not None for item in found)),
    )


def implied(graph: CausalGraph) -> Iterator[Claim]:
    """Independencies that ``graph`` implies among observed series; those of the kpi come first."""
    world = unroll(graph)
    for first, second in sorted(_pairs(graph, world), key=lambda pair: pair[0][0] != KPI):
        claim = _claim(world, first, second)
        if claim is not None:
            yield claim


def _pairs(graph: CausalGraph, world: Unrolled) -> Iterator[tuple[Cell, Cell]]:
    names = [node.name for node in graph.nodes if node.observed][::-1]
    near = graph.summary.to_undirected().adj
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            if second not in near[first] and not {first, second} <= set(graph.given):
                yield (first, world.last), (second, world.last)
    for lever in graph.levers:
        for name in names:
            follows = graph.basis(name, lever) is not None
            if graph.kinds[name] in ("kpi", "mediator") and not follows:
                yield (name, world.last - 1), (lever, world.last)


def _claim(world: Unrolled, first: Cell, second: Cell) -> Claim | None:
    """The claim about two cells; None where no observed set separates them.

    If any observed set does, so do all observed ancestors of the two.
    """
    ends = {first, second}

    def solves(cells: set[Cell]) -> bool:
        return separated(world.dag, [first], [second], cells)

    before = {c for c in closed_ancestors(world.dag, ends) & world.observed if c[0] != NOISE} - ends
    if not solves(before):
        return None
    order = sorted(before, key=lambda cell: (_keep(world.graph, cell, ends), cell))
    kept = smallest(order, lambda cell: cell[0], solves)
    held = {cell for part in kept.values() for cell in part}
    own = {(name, week) for name, end in ends for week in range(end)}
    return Claim(
        first=(first[0], world.last - first[1]),
        second=(second[0], world.last - second[1]),
        given={n: tuple(sorted(world.last - week for _, week in kept[n])) for n in kept},
        past=solves(held | own),
    )


def _keep(graph: CausalGraph, cell: Cell, ends: set[Cell]) -> int:
    """What leaves a separator first: the ends' own past, then levers and mediators."""
    if cell[0] in {name for name, _ in ends}:
        return 0
    return 2 if cell[0] in graph.given else 1


def _tests(
    graph: CausalGraph, claims: list[Claim], found: list[Partial | None]
) -> Iterator[IndependenceTest]:
    """The answers, with p-values adjusted for their number."""
    done = [item for item in found if item is not None]
    adjusted = iter(holm(np.array([item.p_value for item in done])))
    for claim, item in zip(claims, found, strict=True):
        base = {
            "first": _label(claim.first),
            "second": _label(claim.second),
            "given": tuple(n for n in claim.given if n not in (claim.first[0], claim.second[0])),
            "meaning": _meaning(graph, claim),
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
        return f"{b} follows {a} of the week before: add the edge {a} -> {b} with lag 1."
    if kinds <= LEVERS:
        return (
            f"{a} and {b} move together beyond what both are said to follow. If one plan sets both, "
            "nothing is lost; if both follow demand, declare it."
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
        f"{done} tests; about {LEVEL * done:.1g} would have a p_value below 5 % by chance, so read "
        "p_adjusted. A test that does not reject rules out correlations well above detectable only."
    )
