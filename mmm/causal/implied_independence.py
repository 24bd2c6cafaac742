"""Independencies that a causal graph implies among observed series.

Two series without an edge between them are independent given some observed set, if one separates
them in the graph; their own past weeks are adjusted for too where they stay separated. Two kinds of
pair are considered: the same week of both series; and last week's KPI or mediator with a budget or
price, a claim that fails where budgets follow sales. Pairs of exogenous series imply nothing: their
causes are not modelled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from mmm.causal.adjustment import ancestors_and_self, d_separated
from mmm.causal.graph import CausalGraph
from mmm.causal.separation import minimal_groups
from mmm.causal.time_unrolled import EQUATION_KINDS, NOISE, UnrolledGraph, WeekNode, unroll
from mmm.spec.edges import KPI


@dataclass(frozen=True)
class IndependenceClaim:
    """``first`` and ``second`` (series, weeks back) are independent given ``given`` and the past.

    ``given``: weeks back, by series. ``past``: whether both series' own past is adjusted for.
    """

    first: tuple[str, int]
    second: tuple[str, int]
    given: dict[str, tuple[int, ...]]
    past: bool


def implied_independence(graph: CausalGraph, limit: int) -> tuple[list[IndependenceClaim], int]:
    """Up to ``limit`` claims of ``graph``, those about the KPI first, and the number of pairs left
    out."""
    worlds: dict[frozenset[str], UnrolledGraph] = {}
    pairs = sorted(_candidate_pairs(graph), key=lambda pair: pair[0][0] != KPI)
    claims: list[IndependenceClaim] = []
    for position, (first, second) in enumerate(pairs):
        if len(claims) == limit:
            return claims, len(pairs) - position
        unfolded = frozenset({first[0], second[0]}.intersection(graph.exogenous))
        if unfolded not in worlds:
            worlds[unfolded] = unroll(graph, unfolded)
        claim = _claim(worlds[unfolded], first, second)
        claims += [claim] if claim is not None else []
    return claims, 0


def _candidate_pairs(graph: CausalGraph) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    """Pairs of (series, weeks back) that may be separated in the graph."""
    names = [node.name for node in graph.nodes if node.observed][::-1]
    exogenous, summary = set(graph.exogenous), graph.summary_graph
    for first, second in combinations(names, 2):
        adjacent = second in summary.succ[first] or second in summary.pred[first]
        if not adjacent and not {first, second} <= exogenous:
            yield (first, 0), (second, 0)
    for lever in graph.levers:
        for name in names:
            if graph.kinds[name] in EQUATION_KINDS and name not in summary.pred[lever]:
                yield (name, 1), (lever, 0)


def _claim(
    world: UnrolledGraph, first: tuple[str, int], second: tuple[str, int]
) -> IndependenceClaim | None:
    """The claim about two series; None where no observed set separates them.

    If any observed set separates them, so do all observed ancestors of the two.
    """
    a, b = ((name, world.last - back) for name, back in (first, second))

    def separates(nodes: set[WeekNode]) -> bool:
        return d_separated(world.dag, [a], [b], nodes)

    observed = ancestors_and_self(world.dag, [a, b]) & world.observed
    ancestors = {node for node in observed if node[0] != NOISE} - {a, b}
    if not separates(ancestors):
        return None
    exogenous = {node for node in ancestors if node[0] in world.graph.exogenous}
    past = {node for node in ancestors if node[0] in (a[0], b[0])}
    start = next(ns for ns in (exogenous, exogenous | past, ancestors) if separates(ns))
    order = sorted(start, key=lambda node: (node in exogenous, node not in past, node))
    kept = minimal_groups(order, lambda node: node[0], separates)
    separator = {node for group in kept.values() for node in group}
    own = {(name, week) for name, end in (a, b) for week in range(end)}
    backs = {name: tuple(sorted(world.last - week for _, week in kept[name])) for name in kept}
    by_series = {single: backs[name] for name in kept for single in world.members([name])}
    return IndependenceClaim(first, second, by_series, past=separates(separator | own))
