"""A causal graph unrolled over weeks: a node is (series, week), so that feedback is not a cycle.

Weeks run from 0 to ``last``, the week of the KPI in question. Edges:

    declared   (cause, t - lag - k) -> (effect, t)      k = 0..carryover
    memory     (series, t - 1) -> (series, t)           for all but the KPI and the mediators
    AR(1)      (noise, t - 1) -> (noise, t) -> (KPI, t)
    common     (environment, t) -> every exogenous series

*Memory.* Budgets, prices, weather and hidden causes persist from week to week; a graph without
these edges would claim independence that is not intended. The KPI and the mediators remember only
what the model says: carryover, and the noise of ``noise: ar1``.
*Common cause.* Exogenous series (controls, events, rivals) may be related to one another in any
way, which an unobserved root, the environment, expresses.
*How many weeks.* A path may run back over every declared lag once; the graph spans that many weeks
and the longest lag more, at least three weeks, so that no pattern of lags is cut off at its start.
Longer carryover repeats the same pattern.
*Folding.* Exogenous series with the same edges become one node: no criterion can tell them apart,
and there may be hundreds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import networkx as nx

from mmm.causal.adjustment import Dag
from mmm.causal.graph import CausalGraph
from mmm.spec.edges import KPI

type WeekNode = tuple[str, int]

NOISE, ENVIRONMENT = "~noise", "~surroundings"
EQUATION_KINDS = frozenset({"kpi", "mediator"})
"""Kinds of series that have an equation in the model, and no other memory than it gives them."""
MIN_WEEKS = 3


@dataclass(frozen=True)
class UnrolledGraph:
    """The graph over weeks, with the summary graph that it comes from.

    ``folded``: the series that a node represents, where they are several.
    """

    graph: CausalGraph
    dag: Dag[WeekNode]
    last: int
    folded: dict[str, tuple[str, ...]]

    @property
    def outcome(self) -> WeekNode:
        """The KPI of the last week."""
        return (KPI, self.last)

    def weeks(self, names: Iterable[str]) -> frozenset[WeekNode]:
        """Every week of the named series."""
        return frozenset((name, week) for name in names for week in range(self.last + 1))

    @property
    def observed(self) -> frozenset[WeekNode]:
        """Every node that a column measures, and the noise of past weeks.

        Past noise is known to the model: the past KPI less its equation.
        """
        measured = self.weeks(node.name for node in self.graph.nodes if node.observed)
        past = {(NOISE, week) for week in range(self.last)} if self.graph.noise_memory else set()
        return (measured & self.dag.nodes) | past

    @property
    def held_in_full(self) -> frozenset[str]:
        """Series that the model adjusts for in all weeks: levers and exogenous series."""
        return frozenset({*self.graph.exogenous, *self.graph.levers})

    def members(self, names: Iterable[str]) -> tuple[str, ...]:
        """Every series that the nodes ``names`` represent."""
        return tuple(single for name in names for single in self.folded.get(name, (name,)))

    def label(self, node: WeekNode) -> str:
        """A node in words: the series if all its weeks are held, else the series and its week."""
        name, back = node[0], self.last - node[1]
        if name == NOISE:
            return "the noise of past weeks"
        if back == 0 or name in self.held_in_full:
            return name
        return f"{name}, {back} week{'s' if back > 1 else ''} before"


def unroll(graph: CausalGraph, unfolded: Collection[str] = ()) -> UnrolledGraph:
    """Unroll ``graph`` over the weeks that its lags need; the series ``unfolded`` stay single."""
    folded = _folded(graph, unfolded)
    represented = {name for members in folded.values() for name in members[1:]}
    lags = {edge.lag for edge in graph.edges if edge.lag}
    last = max(MIN_WEEKS - 1, sum(lags) + max(lags, default=0))
    dag: Dag[WeekNode] = nx.DiGraph()
    kept = [name for name in graph.kinds if name not in represented]
    dag.add_nodes_from((name, week) for name in kept for week in range(last + 1))
    for edge in graph.edges:
        if edge.cause not in represented:
            for lag in range(edge.lag, min(edge.lag + edge.carryover, last) + 1):
                weeks = range(lag, last + 1)
                dag.add_edges_from(((edge.cause, t - lag), (edge.effect, t)) for t in weeks)
    persistent = [name for name in kept if graph.kinds[name] not in EQUATION_KINDS]
    if graph.noise_memory:
        persistent.append(NOISE)
        dag.add_edges_from(((NOISE, week), (KPI, week)) for week in range(last + 1))
    if graph.exogenous:
        persistent.append(ENVIRONMENT)
        for name in set(graph.exogenous) - represented:
            dag.add_edges_from(((ENVIRONMENT, week), (name, week)) for week in range(last + 1))
    for name in persistent:
        dag.add_edges_from(((name, week - 1), (name, week)) for week in range(1, last + 1))
    return UnrolledGraph(graph, dag, last, folded)


def _folded(graph: CausalGraph, unfolded: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Groups of exogenous series with the same edges, by the first of each."""
    edges: dict[str, set[tuple[str, int, int]]] = {}
    for edge in graph.edges:
        edges.setdefault(edge.cause, set()).add((edge.effect, edge.lag, edge.carryover))
    groups: dict[frozenset[tuple[str, int, int]], list[str]] = {}
    for name in graph.exogenous:
        if name not in unfolded:
            groups.setdefault(frozenset(edges.get(name, ())), []).append(name)
    return {names[0]: tuple(names) for names in groups.values() if len(names) > 1}
