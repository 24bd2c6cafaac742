"""A total relative to today's plan."""

import numpy as np
import pytest

from optimizer import Infeasible, InvalidProblem, allocate, read_problem
from optimizer.solve.score import score
from tests.optimizer.fakes import log_response

CURRENT = np.array([300.0, 200.0, 350.0, 150.0])


@pytest.mark.parametrize("change", [-0.1, 0.0, 0.25])
def test_it_is_the_total_of_todays_plan_times_so_much(change):
    response = log_response(0)
    answer = allocate(read_problem({"budget": {"change": change}}), response, CURRENT)
    same = allocate(read_problem({"budget": {"total": 1000 * (1 + change)}}), response, CURRENT)
    np.testing.assert_array_equal(answer.spend, same.spend)
    assert answer.spend.sum() == pytest.approx(1000 * (1 + change))


def test_a_conflict_points_at_it():
    problem = read_problem({"budget": {"change": -0.5}, "channels": {"tv": {"min": 600}}})
    with pytest.raises(Infeasible) as refused:
        allocate(problem, log_response(0), CURRENT)
    told = {issue.pointer: issue.detail for issue in refused.value.issues}
    assert "500 (50 % less than today's)" in told["/budget/change"]


def test_a_given_plan_is_held_against_it():
    problem = read_problem({"budget": {"change": -0.1}})
    broken = score(problem, log_response(0), CURRENT, CURRENT).broken
    assert broken == ("the budget total of 900 (10 % less than today's)",)


def test_where_nothing_is_spent_it_is_refused():
    with pytest.raises(InvalidProblem) as refused:
        allocate(read_problem({"budget": {"change": 0.1}}), log_response(0), np.zeros(4))
    assert refused.value.issues[0].code == "relative_to_zero"


@pytest.mark.parametrize("change", [-1.0, -1.5])
def test_less_than_nothing_is_refused(change):
    with pytest.raises(InvalidProblem):
        read_problem({"budget": {"change": change}})
