"""A causal graph laid out over weeks: a node is (series, week), and time closes no cycle.

Weeks run from 0 to ``last``, the week whose kpi is in question. Edges:

    declared     (cause, t - lag - k) -> (effect, t)      k = 0..carryover
    memory       (series, t - 1) -> (series, t)           for all but the kpi and the mediators
    AR(1) noise  (noise, t - 1) -> (noise, t) -> (kpi, t)
    surroundings (surroundings, t) -> every series taken as it comes

*Memory.* Budgets, prices, weather, hidden causes go on from week to week; to leave that out would
claim independence that nobody means. The kpi and the mediators remember what the model says they
remember: carryover, and the noise of ``noise: ar1``.
*Surroundings.* Series taken as they come (controls, events, rivals) may be related to one another
in any way; an unobserved root says so.
*How many weeks.* A path may run back by every declared lag once; the window is that long and the
longest lag more, at least three weeks, so that no pattern of lags is cut off at its start.
Longer carryover repeats the same pattern.
*Folding.* Series taken as they come that have the same edges are one node: no criterion can tell
them apart, and there may be hundreds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import networkx as nx

from mmm.causal.adjustment import Dag
from mmm.causal.graph import CausalGraph
from mmm.spec.edges import KPI

type Cell = tuple[str, int]

NOISE, SURROUNDINGS = "~noise", "~surroundings"
FORGETFUL = frozenset({"kpi", "mediator"})
FEWEST_WEEKS = 3


@dataclass(frozen=True)
class Unrolled:
    """The graph over weeks, with the summary that it comes from.

    ``folded``: the series that a node stands for, where they are several.
    """

    graph: CausalGraph
    dag: Dag[Cell]
    last: int
    folded: dict[str, tuple[str, ...]]

    @property
    def outcome(self) -> Cell:
        """The kpi of the last week."""
        return (KPI, self.last)

    def weeks(self, names: Iterable[str]) -> frozenset[Cell]:
        """Every week of the named series."""
        return frozenset((name, week) for name in names for week in range(self.last + 1))

    @property
    def observed(self) -> frozenset[Cell]:
        """Every cell that a column measures, and past noise.

        Past noise is what the kpi was, less what the equations give it: known to the model.
        """
        found = self.weeks(node.name for node in self.graph.nodes if node.observed)
        past = {(NOISE, week) for week in range(self.last)} if self.graph.noise_memory else set()
        return (found & self.dag.nodes) | past

    @property
    def whole(self) -> frozenset[str]:
        """Series of which all weeks are held: own decisions, and what is taken as it comes."""
        return frozenset({*self.graph.given, *self.graph.levers})

    def unfolded(self, names: Iterable[str]) -> tuple[str, ...]:
        """Every series that ``names`` stand for."""
        return tuple(single for name in names for single in self.folded.get(name, (name,)))

    def label(self, cell: Cell) -> str:
        """A cell as people name it: the series where all its weeks are held, else with its week."""
        name, back = cell[0], self.last - cell[1]
        if name == NOISE:
            return "the noise of past weeks"
        if back == 0 or name in self.whole:
            return name
        return f"{name}, {back} week{'s' if back > 1 else ''} before"


def unroll(graph: CausalGraph, apart: Collection[str] = ()) -> Unrolled:
    """Lay ``graph`` out over as many weeks as its lags need; series ``apart`` are not folded."""
    folded = _folded(graph, apart)
    gone = {name for members in folded.values() for name in members[1:]}
    lags = {edge.lag for edge in graph.edges if edge.lag}
    last = max(FEWEST_WEEKS - 1, sum(lags) + max(lags, default=0))
    dag: Dag[Cell] = nx.DiGraph()
    kept = [name for name in graph.kinds if name not in gone]
    dag.add_nodes_from((name, week) for name in kept for week in range(last + 1))
    for edge in graph.edges:
        if edge.cause not in gone:
            for lag in range(edge.lag, min(edge.lag + edge.carryover, last) + 1):
                weeks = range(lag, last + 1)
                dag.add_edges_from(((edge.cause, t - lag), (edge.effect, t)) for t in weeks)
    lasting = [name for name in kept if graph.kinds[name] not in FORGETFUL]
    if graph.noise_memory:
        lasting.append(NOISE)
        dag.add_edges_from(((NOISE, week), (KPI, week)) for week in range(last + 1))
    if graph.given:
        lasting.append(SURROUNDINGS)
        for name in set(graph.given) - gone:
            dag.add_edges_from(((SURROUNDINGS, week), (name, week)) for week in range(last + 1))
    for name in lasting:
        dag.add_edges_from(((name, week - 1), (name, week)) for week in range(1, last + 1))
    return Unrolled(graph, dag, last, folded)


def _folded(graph: CausalGraph, apart: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Series taken as they come by the first of those that have the same edges."""
    edges: dict[str, set[tuple[str, int, int]]] = {}
    for edge in graph.edges:
        edges.setdefault(edge.cause, set()).add((edge.effect, edge.lag, edge.carryover))
    alike: dict[frozenset[tuple[str, int, int]], list[str]] = {}
    for name in graph.given:
        if name not in apart:
            alike.setdefault(frozenset(edges.get(name, ())), []).append(name)
    return {names[0]: tuple(names) for names in alike.values() if len(names) > 1}
