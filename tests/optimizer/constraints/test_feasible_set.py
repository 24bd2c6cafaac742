"""The scaled set: limits that leave no freedom are detected, however they are stated."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from optimizer import allocate, read_problem
from optimizer.constraints.build import linear_system
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_program import LinearRows, minimise_linear
from optimizer.errors import SolverFailed
from optimizer.problem.layout import Layout
from tests.optimizer.fakes import log_response, names

THIRDS = {"tv": 1000 / 3, "radio": 1000 / 3}


def set_of(budget=None, channels=None, groups=()):
    data = {"budget": budget or {"total": 1000}, "channels": channels or {}, "groups": groups}
    return FeasibleSet.of(
        linear_system(read_problem(data), Layout.of_channels(names(4)), np.full(4, 250.0))
    )


def test_the_search_moves_in_units_of_a_cell_of_budget():
    plans = set_of(channels={"radio": {"fixed": 100}})
    assert plans.free.tolist() == [0, 2, 3]
    assert plans.scale == pytest.approx(1000 / 3)
    np.testing.assert_allclose(plans.spend(np.full(3, 0.9)), [300, 100, 300, 300])
    np.testing.assert_allclose(plans.coordinates(np.array([300.0, 100, 300, 300])), np.full(3, 0.9))


FORCED = {
    "minimums that use the budget up": {
        "channels": {"tv": {"min": 600}, "radio": {"min": 400}},
        "free": [],
    },
    "a group that leaves one amount for each": {
        "channels": {"tv": {"min": 100}, "radio": {"min": 200}},
        "groups": [{"channels": ["tv", "radio"], "max": 300}],
        "free": [2, 3],
    },
    "a share that says what the fixed amounts say": {
        "channels": {name: {"fixed": amount} for name, amount in THIRDS.items()},
        "groups": [{"channels": ["search", "social"], "max_share": 1 / 3}],
        "free": [2, 3],
    },
    "the same sum stated twice, alike up to rounding": {
        "channels": {"tv": {"fixed": 0.1}, "radio": {"max": 500}},
        "groups": [{"channels": ["radio", "search", "social"], "min": 999.9, "max": 999.9 + 1e-10}],
        "free": [1, 2, 3],
    },
    "a share of everything": {
        "groups": [{"channels": list(names(4)), "max_share": 0.9999999999999999}],
        "free": [0, 1, 2, 3],
    },
    "two groups that fix one channel together": {
        "groups": [
            {"channels": ["tv", "radio"], "min_share": 0.5},
            {"channels": ["radio", "search", "social"], "min_share": 0.5, "max_share": 0.5},
        ],
        "free": [0, 1, 2, 3],
    },
}


@pytest.mark.parametrize("case", FORCED.values(), ids=FORCED.keys())
def test_forced_amounts_are_no_freedom(case):
    limits = {"channels": case.get("channels", {}), "groups": case.get("groups", [])}
    plans = set_of(**limits)
    assert plans.free.tolist() == case["free"]
    equalities = plans.equalities.matrix.toarray()
    assert len(equalities) == np.linalg.matrix_rank(equalities)
    assert plans.is_single_plan == (case["free"] == [])


@pytest.mark.parametrize("case", FORCED.values(), ids=FORCED.keys())
def test_forced_amounts_are_no_hindrance(case):
    limits = {"channels": case.get("channels", {}), "groups": case.get("groups", [])}
    problem = read_problem({"budget": {"total": 1000}, **limits})
    answer = allocate(problem, log_response(8), np.full(4, 250.0))
    assert answer.certificate.gap is not None
    assert answer.certificate.gap <= 1e-6
    assert answer.statistics.unfinished == 0


def test_the_extreme_goes_where_the_slope_points_and_stays_inside():
    plans = set_of(channels={"tv": {"max": 700}, "social": {"min": 50}})
    spend = plans.spend(plans.extreme_point(np.array([3.0, 1.0, 2.0, -1.0])))
    np.testing.assert_allclose(spend, [700, 0, 250, 50], atol=1e-6)


def test_the_nearest_plan_moves_no_more_than_it_must():
    plans = set_of(channels={"tv": {"max": 200}})
    desired = np.array([500.0, 300, 100, 100])
    spend = plans.spend(plans.nearest_point(plans.coordinates(desired)))
    assert spend.sum() == pytest.approx(1000)
    assert spend[0] == pytest.approx(200)
    assert np.abs(spend - desired).sum() == pytest.approx(600)
    inside = np.array([100.0, 300, 300, 300])
    np.testing.assert_allclose(plans.spend(plans.nearest_point(plans.coordinates(inside))), inside)


def test_the_excess_is_the_greatest_violation():
    plans = set_of(channels={"tv": {"max": 200}})
    assert plans.violation(plans.coordinates(np.full(4, 250.0))) == pytest.approx(50 / 250)
    assert plans.violation(plans.coordinates(np.array([100.0, 300, 300, 300]))) <= 1e-12


def test_a_solver_that_fails_is_an_error_of_the_optimizer():
    nothing = LinearRows(csr_array([[1.0]]), np.array([-1.0]))
    none = LinearRows(csr_array((0, 1), dtype=np.float64), np.empty(0))
    with pytest.raises(SolverFailed, match="a linear program over the feasible plans failed"):
        minimise_linear(np.ones(1), nothing, none, np.zeros(1), np.ones(1))
