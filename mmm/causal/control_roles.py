"""Controls that the model should not adjust for, by the edges that the user declared.

- *mediator*: a lever moves it and it acts on the KPI. Adjusting for it hides a part of the lever's
  effect.
- *descendant*: a lever moves it and it does not act on the KPI, or the KPI moves it. Leaving it out
  loses nothing.
- *collider*: a common effect of two causes, one related to a lever and one to the KPI. Adjusting
  for it opens a path between the two that is not an effect of the lever.

Events, rival series and a demand series with a declared cause are checked in the same way.
"""

from collections.abc import Iterator
from itertools import pairwise, permutations

import networkx as nx

from mmm.causal.adjustment import Dag, d_separated
from mmm.causal.graph import EXOGENOUS_KINDS, CausalGraph
from mmm.causal.graph_answer import GraphWarning
from mmm.causal.time_unrolled import UnrolledGraph, WeekNode, unroll
from mmm.spec.edges import KPI


def control_warnings(graph: CausalGraph) -> tuple[GraphWarning, ...]:
    """Warnings about the series that the model treats as exogenous."""
    world = unroll(graph, unfolded=graph.exogenous)
    caused = [
        node.name
        for node in graph.nodes
        if node.observed and node.kind in EXOGENOUS_KINDS and graph.summary_graph.pred[node.name]
    ]
    return tuple(warning for name in caused for warning in _series_warnings(world, name))


def _series_warnings(world: UnrolledGraph, name: str) -> Iterator[GraphWarning]:
    summary = world.graph.summary_graph
    movers = [lever for lever in world.graph.levers if nx.has_path(summary, lever, name)]
    if movers:
        yield _effect_warning(world.graph, name, movers)
    elif summary.succ[name]:
        yield from _collider_warning(world, name)


def _effect_warning(graph: CausalGraph, name: str, movers: list[str]) -> GraphWarning:
    """The warning about a series that the levers ``movers`` move: mediator or descendant."""
    paths = [_edges(nx.shortest_path(graph.summary_graph, lever, name)) for lever in movers]
    into = tuple(dict.fromkeys(edge for path in paths for edge in path))
    levers = ", ".join(movers)
    if not _moved_besides_kpi(graph, movers, name):
        detail = (
            f"{name} follows the KPI: adjusting for a consequence of sales takes away a part of "
            "every effect. Leave it out."
        )
        return GraphWarning(code="descendant", name=name, edges=into, detail=detail)
    if nx.has_path(graph.summary_graph, name, KPI):
        out = _edges(nx.shortest_path(graph.summary_graph, name, KPI))
        detail = (
            f"{name} lies between {levers} and the KPI. The model treats it as exogenous, so the "
            f"effect of {levers} through it is missing from the total effect: declare {name} a "
            "mediator."
        )
        return GraphWarning(code="mediator", name=name, edges=(*into, *out), detail=detail)
    detail = (
        f"{name} follows {levers} and does not act on the KPI, so the model does not adjust for "
        "it. Leave it out."
    )
    return GraphWarning(code="descendant", name=name, edges=into, detail=detail)


def _moved_besides_kpi(graph: CausalGraph, movers: list[str], name: str) -> bool:
    """Whether a lever moves the series on a path that avoids the KPI."""
    rest = graph.summary_graph.copy()
    rest.remove_node(KPI)
    return any(nx.has_path(rest, lever, name) for lever in movers)


def _collider_warning(world: UnrolledGraph, name: str) -> Iterator[GraphWarning]:
    """At most one warning: for the first pair of causes that makes the series a collider."""
    graph = world.graph
    hidden_demand = {series for series in graph.hidden if graph.kinds[series] == "demand"}
    rest = world.dag.copy()
    rest.remove_nodes_from(world.weeks([name, *hidden_demand]))
    causes = [cause for cause in graph.summary_graph.pred[name] if cause not in hidden_demand]
    for lever in graph.levers:
        for first, second in permutations(causes, 2):
            if _is_related_to_lever(rest, world, first, lever) and _is_related_to_kpi(
                rest, world, second
            ):
                detail = (
                    f"{name} is a collider: {first} -> {name} <- {second}. The model adjusts for "
                    f"it, which opens a path between {lever} and the KPI that is not the lever's "
                    f"effect. Leave {name} out, or remove its edge to the KPI; if it does act on "
                    f"the KPI, a column for {first} or {second} closes the path."
                )
                edges = tuple(f"{cause} -> {name}" for cause in (first, second))
                yield GraphWarning(code="collider", name=name, edges=edges, detail=detail)
                return


def _is_related_to_lever(rest: Dag[WeekNode], world: UnrolledGraph, cause: str, lever: str) -> bool:
    """Whether ``cause`` and ``lever`` are d-connected in ``rest`` given the exogenous series."""
    held = world.weeks(world.graph.exogenous) & set(rest.nodes)
    return not d_separated(rest, world.weeks([cause]) - held, world.weeks([lever]), held)


def _is_related_to_kpi(rest: Dag[WeekNode], world: UnrolledGraph, cause: str) -> bool:
    """Whether ``cause`` and the KPI are d-connected in ``rest``, given levers and exogenous."""
    held = world.weeks([*world.graph.exogenous, *world.graph.levers]) & set(rest.nodes)
    return not d_separated(rest, world.weeks([cause]) - held, [world.outcome], held)


def _edges(path: list[str]) -> tuple[str, ...]:
    return tuple(f"{a} -> {b}" for a, b in pairwise(path))
