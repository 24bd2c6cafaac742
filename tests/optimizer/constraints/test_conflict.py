"""Infeasible problems: the limits that conflict are named with their numbers, and no others."""

import numpy as np
import pytest

from optimizer import Infeasible, OptimizerError, read_problem
from optimizer.constraints.build import linear_system
from optimizer.constraints.conflict import require_feasible
from optimizer.errors import MAX_ISSUES
from optimizer.problem.layout import Layout

NAMES = ("tv", "radio", "search")
CURRENT = np.array([100000.0, 50000.0, 0.0])


def conflict(data):
    with pytest.raises(Infeasible) as caught:
        require_feasible(linear_system(read_problem(data), Layout.of_channels(NAMES), CURRENT))
    return caught.value


def test_minimums_above_the_budget():
    bounds = {"tv": {"min": 500000}, "radio": {"min": 300000}, "search": {"fixed": 100000}}
    error = conflict({"budget": {"total": 800000}, "channels": bounds})
    assert error.issues[0].detail == (
        "the minimums add up to 900,000, more than the budget total of 800,000 "
        "(the minimum of 500,000 for tv; the minimum of 300,000 for radio; "
        "the fixed spend of 100,000 for search)"
    )
    assert [issue.pointer for issue in error.issues] == [
        "/budget/total",
        "/channels/tv/min",
        "/channels/radio/min",
        "/channels/search/fixed",
    ]
    assert {issue.code for issue in error.issues} == {"infeasible"}
    assert str(error).count("\n") == 3


def test_maximums_below_the_budget():
    bounds = {"tv": {"max": 500}, "radio": {"max": 300}, "search": {"max": 100}}
    detail = conflict({"budget": {"total": 1000}, "channels": bounds}).issues[0].detail
    assert "the maximums add up to 900, less than the budget total of 1,000" in detail


def test_maximums_below_the_least_budget():
    bounds = {name: {"max": 10} for name in NAMES}
    detail = conflict({"budget": {"max": 90, "min": 40}, "channels": bounds}).issues[0].detail
    assert "the maximums add up to 30, less than the budget minimum of 40" in detail


def test_members_above_their_group():
    data = {
        "budget": {"total": 800},
        "channels": {"tv": {"min": 70}, "radio": {"min": 60}, "search": {"min": 5}},
        "groups": [{"channels": ["tv", "radio"], "max": 120}],
    }
    error = conflict(data)
    assert error.issues[0].pointer == "/groups/0/max"
    assert error.issues[0].detail.startswith(
        "the minimums add up to 130, more than the maximum of 120 for tv + radio"
    )
    assert "search" not in str(error)


def test_a_limited_change_against_a_minimum():
    data = {
        "budget": {"total": 800000},
        "channels": {"radio": {"min": 90000, "max_change": 0.3}, "tv": {"min": 1}},
    }
    error = conflict(data)
    assert "the least total violation is 25,000" in error.issues[0].detail
    assert "the minimum of 90,000 for radio" in str(error)
    assert "the maximum of 65,000 (30 % from the current 50,000) for radio" in str(error)
    assert "tv" not in str(error)


def test_two_groups_against_each_other():
    data = {
        "budget": {"total": 1000},
        "groups": [
            {"channels": ["tv", "radio"], "min_share": 0.7},
            {"channels": ["radio", "search"], "min": 400},
            {"channels": ["radio"], "max": 50},
            {"channels": ["search"], "max_share": 0.9},
        ],
    }
    error = conflict(data)
    text = error.issues[0].detail
    assert "the minimum share of 70 % for tv + radio" in text
    assert "the minimum of 400 for radio + search" in text
    assert "the maximum of 50 for radio" in text
    assert "90 %" not in text


def test_of_a_conflict_of_many_the_first_are_listed():
    names = tuple(f"channel {k}" for k in range(60))
    bounds = {name: {"min": 10} for name in names}
    problem = read_problem({"budget": {"total": 599}, "channels": bounds})
    with pytest.raises(Infeasible) as caught:
        require_feasible(linear_system(problem, Layout.of_channels(names), np.zeros(60)))
    issues = caught.value.issues
    assert issues[0].detail.endswith("the minimum of 10 for channel 19; and 40 more)")
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1].detail == f"and {61 - MAX_ISSUES} more"


def test_a_group_above_the_budget():
    group = {"channels": ["tv", "radio"], "min": 900}
    text = str(conflict({"budget": {"max": 800}, "groups": [group]}))
    assert "the least total violation is 100" in text
    assert "the budget of 800" in text
    assert "the minimum of 900 for tv + radio" in text


def test_a_budget_of_zero_with_a_minimum():
    text = str(conflict({"budget": {"total": 0}, "channels": {"tv": {"min": 5}}}))
    assert "the minimums add up to 5, more than the budget total of 0" in text


@pytest.mark.parametrize(
    "data",
    [
        {"budget": {"total": 0}},
        {"budget": {"total": 0.3}, "channels": {"tv": {"fixed": 0.1}, "radio": {"fixed": 0.2}}},
        {"budget": {"total": 9}, "channels": {name: {"max": 3} for name in NAMES}},
        {"budget": {"total": 9}, "groups": [{"channels": list(NAMES), "min": 9, "max": 9}]},
    ],
)
def test_what_fits_exactly_is_feasible(data):
    require_feasible(linear_system(read_problem(data), Layout.of_channels(NAMES), CURRENT))


def test_infeasible_is_an_error_of_the_optimizer():
    assert issubclass(Infeasible, OptimizerError)
