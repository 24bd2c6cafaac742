"""Controls that should not be taken as they come, by the edges that the user declared.

- *mediator*: a lever moves it and it acts on the kpi; held, it hides a part of the lever's effect.
- *descendant*: a lever moves it and it does not act on the kpi; nothing is lost by leaving it out.
- *collider*: two of its causes meet in it, one tied to a lever and one to the kpi. To hold it opens
  a path between the two that is no effect.

The same holds of events, rival series and a demand series for which a cause is declared.
"""

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Literal

import networkx as nx

from mmm.causal.adjustment import Dag, separated
from mmm.causal.graph import GIVEN, CausalGraph
from mmm.causal.time_unrolled import Cell, Unrolled, unroll
from mmm.interval import Answer
from mmm.spec.edges import KPI


class GraphWarning(Answer):
    """What is wrong with the series ``name``, the ``edges`` that make it so, and what to do."""

    code: Literal["mediator", "descendant", "collider"]
    name: str
    edges: tuple[str, ...]
    detail: str


def control_warnings(graph: CausalGraph) -> tuple[GraphWarning, ...]:
    """Warnings about the series that the model takes as they come."""
    world = unroll(graph, apart=graph.given)
    caused = [
        node.name
        for node in graph.nodes
        if node.observed and node.kind in GIVEN and graph.summary.pred[node.name]
    ]
    return tuple(warning for name in caused for warning in _warnings(world, name))


def _warnings(world: Unrolled, name: str) -> Iterator[GraphWarning]:
    summary = world.graph.summary
    movers = [lever for lever in world.graph.levers if nx.has_path(summary, lever, name)]
    if movers:
        yield _moved(world.graph, name, movers)
    elif summary.succ[name]:
        yield from _collider(world, name)


def _moved(graph: CausalGraph, name: str, movers: list[str]) -> GraphWarning:
    ways = [_edges(nx.shortest_path(graph.summary, lever, name)) for lever in movers]
    into = tuple(dict.fromkeys(edge for way in ways for edge in way))
    levers = ", ".join(movers)
    if nx.has_path(graph.summary, name, KPI):
        out = _edges(nx.shortest_path(graph.summary, name, KPI))
        detail = (
            f"{name} lies between {levers} and the kpi. The model takes it as it comes, so what "
            f"{levers} does through it is missing from the total effect: declare {name} a mediator."
        )
        return GraphWarning(code="mediator", name=name, edges=(*into, *out), detail=detail)
    detail = (
        f"{name} follows {levers} and does not act on the kpi: the model does not hold it. Leave "
        "it out."
    )
    return GraphWarning(code="descendant", name=name, edges=into, detail=detail)


def _collider(world: Unrolled, name: str) -> Iterator[GraphWarning]:
    graph = world.graph
    silent = {hidden for hidden in graph.hidden if graph.kinds[hidden] == "demand"}
    rest = world.dag.copy()
    rest.remove_nodes_from(world.weeks([name, *silent]))
    causes = [cause for cause in graph.summary.pred[name] if cause not in silent]
    for lever in graph.levers:
        for near, far in permutations(causes, 2):
            if _tied(rest, world, near, lever) and _reaches_kpi(rest, world, far):
                detail = (
                    f"{name} is a collider: {near} -> {name} <- {far}. The model holds it, which "
                    f"ties {lever} to the kpi by a path that is no effect. Leave {name} out, or "
                    f"remove its edge to the kpi; if it does act on the kpi, a column for {near} "
                    f"or {far} closes the path."
                )
                edges = tuple(f"{cause} -> {name}" for cause in (near, far))
                yield GraphWarning(code="collider", name=name, edges=edges, detail=detail)
                return


def _tied(rest: Dag[Cell], world: Unrolled, cause: str, lever: str) -> bool:
    """Whether ``cause`` and ``lever`` are related, what is observed of the rest being held."""
    held = world.weeks(world.graph.given) & set(rest.nodes)
    return not separated(rest, world.weeks([cause]) - held, world.weeks([lever]), held)


def _reaches_kpi(rest: Dag[Cell], world: Unrolled, cause: str) -> bool:
    """Whether ``cause`` is related to the kpi other than through what the model holds."""
    held = world.weeks([*world.graph.given, *world.graph.levers]) & set(rest.nodes)
    return not separated(rest, world.weeks([cause]) - held, [world.outcome], held)


def _edges(path: list[str]) -> tuple[str, ...]:
    return tuple(f"{a} -> {b}" for a, b in pairwise(path))
