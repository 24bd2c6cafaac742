"""Which variables to adjust for: sound and complete criteria on a directed acyclic graph.

*Total effect* of X on y, by the generalised adjustment criterion. With De and An for descendants
and ancestors, each node among its own:

    pcp       = (De(X) in the graph without edges into X, less X)
                & An(y) in the graph without edges out of X
    forbidden = De(pcp)
    Z adjusts <=> Z holds nothing forbidden, and separates X from y once the first edges of the
                  proper causal paths, X -> pcp, are taken out

``pcp`` -> on_the_way. *Direct effect*, where the terms of y's equation add up, by the single-door
criterion: Z holds no descendant of y (where there is an edge X -> y) and separates X from y once
these edges are out.

Perković, Textor, Kalisch and Maathuis (2018), Complete graphical characterization and construction
of adjustment sets. van der Zander, Liśkiewicz and Textor (2019), Separators and adjustment sets in
causal graphs. Pearl (2009), Causality, theorem 5.3.1.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping

import networkx as nx

type Dag[Node: Hashable] = nx.DiGraph[Node]


def adjustment_set[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, observed: Collection[Node]
) -> frozenset[Node] | None:
    """A smallest-by-removal set of ``observed`` nodes that identifies the joint total effect.

    None where no set of observed nodes does.
    """
    barred = forbidden(dag, treatments, outcome)
    cut = without_causal_paths(dag, treatments, outcome)
    return _separator(cut, treatments, outcome, set(observed) - barred)


def direct_effect_set[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, observed: Collection[Node]
) -> frozenset[Node] | None:
    """As ``adjustment_set``, for the effect along the edges from ``treatments`` to ``outcome``."""
    barred = _after_direct_effect(dag, treatments, outcome)
    cut = without_edges(dag, treatments, [outcome])
    return _separator(cut, treatments, outcome, set(observed) - barred)


def identifies_total[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, adjusted: Collection[Node]
) -> bool:
    """Whether ``adjusted`` as it stands satisfies the criterion of the total effect."""
    if not forbidden(dag, treatments, outcome).isdisjoint(adjusted):
        return False
    cut = without_causal_paths(dag, treatments, outcome)
    return separated(cut, treatments, [outcome], adjusted)


def identifies_direct[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, adjusted: Collection[Node]
) -> bool:
    """Whether ``adjusted`` as it stands satisfies the criterion of the direct effect."""
    if not _after_direct_effect(dag, treatments, outcome).isdisjoint(adjusted):
        return False
    cut = without_edges(dag, treatments, [outcome])
    return separated(cut, treatments, [outcome], adjusted)


def on_the_way[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """Nodes on proper causal paths, the outcome among them; empty where there is no such path."""
    x = set(treatments)
    into, out_of = dag.copy(), dag.copy()
    into.remove_edges_from(list(dag.in_edges(x)))
    out_of.remove_edges_from(list(dag.out_edges(x)))
    after = closed_descendants(into, x) - x
    before = closed_ancestors(out_of, [outcome])
    return frozenset(after & before)


def forbidden[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """Nodes that no adjustment set may hold: what lies on or follows a proper causal path."""
    return closed_descendants(dag, on_the_way(dag, treatments, outcome))


def without_causal_paths[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> Dag[Node]:
    """The graph less the first edge of every proper causal path."""
    return without_edges(dag, treatments, on_the_way(dag, treatments, outcome))


def without_edges[Node: Hashable](
    dag: Dag[Node], causes: Collection[Node], effects: Collection[Node]
) -> Dag[Node]:
    """The graph less every edge from ``causes`` to ``effects``."""
    wanted = set(effects)
    cut = dag.copy()
    cut.remove_edges_from([edge for edge in dag.out_edges(list(causes)) if edge[1] in wanted])
    return cut


def separated[Node: Hashable](
    dag: Dag[Node], first: Collection[Node], second: Collection[Node], given: Collection[Node]
) -> bool:
    """d-separation of two sets; what is among ``given`` and in a set counts as of the set.

    A ball rolls from ``first`` (Shachter 1998, Bayes-ball): up and down from a node that is not
    given, back up from a node that is given or has a given descendant and was entered from above.
    One pass over the edges, however large the sets.
    """
    x, y = set(first), set(second)
    known = set(given) - x - y
    opened = closed_ancestors(dag, known)
    waiting = [(node, False) for node in x]
    seen = set(waiting)
    while waiting:
        node, from_above = waiting.pop()
        if node in y:
            return False
        up = node in opened if from_above else node not in known
        reached = [(cause, False) for cause in dag.pred[node]] if up else []
        reached += [(effect, True) for effect in dag.succ[node]] if node not in known else []
        fresh = [step for step in reached if step not in seen]
        seen.update(fresh)
        waiting += fresh
    return True


def closed_descendants[Node: Hashable](dag: Dag[Node], nodes: Collection[Node]) -> frozenset[Node]:
    """``nodes`` and everything that follows from them."""
    return _closure(dag.succ, nodes)


def closed_ancestors[Node: Hashable](dag: Dag[Node], nodes: Collection[Node]) -> frozenset[Node]:
    """``nodes`` and everything that they follow from."""
    return _closure(dag.pred, nodes)


def _closure[Node: Hashable](
    neighbours: Mapping[Node, Iterable[Node]], nodes: Collection[Node]
) -> frozenset[Node]:
    waiting, found = list(nodes), set(nodes)
    while waiting:
        fresh = [node for node in neighbours[waiting.pop()] if node not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(found)


def _after_direct_effect[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """The outcome and what follows it, where it has a treatment for a parent."""
    if set(treatments).isdisjoint(dag.pred[outcome]):
        return frozenset()
    return closed_descendants(dag, [outcome])


def _separator[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, allowed: Collection[Node]
) -> frozenset[Node] | None:
    x = set(treatments)
    usable = set(allowed) - x - {outcome}
    found = nx.find_minimal_d_separator(dag, x, {outcome}, restricted=usable)
    return None if found is None else frozenset(found)
