"""Which variables to adjust for: sound and complete criteria on a directed acyclic graph.

*Total effect* of X on y, by the generalised adjustment criterion. De and An are descendants and
ancestors; each node counts among its own:

    pcp       = (De(X) in the graph without edges into X, less X)
                & An(y) in the graph without edges out of X
    forbidden = De(pcp)
    Z adjusts <=> Z contains no forbidden node, and d-separates X from y in the proper back-door
                  graph: the graph without the first edges of the proper causal paths, X -> pcp

``pcp`` -> nodes_on_causal_paths.

*Direct effect*, where y's equation is a sum of terms, by the single-door criterion: Z contains no
descendant of y (where there is an edge X -> y) and d-separates X from y in the graph without the
edges X -> y.

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
    """A minimal set of ``observed`` nodes that identifies the joint total effect.

    Minimal: it identifies nothing once any node is removed. None where no set of observed nodes
    identifies the effect.
    """
    excluded = forbidden_nodes(dag, treatments, outcome)
    backdoor = proper_backdoor_graph(dag, treatments, outcome)
    return _minimal_separator(backdoor, treatments, outcome, set(observed) - excluded)


def direct_effect_set[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, observed: Collection[Node]
) -> frozenset[Node] | None:
    """``adjustment_set`` for the effect along the edges from ``treatments`` to ``outcome``."""
    excluded = _forbidden_for_direct_effect(dag, treatments, outcome)
    without_effect = without_edges(dag, treatments, [outcome])
    return _minimal_separator(without_effect, treatments, outcome, set(observed) - excluded)


def identifies_total_effect[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, adjusted: Collection[Node]
) -> bool:
    """Whether adjusting for exactly ``adjusted`` identifies the total effect."""
    if not forbidden_nodes(dag, treatments, outcome).isdisjoint(adjusted):
        return False
    backdoor = proper_backdoor_graph(dag, treatments, outcome)
    return d_separated(backdoor, treatments, [outcome], adjusted)


def identifies_direct_effect[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, adjusted: Collection[Node]
) -> bool:
    """Whether adjusting for exactly ``adjusted`` identifies the direct effect."""
    if not _forbidden_for_direct_effect(dag, treatments, outcome).isdisjoint(adjusted):
        return False
    without_effect = without_edges(dag, treatments, [outcome])
    return d_separated(without_effect, treatments, [outcome], adjusted)


def nodes_on_causal_paths[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """Nodes on proper causal paths, including the outcome; empty where there is no such path."""
    x = set(treatments)
    into, out_of = dag.copy(), dag.copy()
    into.remove_edges_from(list(dag.in_edges(x)))
    out_of.remove_edges_from(list(dag.out_edges(x)))
    after = descendants_and_self(into, x) - x
    before = ancestors_and_self(out_of, [outcome])
    return frozenset(after & before)


def forbidden_nodes[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """Nodes that no adjustment set may contain: those on a proper causal path and descendants."""
    return descendants_and_self(dag, nodes_on_causal_paths(dag, treatments, outcome))


def proper_backdoor_graph[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> Dag[Node]:
    """The graph without the first edge of every proper causal path."""
    return without_edges(dag, treatments, nodes_on_causal_paths(dag, treatments, outcome))


def without_edges[Node: Hashable](
    dag: Dag[Node], causes: Collection[Node], effects: Collection[Node]
) -> Dag[Node]:
    """The graph without any edge from ``causes`` to ``effects``."""
    targets = set(effects)
    reduced = dag.copy()
    reduced.remove_edges_from([edge for edge in dag.out_edges(list(causes)) if edge[1] in targets])
    return reduced


def d_separated[Node: Hashable](
    dag: Dag[Node], first: Collection[Node], second: Collection[Node], given: Collection[Node]
) -> bool:
    """Whether ``given`` d-separates two sets; a given node that is in one of them is not given.

    Bayes-ball (Shachter 1998): a ball rolls from ``first``, to parents and children of a node that
    is not given, and back to the parents of a node that it reached from a parent, if that node or
    one of its descendants is given. One pass over the edges, whatever the size of the sets.
    """
    x, y = set(first), set(second)
    known = set(given) - x - y
    opened = ancestors_and_self(dag, known)
    pending = [(node, False) for node in x]
    visited = set(pending)
    while pending:
        node, from_parent = pending.pop()
        if node in y:
            return False
        to_parents = node in opened if from_parent else node not in known
        reached = [(cause, False) for cause in dag.pred[node]] if to_parents else []
        reached += [(effect, True) for effect in dag.succ[node]] if node not in known else []
        unvisited = [step for step in reached if step not in visited]
        visited.update(unvisited)
        pending += unvisited
    return True


def descendants_and_self[Node: Hashable](
    dag: Dag[Node], nodes: Collection[Node]
) -> frozenset[Node]:
    """``nodes`` and all their descendants."""
    return _closure(dag.succ, nodes)


def ancestors_and_self[Node: Hashable](dag: Dag[Node], nodes: Collection[Node]) -> frozenset[Node]:
    """``nodes`` and all their ancestors."""
    return _closure(dag.pred, nodes)


def _closure[Node: Hashable](
    neighbours: Mapping[Node, Iterable[Node]], nodes: Collection[Node]
) -> frozenset[Node]:
    pending, closure = list(nodes), set(nodes)
    while pending:
        unvisited = [node for node in neighbours[pending.pop()] if node not in closure]
        closure.update(unvisited)
        pending += unvisited
    return frozenset(closure)


def _forbidden_for_direct_effect[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node
) -> frozenset[Node]:
    """The outcome and its descendants where a treatment is a parent of it, else nothing."""
    if set(treatments).isdisjoint(dag.pred[outcome]):
        return frozenset()
    return descendants_and_self(dag, [outcome])


def _minimal_separator[Node: Hashable](
    dag: Dag[Node], treatments: Collection[Node], outcome: Node, allowed: Collection[Node]
) -> frozenset[Node] | None:
    x = set(treatments)
    candidates = set(allowed) - x - {outcome}
    separator = nx.find_minimal_d_separator(dag, x, {outcome}, restricted=candidates)
    return None if separator is None else frozenset(separator)
