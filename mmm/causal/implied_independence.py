"""Independencies that a causal graph implies among observed series.

A pair of series without an edge between them is independent given some observed set, if the graph
has one; the ends' own past weeks are held too where that keeps them apart. Two kinds of pair are
looked at: the same week of both; and last week's kpi or mediator with a budget or price, which
fails where budgets follow sales. Pairs of series taken as they come claim nothing: where they come
from is not modelled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from mmm.causal.adjustment import closed_ancestors, separated
from mmm.causal.graph import CausalGraph
from mmm.causal.separation import smallest
from mmm.causal.time_unrolled import FORGETFUL, NOISE, Cell, Unrolled, unroll
from mmm.spec.edges import KPI


@dataclass(frozen=True)
class Claim:
    """``first`` and ``second`` (series, weeks back) are independent given ``given`` and the past.

    ``given`` are weeks back by series. ``past``: whether the ends' own past weeks are held.
    """

    first: tuple[str, int]
    second: tuple[str, int]
    given: dict[str, tuple[int, ...]]
    past: bool


def implied(graph: CausalGraph, most: int) -> tuple[list[Claim], int]:
    """Up to ``most`` claims of ``graph``, those of the kpi first; and the pairs not looked at."""
    worlds: dict[frozenset[str], Unrolled] = {}
    pairs = sorted(_pairs(graph), key=lambda pair: pair[0][0] != KPI)
    found: list[Claim] = []
    for position, (first, second) in enumerate(pairs):
        if len(found) == most:
            return found, len(pairs) - position
        apart = frozenset({first[0], second[0]}.intersection(graph.given))
        if apart not in worlds:
            worlds[apart] = unroll(graph, apart)
        claim = _claim(worlds[apart], first, second)
        found += [claim] if claim is not None else []
    return found, 0


def _pairs(graph: CausalGraph) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    """Pairs of (series, weeks back) that the graph might keep apart."""
    names = [node.name for node in graph.nodes if node.observed][::-1]
    given, effects, causes = set(graph.given), graph.summary.succ, graph.summary.pred
    for first, second in combinations(names, 2):
        near = second in effects[first] or second in causes[first]
        if not near and not {first, second} <= given:
            yield (first, 0), (second, 0)
    for lever in graph.levers:
        for name in names:
            if graph.kinds[name] in FORGETFUL and name not in causes[lever]:
                yield (name, 1), (lever, 0)


def _claim(world: Unrolled, first: tuple[str, int], second: tuple[str, int]) -> Claim | None:
    """The claim about two ends; None where no observed set separates them.

    If any observed set does, so do all observed ancestors of the two.
    """
    a, b = ((name, world.last - back) for name, back in (first, second))

    def solves(cells: set[Cell]) -> bool:
        return separated(world.dag, [a], [b], cells)

    known = closed_ancestors(world.dag, [a, b]) & world.observed
    before = {cell for cell in known if cell[0] != NOISE} - {a, b}
    if not solves(before):
        return None
    given = {cell for cell in before if cell[0] in world.graph.given}
    past = {cell for cell in before if cell[0] in (a[0], b[0])}
    start = next(cells for cells in (given, given | past, before) if solves(cells))
    order = sorted(start, key=lambda cell: (cell in given, cell not in past, cell))
    kept = smallest(order, lambda cell: cell[0], solves)
    held = {cell for part in kept.values() for cell in part}
    own = {(name, week) for name, end in (a, b) for week in range(end)}
    backs = {name: tuple(sorted(world.last - week for _, week in kept[name])) for name in kept}
    by_series = {single: backs[name] for name in kept for single in world.unfolded([name])}
    return Claim(first, second, by_series, past=solves(held | own))
