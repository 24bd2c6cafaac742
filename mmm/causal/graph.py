"""The causal graph of a specification: what acts on what, after how many weeks, and who says so.

Edges rest on one of three bases. ``implied`` by the fields of the specification; ``declared`` by
the user (``edges.add``, ``demand.drives``); ``possible``: nobody has said so, and nobody has ruled
it out. Possible are

- *what budgets and price follow*. They may follow every control, event and rival series that has no
  declared cause of its own: such a series is observed and held by the model, so to allow the edge
  costs nothing, and to forget it would call confounding harmless. A series whose causes the user
  has declared acts on what the user says, no more.
- *demand*, where the specification is silent about it: unobserved, and free to move every budget,
  the price, the mediators and the kpi. ``demand: none`` takes it out; ``series`` makes it an
  observed common cause; ``latent`` an unobserved one of the kpi and the channels in ``drives``
  alone.

Trend, season and holidays are functions of the date: known, modelled, and held in every adjustment.
They are ``background`` and no nodes. Budgets are taken as set independently of one another but for
the causes that they share in the graph; an edge between channels says otherwise.

A causal graph: nodes, edges with lags, and who says so.

Edges over weeks may close a cycle (last week's sales set this week's budget); within a week none
does. ``unroll`` lays the weeks out, so that the criteria of ``adjustment`` apply.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import networkx as nx
from pydantic import ConfigDict, Field

from mmm.causal.adjustment import Dag
from mmm.interval import Answer
from mmm.spec.edges import KPI, CausalEdge, causal_edges, observed_nodes
from mmm.spec.media import Adstock
from mmm.spec.model import ModelSpec

Kind = Literal[
    "kpi",
    "channel",
    "mediator",
    "control",
    "demand",
    "event",
    "price",
    "rival_price",
    "rival_spend",
    "unobserved",
]


Basis = Literal["implied", "declared", "possible"]


LEVERS = frozenset({"channel", "price"})


GIVEN = frozenset({"control", "demand", "event", "rival_price", "rival_spend"})
"""Kinds of observed series that the model takes as they come."""


class GraphNode(Answer):
    """A series; ``treated`` are those that the user decides: own channels and own price."""

    name: str
    kind: Kind
    observed: bool
    treated: bool


class GraphEdge(Answer):
    """``lag`` weeks pass before the cause acts; its effect goes on for ``carryover`` weeks more."""

    model_config = ConfigDict(
        frozen=True, serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )
    cause: str = Field(alias="from")
    effect: str = Field(alias="to")
    lag: int = 0
    carryover: int = 0
    basis: Basis


class CausalGraph(Answer):
    """Nodes and edges; ``noise_memory`` where this week's noise acts on the next week's."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    background: tuple[str, ...]
    noise_memory: bool

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Kind of each node by name."""
        return {node.name: node.kind for node in self.nodes}

    @cached_property
    def summary(self) -> Dag[str]:
        """Edges at any lag; feedback over weeks makes cycles here."""
        found: Dag[str] = nx.DiGraph()
        found.add_nodes_from(self.kinds)
        found.add_edges_from((edge.cause, edge.effect) for edge in self.edges)
        return found

    @cached_property
    def levers(self) -> tuple[str, ...]:
        """Own channels, and own price where there is one."""
        return tuple(node.name for node in self.nodes if node.treated)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Observed series taken as they come, for which no cause is declared."""
        return tuple(
            node.name
            for node in self.nodes
            if node.observed and node.kind in GIVEN and not self.summary.pred[node.name]
        )

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """Nodes that no column measures."""
        return tuple(node.name for node in self.nodes if not node.observed)

    def basis(self, cause: str, effect: str) -> Basis | None:
        """Who says that there is an edge; None where there is none."""
        found = [e.basis for e in self.edges if (e.cause, e.effect) == (cause, effect)]
        return found[0] if found else None

    def causes(self, name: str) -> tuple[GraphEdge, ...]:
        """Edges into ``name``."""
        return tuple(edge for edge in self.edges if edge.effect == name)


DEMAND = "demand"


def graph(spec: ModelSpec) -> CausalGraph:
    """The causal graph that ``spec`` declares."""
    kinds = dict(_observed_kinds(spec))
    nodes = [
        GraphNode(name=name, kind=kind, observed=True, treated=kind in LEVERS)
        for name, kind in kinds.items()
    ]
    nodes += [
        GraphNode(name=name, kind=kind, observed=False, treated=False)
        for name, kind in _hidden_kinds(spec)
    ]
    known = _known_edges(spec)
    return CausalGraph(
        nodes=tuple(nodes),
        edges=(*known, *_demand_edges(spec, kinds), *_possible(kinds, known)),
        background=tuple(_background(spec)),
        noise_memory=spec.noise.kind == "ar1",
    )


def _hidden_demand(spec: ModelSpec) -> Iterator[str]:
    """Demand where no column measures it, under a name that no other node bears."""
    if spec.demand is None or spec.demand.kind == "latent":
        taken = {*observed_nodes(spec), *spec.edges.unobserved}
        yield DEMAND if DEMAND not in taken else f"{DEMAND} (unobserved)"


def _hidden_kinds(spec: ModelSpec) -> Iterator[tuple[str, Kind]]:
    for name in spec.edges.unobserved:
        yield name, "unobserved"
    for name in _hidden_demand(spec):
        yield name, "demand"


def _observed_kinds(spec: ModelSpec) -> Iterator[tuple[str, Kind]]:
    kinds: dict[str, Kind] = {channel.name: "channel" for channel in spec.channels}
    kinds |= {mediator.name: "mediator" for mediator in spec.mediators}
    kinds |= {event.name: "event" for event in spec.events}
    kinds |= {f"{rival.name}.price": "rival_price" for rival in spec.competitors}
    kinds |= {f"{rival.name}.spend": "rival_spend" for rival in spec.competitors}
    kinds |= {"price": "price", KPI: "kpi"}
    if spec.demand is not None and spec.demand.kind == "series":
        kinds[DEMAND] = "demand"
    for name in observed_nodes(spec):
        yield name, kinds.get(name, "control")


def _known_edges(spec: ModelSpec) -> tuple[GraphEdge, ...]:
    added = {(edge.cause, edge.effect) for edge in spec.edges.add}
    return tuple(
        _edge(link, "declared" if (link.cause, link.effect) in added else "implied", spec)
        for link in causal_edges(spec)
    )


def _edge(link: CausalEdge, basis: Basis, spec: ModelSpec) -> GraphEdge:
    return GraphEdge(
        cause=link.cause,
        effect=link.effect,
        lag=link.lag,
        carryover=_carryover(link, spec),
        basis=basis,
    )


def _carryover(link: CausalEdge, spec: ModelSpec) -> int:
    """Weeks that the adstock on this edge goes on after the first."""
    found: dict[tuple[str, str], Adstock] = {(c.name, KPI): c.adstock for c in spec.channels}
    found |= {(event.name, KPI): event.adstock for event in spec.events}
    found |= {(f"{rival.name}.spend", KPI): rival.adstock for rival in spec.competitors}
    found |= {(c.name, m.name): m.adstock for c in spec.channels for m in spec.mediators}
    adstock = found.get((link.cause, link.effect))
    return 0 if adstock is None or adstock.kind == "none" else adstock.max_lag


def _demand_edges(spec: ModelSpec, kinds: dict[str, Kind]) -> Iterator[GraphEdge]:
    levers = [name for name, kind in kinds.items() if kind in LEVERS]
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
    elif spec.demand.kind == "series":
        for lever in levers:
            yield GraphEdge(cause=DEMAND, effect=lever, basis="implied")


def _possible(kinds: dict[str, Kind], known: tuple[GraphEdge, ...]) -> Iterator[GraphEdge]:
    """What budgets and price may follow, of the series without a declared cause."""
    caused = {edge.effect for edge in known}
    said = {(edge.cause, edge.effect) for edge in known}
    for lever in (name for name, kind in kinds.items() if kind in LEVERS):
        for name, kind in kinds.items():
            free = kind in GIVEN - {"demand"} and name not in caused
            if free and (name, lever) not in said:
                yield GraphEdge(cause=name, effect=lever, basis="possible")


def _background(spec: ModelSpec) -> Iterator[str]:
    if spec.trend.kind != "none":
        yield f"trend ({spec.trend.kind})"
    if spec.seasonality.yearly:
        yield f"season ({spec.seasonality.yearly} yearly harmonics)"
    if spec.holidays is not None:
        yield f"holidays ({spec.holidays.country})"
