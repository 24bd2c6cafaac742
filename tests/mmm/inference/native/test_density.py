"""Densities of real models against their graphs, operation by operation, and on other panels."""

import numpy as np
import pytensor
import pytest

from mmm.inference.compiled import _data, graph_of
from mmm.inference.native.density import OTHER_LENGTHS
from mmm.inference.native.graph import blocks_of, density_graph
from mmm.model.build import collapsible
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.inference.native.evaluate import by_operations, native, parts
from tests.mmm.random_specs import random_case


def near(design, seed: int, points: int = 2) -> None:
    """The density and its gradient are right near where a sampler starts."""
    model = graph_of(design, collapsible(design))
    blocks = blocks_of(model)
    graph = density_graph(model, blocks)
    function = native(graph, model.named_vars_to_dims)
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    density = model.logp()
    results = [density, *(each.ravel() for each in pytensor.grad(density, values))]
    start = model.initial_point()
    centre = np.concatenate([np.ravel(start[value.name]) for value in values])
    rng = np.random.default_rng(seed)
    for _ in range(points):
        point = centre + 0.3 * rng.standard_normal(len(centre))
        status, value, gradient = function(point)
        expected, *slopes = by_operations(results, values, parts(graph, point))
        assert status == 0
        np.testing.assert_allclose(value, expected, rtol=1e-9)
        np.testing.assert_allclose(gradient, np.concatenate(slopes), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "seed",
    [
        *(pytest.param(seed, marks=pytest.mark.slow) for seed in (3, 9)),
        *(pytest.param(seed, marks=pytest.mark.proof) for seed in (1, 11, *range(20, 60))),
    ],
)
def test_random_structures_have_their_density(seed: int) -> None:
    near(random_case(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("geos", [pytest.param(1, marks=pytest.mark.proof), 2])
def test_counts_that_remember_have_their_density(geos: int) -> None:
    counts = {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}
    document = {**RICH, "kpi": counts, "noise": {"kind": "ar1"}}
    near(fake_model(document, geos=geos, weeks=40).design, seed=1)


@pytest.mark.slow
def test_code_serves_other_panels_or_says_that_it_does_not() -> None:
    """Compiled for 60 weeks, right on 75; other numbers of weeks are never computed wrongly."""
    first = fake_model(RICH, weeks=60)
    model = graph_of(first.design, collapsible(first.design))
    function = native(density_graph(model, blocks_of(model)), model.named_vars_to_dims)
    other = fake_model(RICH, weeks=75, seed=3)
    second = graph_of(other.design, collapsible(other.design))
    numbers = {node.name: node for node in _data(second).values()}
    for node in function.graph.data:
        node.set_value(numbers[node.name].get_value())
    values = [second.rvs_to_values[variable] for variable in second.free_RVs]
    start = second.initial_point()
    point = np.concatenate([np.ravel(start[value.name]) for value in values])
    status, value, _ = function(point)
    (expected,) = by_operations([second.logp()], values, parts(function.graph, point))
    assert status == 0
    np.testing.assert_allclose(value, expected, rtol=1e-9)
    longest = max(function.graph.data, key=lambda node: max(node.get_value().shape, default=0))
    axis = int(np.argmax(longest.get_value().shape))
    longest.set_value(np.delete(longest.get_value(), 0, axis))  # of no other node's length
    assert function(point)[0] == OTHER_LENGTHS
