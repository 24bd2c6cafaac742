"""Ways to an effect that adjustment does not find: the front door, and instruments.

The model's equations use neither; they are recognised and named as advice, since a design can. On
the graph of series, lags left aside, for a lever x, the KPI y and a hidden common cause of both:

    front door   m carries the whole effect of x, shares no open cause with x, and x closes all
                 back-door paths from m to y
    instrument   z is declared to move x, and with x's effects removed z is separated from y, given
                 the other levers, or given them and all exogenous series

Pearl (2009), Causality, 3.3.2; Bowden and Turkington (1984), Instrumental variables.
"""

from collections.abc import Iterable, Iterator

import networkx as nx

from mmm.causal.adjustment import Dag, d_separated, descendants_and_self
from mmm.causal.graph import CausalGraph
from mmm.causal.graph_answer import OtherWay
from mmm.spec.edges import KPI


def other_ways(graph: CausalGraph, lever: str) -> tuple[OtherWay, ...]:
    """Each front door and each instrument of the effect of ``lever``."""
    dag = graph.summary_graph
    if not nx.is_directed_acyclic_graph(dag):
        return ()
    observed = [node.name for node in graph.nodes if node.observed and node.name != KPI]
    found = []
    for name in observed:
        if name == lever:
            continue
        if _is_front_door(dag, lever, name):
            found.append(OtherWay(kind="front_door", by=name))
        elif (given := _given_for_instrument(graph, dag, lever, name)) is not None:
            found.append(OtherWay(kind="instrument", by=name, given=given))
    return tuple(found)


def sentences(ways: Iterable[OtherWay], lever: str) -> Iterator[str]:
    """A sentence for each of the ``ways`` to the effect of ``lever``."""
    for way in ways:
        if way.kind == "front_door":
            yield (
                f"{way.by} carries the whole effect of {lever} and nothing else moves both: the "
                "front-door criterion identifies it, which this model's equations do not use. With "
                f"the edge from {lever} to the KPI kept, the effect along {lever} -> {way.by} -> "
                "KPI is that effect."
            )
        else:
            given = f", given {', '.join(way.given)}" if way.given else ""
            yield (
                f"{way.by} moves {lever} and reaches the KPI in no other way{given}: it is an "
                "instrument, which this model's equations do not use; it shows when "
                f"{lever} changed for reasons of its own."
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


def _given_for_instrument(
    graph: CausalGraph, dag: Dag[str], lever: str, name: str
) -> tuple[str, ...] | None:
    """What the KPI and the series are separated by, the lever's effects removed and the other
    levers held: nothing more, or all exogenous series; None where neither makes an instrument."""
    moved: frozenset[str] = descendants_and_self(dag, [lever])
    if graph.basis(name, lever) != "declared" or name in moved:
        return None
    held, cut = set(graph.levers) - moved - {name}, _without_effects(dag, lever)
    if d_separated(cut, [name], [KPI], held):
        return ()
    given = [each for each in graph.exogenous if each != name and each not in moved]
    separated = d_separated(cut, [name], [KPI], {*held, *given})
    relevant = not d_separated(dag, [name], [lever], {*held, *given})
    return tuple(given) if separated and relevant else None


def _without_effects(dag: Dag[str], name: str) -> Dag[str]:
    """The graph without the edges out of ``name``."""
    reduced = dag.copy()
    reduced.remove_edges_from(list(dag.out_edges(name)))
    return reduced
