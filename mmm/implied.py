"""Independencies that a causal graph implies among observed series.

A pair of series without an edge between them is independent given some observed set, if the graph
has one; the ends' own past weeks are held too where that keeps them apart. Two kinds of pair are
looked at: the same week of both; and last week's kpi or mediator with a budget or price, which
fails where budgets follow sales. Pairs of series taken as they come claim nothing: where they come
from is not modelled.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mmm.adjustment import closed_ancestors, separated
from mmm.causal_graph import CausalGraph
from mmm.diagnosis import smallest
from mmm.edges import KPI
from mmm.unrolled import NOISE, Cell, Unrolled, unroll


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
    world = unroll(graph)
    pairs = sorted(_pairs(graph, world), key=lambda pair: pair[0][0] != KPI)
    found: list[Claim] = []
    for position, (first, second) in enumerate(pairs):
        if len(found) == most:
            return found, len(pairs) - position
        claim = _claim(world, first, second)
        found += [claim] if claim is not None else []
    return found, 0


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
