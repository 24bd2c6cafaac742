"""The nearest feasible plan: the conditions of optimality, checked by a linear program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import read_problem
from optimizer.constraints.build import linear_system
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.projection import Projection
from optimizer.problem.layout import Layout
from tests.optimizer.many_limits import SPEND, full_problem, layout_of, thousand_cells

LIMITS: dict[str, dict] = {
    "a total": {"budget": {"total": 800}},
    "a maximum alone": {"budget": {"max": 800}},
    "bounds and groups": {
        "budget": {"max": 900, "min": 300},
        "channels": {"c0": {"min": 50, "max": 200}, "c1": {"fixed": 70}},
        "groups": [
            {"channels": ["c2", "c3"], "max_share": 0.3},
            {"channels": ["c0", "c4"], "min": 120},
        ],
        "ratios": [{"channels": ["c4", "c5"], "min": 0.5, "max": 2}],
    },
}


def set_of(limits: dict) -> FeasibleSet:
    layout = Layout.of_channels(tuple(f"c{k}" for k in range(7)))
    return FeasibleSet.of(linear_system(read_problem(limits), layout, np.full(7, 60.0)))


def assert_nearest(plans: FeasibleSet, y: np.ndarray, x: np.ndarray) -> None:
    """No feasible plan v makes an acute angle:  (y - x) . (v - x) <= 0."""
    size = max(1.0, float(np.abs(y).max()))
    assert plans.violation(x) <= 1e-7 * size
    corner = plans.extreme_point(y - x)
    assert (y - x) @ (corner - x) <= 1e-7 * size * size


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@given(
    seed=st.integers(0, 10_000),
    far=st.sampled_from([0.1, 1.0, 30.0]),
    centre=st.sampled_from([1.0, -40.0, 500.0]),
)
@settings(max_examples=60, deadline=None)
def test_no_feasible_plan_is_nearer(limits: dict, seed: int, far: float, centre: float):
    plans = set_of(limits)
    projection, rng = Projection.of(plans), np.random.default_rng(seed)
    for _ in range(3):  # the second and the third start from the multipliers before
        y = rng.normal(centre, far, plans.free.size)
        assert_nearest(plans, y, projection.nearest(y))


def test_a_feasible_plan_is_its_own_nearest_one():
    plans = set_of(LIMITS["bounds and groups"])
    inside = Projection.of(plans).nearest(np.ones(plans.free.size))
    np.testing.assert_allclose(Projection.of(plans).nearest(inside), inside, atol=1e-9)


def test_hundreds_of_limits_on_a_thousand_cells():
    cells = thousand_cells()
    problem = read_problem(full_problem(cells))
    system = linear_system(problem, layout_of(cells), np.full(len(cells), SPEND))
    plans = FeasibleSet.of(system)
    assert plans.inequalities.bound.size > 500
    y = np.random.default_rng(1).normal(1.0, 0.5, plans.free.size)
    assert_nearest(plans, y, Projection.of(plans).nearest(y))


def test_hundreds_of_cells_that_all_want_less_than_the_total():
    layout = Layout.of_channels(tuple(f"c{k}" for k in range(900)))
    problem = read_problem({"budget": {"total": 900.0}})
    plans = FeasibleSet.of(linear_system(problem, layout, np.ones(900)))
    projection, rng = Projection.of(plans), np.random.default_rng(2)
    for centre in (1.0, -3.0, 0.0, -300.0, 40.0):
        y = centre + np.maximum(rng.normal(0.0, 1.0, 900), 0.0)
        assert_nearest(plans, y, projection.nearest(y))


@pytest.mark.parametrize("centre", [0.0, 1.0, -5.0, 60.0])
def test_a_total_and_a_limit_on_each_of_its_parts(centre: float):
    """Thirteen rows of which one is the sum of the others."""
    layout = layout_of(thousand_cells())
    channels = {name: {"max": 9_000.0 + 100 * k} for k, name in enumerate(layout.channel_names)}
    problem = read_problem({"budget": {"total": 93_600.0}, "channels": channels})
    plans = FeasibleSet.of(linear_system(problem, layout, np.full(len(layout.names), SPEND)))
    projection, rng = Projection.of(plans), np.random.default_rng(4)
    for spread in (0.3, 3.0, 0.3, 30.0):
        y = rng.normal(centre, spread, plans.free.size)
        assert_nearest(plans, y, projection.nearest(y))
