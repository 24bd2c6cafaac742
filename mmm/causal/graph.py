"""The causal graph of a specification: nodes, edges with lags, and the basis of every edge.

An edge has one of three bases: ``implied`` by the fields of the specification; ``declared`` by the
user (``edges.add``, ``demand.drives``); or ``possible``, neither stated nor ruled out. Possible are

- *causes of budgets and price*. Budgets and price may follow every control, event and rival series
  that has no declared cause of its own. Such a series is observed and the model adjusts for it, so
  allowing the edge costs nothing, while omitting it would declare confounding harmless. A series
  whose causes the user has declared acts only where the user says so.
- *demand*, where the specification does not mention it: unobserved, and free to move every budget,
  the price, the mediators and the KPI. ``demand: none`` removes it; ``series`` makes it an observed
  common cause; ``latent`` makes it an unobserved cause of only the KPI and the channels in
  ``drives``.

Trend, season and holidays are functions of the date: known, modelled, and part of every adjustment.
They are ``background`` and no nodes. Budgets are independent of one another given the causes that
they share in the graph, unless there is an edge between channels.

Edges over weeks may form a cycle (last week's sales set this week's budget); edges within a week do
not. ``unroll`` unrolls the graph over weeks, so that the criteria of ``adjustment`` apply.
"""

from collections.abc import Iterator
from functools import cached_property

import networkx as nx

from mmm.causal.adjustment import Dag
from mmm.causal.graph_answer import EdgeBasis, GraphEdge, GraphNode, NodeKind
from mmm.interval import Answer
from mmm.spec.edges import KPI, CausalEdge, causal_edges, observed_nodes
from mmm.spec.media import Adstock
from mmm.spec.model import ModelSpec

LEVER_KINDS = frozenset({"channel", "price"})


EXOGENOUS_KINDS = frozenset({"control", "demand", "event", "rival_price", "rival_spend"})
"""Kinds of observed series that the model treats as exogenous: it has no equation for them."""


class CausalGraph(Answer):
    """Nodes and edges; ``noise_memory``: whether this week's noise acts on the next week's."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    background: tuple[str, ...]
    noise_memory: bool

    @cached_property
    def kinds(self) -> dict[str, NodeKind]:
        """Kind of each node by name."""
        return {node.name: node.kind for node in self.nodes}

    @cached_property
    def summary_graph(self) -> Dag[str]:
        """The graph of edges at any lag; feedback over weeks makes cycles in it."""
        summary: Dag[str] = nx.DiGraph()
        summary.add_nodes_from(self.kinds)
        summary.add_edges_from((edge.cause, edge.effect) for edge in self.edges)
        return summary

    @cached_property
    def levers(self) -> tuple[str, ...]:
        """Own channels, and own price where there is one."""
        return tuple(node.name for node in self.nodes if node.treated)

    @cached_property
    def exogenous(self) -> tuple[str, ...]:
        """Observed series of an exogenous kind for which no cause is declared."""
        return tuple(
            node.name
            for node in self.nodes
            if node.observed
            and node.kind in EXOGENOUS_KINDS
            and not self.summary_graph.pred[node.name]
        )

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Nodes that no column measures."""
        return tuple(node.name for node in self.nodes if not node.observed)

    def basis(self, cause: str, effect: str) -> EdgeBasis | None:
        """The basis of the edge ``cause`` -> ``effect``; None where there is no such edge."""
        bases = (e.basis for e in self.edges if (e.cause, e.effect) == (cause, effect))
        return next(bases, None)

    def causes(self, name: str) -> tuple[GraphEdge, ...]:
        """Edges into ``name``."""
        return tuple(edge for edge in self.edges if edge.effect == name)


DEMAND = "demand"


def causal_graph(spec: ModelSpec) -> CausalGraph:
    """The causal graph that ``spec`` declares."""
    kinds = dict(_observed_kinds(spec))
    nodes = [
        GraphNode(name=name, kind=kind, observed=True, treated=kind in LEVER_KINDS)
        for name, kind in kinds.items()
    ]
    nodes += [
        GraphNode(name=name, kind=kind, observed=False, treated=False)
        for name, kind in _hidden_kinds(spec)
    ]
    known = _known_edges(spec)
    return CausalGraph(
        nodes=tuple(nodes),
        edges=(*known, *_demand_edges(spec, kinds), *_possible_edges(kinds, known)),
        background=tuple(_background(spec)),
        noise_memory=spec.noise.kind == "ar1",
    )


def _hidden_demand(spec: ModelSpec) -> Iterator[str]:
    """The name of demand where no column measures it, one that no other node has."""
    if spec.demand is None or spec.demand.kind == "latent":
        taken = {*observed_nodes(spec), *spec.edges.unobserved}
        yield DEMAND if DEMAND not in taken else f"{DEMAND} (unobserved)"


def _hidden_kinds(spec: ModelSpec) -> Iterator[tuple[str, NodeKind]]:
    for name in spec.edges.unobserved:
        yield name, "unobserved"
    for name in _hidden_demand(spec):
        yield name, "demand"


def _observed_kinds(spec: ModelSpec) -> Iterator[tuple[str, NodeKind]]:
    kinds: dict[str, NodeKind] = {channel.name: "channel" for channel in spec.channels}
    kinds |= {mediator.name: "mediator" for mediator in spec.mediators}
    kinds |= {event.name: "event" for event in spec.events}
    kinds |= {f"{rival.name}.price": "rival_price" for rival in spec.competitors}
    kinds |= {f"{rival.name}.spend": "rival_spend" for rival in spec.competitors}
    kinds |= {"price": "price", KPI: "kpi"}
    if spec.demand is not None and spec.demand.column is not None:
        kinds[DEMAND] = "demand"
    for name in observed_nodes(spec):
        yield name, kinds.get(name, "control")


def _known_edges(spec: ModelSpec) -> tuple[GraphEdge, ...]:
    added = {(edge.cause, edge.effect) for edge in spec.edges.add}
    return tuple(
        _edge(link, "declared" if (link.cause, link.effect) in added else "implied", spec)
        for link in causal_edges(spec)
    )


def _edge(link: CausalEdge, basis: EdgeBasis, spec: ModelSpec) -> GraphEdge:
    return GraphEdge(
        cause=link.cause,
        effect=link.effect,
        lag=link.lag,
        carryover=_carryover(link, spec),
        basis=basis,
    )


def _carryover(link: CausalEdge, spec: ModelSpec) -> int:
    """Weeks that the adstock on this edge goes on after the first."""
    adstocks: dict[tuple[str, str], Adstock] = {(c.name, KPI): c.adstock for c in spec.channels}
    adstocks |= {(event.name, KPI): event.adstock for event in spec.events}
    adstocks |= {(f"{rival.name}.spend", KPI): rival.adstock for rival in spec.competitors}
    adstocks |= {(c.name, m.name): m.adstock for c in spec.channels for m in spec.mediators}
    adstock = adstocks.get((link.cause, link.effect))
    return 0 if adstock is None or adstock.kind == "none" else adstock.max_lag


def _demand_edges(spec: ModelSpec, kinds: dict[str, NodeKind]) -> Iterator[GraphEdge]:
    levers = [name for name, kind in kinds.items() if kind in LEVER_KINDS]
    if spec.demand is None:
        mediators = [mediator.name for mediator in spec.mediators]
        for name in _hidden_demand(spec):
            for effect in (*levers, *mediators, KPI):
                yield GraphEdge(cause=name, effect=effect, basis="possible")
    elif spec.demand.kind == "latent":
        for name in _hidden_demand(spec):
            for lever in spec.demand.drives:
                yield GraphEdge(cause=name, effect=lever, basis="declared")
            yield GraphEdge(cause=name, effect=KPI, basis="implied")
    elif spec.demand.column is not None:
        for lever in levers:
            yield GraphEdge(cause=DEMAND, effect=lever, basis="implied")


def _possible_edges(
    kinds: dict[str, NodeKind], known: tuple[GraphEdge, ...]
) -> Iterator[GraphEdge]:
    """Edges to budgets and price from exogenous series without a declared cause."""
    caused = {edge.effect for edge in known}
    declared = {(edge.cause, edge.effect) for edge in known}
    for lever in (name for name, kind in kinds.items() if kind in LEVER_KINDS):
        for name, kind in kinds.items():
            free = kind in EXOGENOUS_KINDS - {"demand"} and name not in caused
            if free and (name, lever) not in declared:
                yield GraphEdge(cause=name, effect=lever, basis="possible")


def _background(spec: ModelSpec) -> Iterator[str]:
    if spec.trend.kind != "none":
        yield f"trend ({spec.trend.kind})"
    if spec.seasonality.yearly:
        yield f"season ({spec.seasonality.yearly} yearly harmonics)"
    if spec.holidays is not None:
        yield f"holidays ({spec.holidays.country})"
