"""Adjustment sets: the textbook graphs, and brute force over every subset on random graphs.

Brute force knows no graph theory: with random linear equations the covariance of all nodes is
exact, so the coefficient of a regression on any subset is a number, and so is the true effect. A
subset adjusts if both agree; with coefficients drawn at random they agree by accident with
probability zero.
"""

from itertools import chain, combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.causal.adjustment import (
    adjustment_set,
    direct_effect_set,
    identifies_direct_effect,
    identifies_total_effect,
    nodes_on_causal_paths,
)

ROUNDING = 1e-7


@pytest.mark.parametrize(
    ("edges", "observed", "expected"),
    [
        ("S>X S>Y X>Y", "S", {"S"}),
        ("X>M M>Y X>Y", "M", set()),
        ("U1>X U1>Z U2>Z U2>Y X>Y", "Z", set()),
        ("U>X U>Y X>M M>Y", "M", None),
        ("U>X U>Y X>Y", "", None),
        ("S>X S>M X>M M>Y", "S M", {"S"}),
        ("Y>D X>Y", "D", set()),
        ("U>Z U>Y Z>X X>Y", "Z", {"Z"}),
    ],
    ids=[
        "confounder",
        "mediator forbidden",
        "M-bias: the empty set",
        "front door: none by adjustment",
        "hidden confounder",
        "confounder of the mediator",
        "descendant of the outcome",
        "proxy on the back door",
    ],
)
def test_textbook_graphs(edges: str, observed: str, expected: set[str] | None) -> None:
    found = adjustment_set(graph_of(edges), ["X"], "Y", observed.split())
    assert found == expected


def test_a_collider_or_a_mediator_spoils_a_set() -> None:
    m_bias = graph_of("U1>X U1>Z U2>Z U2>Y X>Y")
    assert identifies_total_effect(m_bias, ["X"], "Y", [])
    assert not identifies_total_effect(m_bias, ["X"], "Y", ["Z"])
    assert identifies_total_effect(m_bias, ["X"], "Y", ["Z", "U2"])
    assert not identifies_total_effect(graph_of("X>M M>Y"), ["X"], "Y", ["M"])


def test_joint_treatments_close_the_path_between_them() -> None:
    """Feedback: the second dose follows the first outcome, and only the second needs the state."""
    feedback = graph_of("X0>Y0 Y0>X1 X0>Y1 X1>Y1 S0>Y0 S0>S1 S1>Y1")
    assert adjustment_set(feedback, ["X0", "X1"], "Y1", ["Y0", "S0"]) == frozenset({"S0"})
    assert adjustment_set(feedback, ["X0", "X1"], "Y1", ["Y0"]) is None
    assert nodes_on_causal_paths(feedback, ["X0", "X1"], "Y1") == frozenset({"Y1"})


def test_a_direct_effect_needs_the_mediator_and_its_confounders() -> None:
    assert direct_effect_set(graph_of("X>M M>Y X>Y"), ["X"], "Y", "M") == frozenset("M")
    assert direct_effect_set(graph_of("X>M M>Y X>Y U>M U>Y"), ["X"], "Y", "M") is None
    assert direct_effect_set(graph_of("X>M M>Y X>Y U>M U>Y"), ["X"], "Y", "MU") == frozenset("MU")


@st.composite
def worlds(draw):
    """A random graph of six nodes in causal order 0..5, X before Y, some nodes observed."""
    pairs = list(combinations(range(6), 2))
    kept = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=3, max_size=11))
    x, y = draw(st.sampled_from(pairs))
    others = [node for node in range(6) if node not in (x, y)]
    observed = draw(st.sets(st.sampled_from(others)))
    dag: nx.DiGraph = nx.DiGraph()
    dag.add_nodes_from(range(6))
    dag.add_edges_from(kept)
    return dag, x, y, observed, draw(st.integers(0, 2**32 - 1))


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_total_effects_against_every_subset(world) -> None:
    dag, x, y, observed, seed = world
    weights, covariance = linear_world(dag, seed)
    truth = np.linalg.inv(np.eye(6) - weights)[y, x]
    right = [z for z in subsets(observed) if abs(slope(covariance, x, y, z) - truth) < ROUNDING]
    found = adjustment_set(dag, [x], y, observed)
    assert (found is None) == (right == [])
    assert found is None or set(found) in right
    assert [z for z in subsets(observed) if identifies_total_effect(dag, [x], y, z)] == right


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_direct_effects_against_every_subset(world) -> None:
    dag, x, y, observed, seed = world
    weights, covariance = linear_world(dag, seed)
    truth = weights[y, x]
    right = [z for z in subsets(observed) if abs(slope(covariance, x, y, z) - truth) < ROUNDING]
    found = direct_effect_set(dag, [x], y, observed)
    assert (found is None) == (right == [])
    assert found is None or set(found) in right
    assert [z for z in subsets(observed) if identifies_direct_effect(dag, [x], y, z)] == right


def test_two_treatments_against_every_subset() -> None:
    """The joint effect of X0 and X1, the second following an outcome of the first."""
    dag = nx.DiGraph([(0, 1), (0, 2), (2, 3), (1, 4), (3, 4), (0, 4), (5, 2), (5, 4)])
    treatments, y = [0, 3], 4
    weights, covariance = linear_world(dag, 3)
    cut = weights.copy()
    cut[treatments] = 0.0
    truth = np.linalg.inv(np.eye(6) - cut)[y, treatments]
    for z in subsets({1, 2, 5}):
        given_z = [*treatments, *sorted(z)]
        fitted = regression(covariance, y, given_z)[:2]
        right = bool(np.allclose(fitted, truth, atol=ROUNDING))
        assert identifies_total_effect(dag, treatments, y, z) == right, z


def graph_of(text: str) -> nx.DiGraph:
    dag: nx.DiGraph = nx.DiGraph()
    for edge in text.split():
        dag.add_edge(*edge.split(">", 1))
    return dag


def subsets(nodes) -> list[set]:
    items = sorted(nodes)
    return [set(z) for z in chain.from_iterable(combinations(items, k) for k in range(5))]


def linear_world(dag: nx.DiGraph, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients ``weights[effect, cause]`` and the covariance that they imply."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((6, 6))
    for cause, effect in dag.edges:
        weights[effect, cause] = rng.uniform(0.4, 1.5) * rng.choice([-1.0, 1.0])
    mixing = np.linalg.inv(np.eye(6) - weights)
    return weights, mixing @ np.diag(rng.uniform(0.5, 2.0, 6)) @ mixing.T


def regression(covariance: np.ndarray, y: int, given: list[int]) -> np.ndarray:
    return np.linalg.solve(covariance[np.ix_(given, given)], covariance[given, y])


def slope(covariance: np.ndarray, x: int, y: int, z: set[int]) -> float:
    return float(regression(covariance, y, [x, *sorted(z)])[0])
