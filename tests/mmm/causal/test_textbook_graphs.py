"""Thirty small graphs whose answers on adjustment stand in print.

Numbered models: Cinelli, Forney and Pearl (2022), A crash course in good and bad controls. Others:
Pearl (2009), Causality; Pearl, Glymour and Jewell (2016), Causal inference in statistics: a primer;
Hernán and Robins (2020), Causal inference: what if; Pearl and Mackenzie (2018), The book of why.
The effect is that of X on Y; U, U1 and U2 are hidden.
"""

import networkx as nx
import pytest

from mmm.causal.adjustment import adjustment_set, identifies_total_effect

GRAPHS = {
    "model 1: confounder": ("Z>X Z>Y X>Y", "Z", ["Z"], [""]),
    "model 2: behind the treatment": ("U>Z Z>X U>Y X>Y", "Z", ["Z"], [""]),
    "model 3: before the outcome": ("U>X U>Z Z>Y X>Y", "Z", ["Z"], [""]),
    "model 4: of the mediator": ("Z>X Z>M X>M M>Y", "ZM", ["Z"], ["", "M", "ZM"]),
    "model 5": ("U>Z Z>X U>M X>M M>Y", "ZM", ["Z"], ["", "M"]),
    "model 6": ("U>X U>Z Z>M X>M M>Y", "ZM", ["Z"], ["", "M"]),
    "model 7: M-bias": ("U1>Z U1>X U2>Z U2>Y X>Y", "Z", [""], ["Z"]),
    "model 8: cause of the outcome": ("Z>Y X>Y", "Z", ["", "Z"], []),
    "model 9: cause of the treatment": ("Z>X X>Y", "Z", ["", "Z"], []),
    "model 10: instrument": ("Z>X U>X U>Y X>Y", "Z", [], ["", "Z"]),
    "model 11: mediator": ("X>Z Z>Y", "Z", [""], ["Z"]),
    "model 12: descendant of the mediator": ("X>M M>Y M>Z", "ZM", [""], ["Z", "M"]),
    "model 13: cause of the mediator": ("Z>M X>M M>Y", "ZM", ["", "Z"], ["M"]),
    "model 14: consequence of the treatment": ("X>Z X>Y", "Z", ["", "Z"], []),
    "model 16: collider after the treatment": ("X>Z U>Z U>Y X>Y", "Z", [""], ["Z"]),
    "model 17: selection": ("X>Y X>Z Y>Z", "Z", [""], ["Z"]),
    "model 18: case control": ("X>Y Y>Z", "Z", [""], ["Z"]),
    "primer, figure 3.8": (
        "B>A B>Z C>Z C>D A>X Z>X Z>Y D>Y X>W W>Y",
        "ABCDZW",
        ["ZA", "ZB", "ZC", "ZD", "ZABCD"],
        ["", "Z", "A", "AD", "ZW", "ZAW"],
    ),
    "causality, front door": ("U>X U>Y X>M M>Y", "M", [], ["", "M"]),
    "causality, bow": ("U>X U>Y X>Y", "", [], [""]),
    "book of why, napkin": ("W>Z Z>X X>Y U1>W U1>X U2>W U2>Y", "WZ", [], ["", "W", "Z", "WZ"]),
    "what if, butterfly": (
        "A>Z B>Z Z>X Z>Y A>X B>Y X>Y",
        "ABZ",
        ["ZA", "ZB", "ZAB"],
        ["", "Z", "AB"],
    ),
    "what if, chain of confounders": ("A>X A>B B>Y X>Y", "AB", ["A", "B", "AB"], [""]),
    "what if, M-bias with a measured side": (
        "A>X A>C U>C U>Y X>Y",
        "AC",
        ["", "A", "AC"],
        ["C"],
    ),
    "what if, proxy of a hidden cause": ("U>X U>Y U>P X>Y", "P", [], ["", "P"]),
    "causality, confounded mediator": ("X>M M>Y U>M U>Y", "M", [""], ["M"]),
    "causality, two mediators": ("X>M M>Y X>N N>Y", "MN", [""], ["M", "N", "MN"]),
    "causality, front door with a measured cause": (
        "Z>X Z>Y X>M M>Y",
        "ZM",
        ["Z"],
        ["", "M", "ZM"],
    ),
    "what if, confounder that the treatment moves": (
        "X>L L>M X>M L>Y M>Y",
        "LM",
        [""],
        ["L", "M", "LM"],
    ),
    "causality, conditional instrument": (
        "W>Z W>Y Z>X U>X U>Y X>Y",
        "WZ",
        [],
        ["", "W", "Z", "WZ"],
    ),
}


def graph_of(edges: str) -> nx.DiGraph:
    dag: nx.DiGraph = nx.DiGraph()
    for edge in edges.split():
        dag.add_edge(*edge.split(">"))
    return dag


def test_there_are_thirty() -> None:
    assert len(GRAPHS) == 30


@pytest.mark.parametrize("name", GRAPHS)
def test_sets_that_adjust_and_sets_that_do_not(name: str) -> None:
    edges, observed, adjusting, others = GRAPHS[name]
    dag = graph_of(edges)
    for chosen in adjusting:
        assert identifies_total_effect(dag, ["X"], "Y", list(chosen)), chosen
    for chosen in others:
        assert not identifies_total_effect(dag, ["X"], "Y", list(chosen)), chosen
    found = adjustment_set(dag, ["X"], "Y", list(observed))
    assert (found is None) == (not adjusting)
    if found is not None:
        assert identifies_total_effect(dag, ["X"], "Y", found)
