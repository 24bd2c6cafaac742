"""Ways to an effect that adjustment does not find: the front door, and instruments.

The model's equations use neither; they are named as advice, since a design can. On the graph of
series, lags left aside, for a lever x, the KPI y and a hidden common cause of both:

    front door   m carries the whole effect of x, shares no open cause with x, and x closes all
                 back-door paths from m to y
    instrument   z is declared to move x, and with x's effects removed z is separated from y, given
                 the other levers

Pearl (2009), Causality, 3.3.2; Bowden and Turkington (1984), Instrumental variables.
"""

from collections.abc import Iterator

import networkx as nx

from mmm.causal.adjustment import Dag, d_separated, descendants_and_self
from mmm.causal.graph import CausalGraph
from mmm.spec.edges import KPI


def other_ways(graph: CausalGraph, lever: str) -> Iterator[str]:
    """A sentence for each front door and each instrument of the effect of ``lever``."""
    dag = graph.summary_graph
    if not nx.is_directed_acyclic_graph(dag):
        return
    observed = [node.name for node in graph.nodes if node.observed and node.name != KPI]
    for name in observed:
        if name != lever and _is_front_door(dag, lever, name):
            yield (
                f"{name} carries the whole effect of {lever} and nothing else moves both: the "
                "front-door criterion identifies it, which this model's equations do not use."
            )
        elif name != lever and _is_instrument(graph, dag, lever, name):
            yield (
                f"{name} moves {lever} and reaches the KPI in no other way: it is an instrument, "
                f"which this model's equations do not use; it shows when {lever} changed for "
                "reasons of its own."
            )


def _is_front_door(dag: Dag[str], lever: str, name: str) -> bool:
    if not (nx.has_path(dag, lever, name) and nx.has_path(dag, name, KPI)):
        return False
    around = dag.copy()
    around.remove_node(name)
    if nx.has_path(around, lever, KPI):
        return False
    before, after = _without_effects(dag, lever), _without_effects(dag, name)
    return d_separated(before, [lever], [name], []) and d_separated(after, [name], [KPI], [lever])


def _is_instrument(graph: CausalGraph, dag: Dag[str], lever: str, name: str) -> bool:
    if graph.basis(name, lever) != "declared" or name in descendants_and_self(dag, [lever]):
        return False
    moved: frozenset[str] = descendants_and_self(dag, [lever])
    held = set(graph.levers) - moved
    return d_separated(_without_effects(dag, lever), [name], [KPI], held)


def _without_effects(dag: Dag[str], name: str) -> Dag[str]:
    """The graph without the edges out of ``name``."""
    reduced = dag.copy()
    reduced.remove_edges_from(list(dag.out_edges(name)))
    return reduced
