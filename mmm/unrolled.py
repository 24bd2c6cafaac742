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
"""

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from mmm.adjustment import Dag
from mmm.causal_graph import CausalGraph
from mmm.edges import KPI

type Cell = tuple[str, int]

NOISE, SURROUNDINGS = "~noise", "~surroundings"
FORGETFUL = frozenset({"kpi", "mediator"})
FEWEST_WEEKS = 3


@dataclass(frozen=True)
class Unrolled:
    """The graph over weeks, with the summary that it comes from."""

    graph: CausalGraph
    dag: Dag[Cell]
    last: int

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
        return found | past

    def label(self, cell: Cell) -> str:
        """A cell as people name it: the whole series, or a week of what does not stand still."""
        name, back = cell[0], self.last - cell[1]
        if name == NOISE:
            return "the noise of past weeks"
        if back == 0 or self.graph.kinds[name] not in FORGETFUL:
            return name
        return f"{name}, {back} week{'s' if back > 1 else ''} before"


def unroll(graph: CausalGraph) -> Unrolled:
    """Lay ``graph`` out over as many weeks as its lags need."""
    lags = {edge.lag for edge in graph.edges if edge.lag}
    last = max(FEWEST_WEEKS - 1, sum(lags) + max(lags, default=0))
    dag: Dag[Cell] = nx.DiGraph()
    dag.add_nodes_from((name, week) for name in graph.kinds for week in range(last + 1))
    for edge in graph.edges:
        for lag in range(edge.lag, min(edge.lag + edge.carryover, last) + 1):
            dag.add_edges_from(
                ((edge.cause, week - lag), (edge.effect, week)) for week in range(lag, last + 1)
            )
    lasting = [name for name, kind in graph.kinds.items() if kind not in FORGETFUL]
    if graph.noise_memory:
        lasting.append(NOISE)
        dag.add_edges_from(((NOISE, week), (KPI, week)) for week in range(last + 1))
    if graph.given:
        lasting.append(SURROUNDINGS)
        for name in graph.given:
            dag.add_edges_from(((SURROUNDINGS, week), (name, week)) for week in range(last + 1))
    for name in lasting:
        dag.add_edges_from(((name, week - 1), (name, week)) for week in range(1, last + 1))
    return Unrolled(graph, dag, last)
