"""A causal graph: nodes, edges with lags, and who says so.

Edges over weeks may close a cycle (last week's sales set this week's budget); within a week none
does. ``unroll`` lays the weeks out, so that the criteria of ``adjustment`` apply.
"""

from functools import cached_property
from typing import Literal

import networkx as nx
from pydantic import ConfigDict, Field

from mmm.answers import Answer
from mmm.causal.adjustment import Dag

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
