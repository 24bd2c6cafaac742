"""The plain data of a problem: what is read, what is refused, and where the refusal points."""

import json
import math

import numpy as np
import pytest

from optimizer import InvalidProblem, read_problem
from optimizer.errors import MAX_ISSUES, json_pointer
from optimizer.problem import AllocationProblem
from optimizer.problem.checks import check_problem
from optimizer.problem.layout import Layout
from optimizer.problem.objective import Expected, MeanCvar

FULL = {
    "budget": {"total": 1000000},
    "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1, "on": "value"},
    "channels": {"tv": {"min": 50000, "max": 400000}, "search": {"fixed": 120000}},
    "groups": [{"channels": ["tv", "radio"], "max_share": 0.6}],
}


def refused(data):
    with pytest.raises(InvalidProblem) as caught:
        read_problem(data)
    return caught.value.issues


def test_the_public_json_is_read_and_written_back():
    problem = read_problem(FULL)
    assert isinstance(problem.objective, MeanCvar)
    again = json.loads(problem.model_dump_json(exclude_none=True))
    assert AllocationProblem.model_validate(again) == problem


def test_a_budget_is_all_that_is_needed():
    problem = read_problem({"budget": {"total": 0}})
    assert problem.objective == Expected()
    assert (problem.budget.lower, problem.budget.upper) == (0.0, 0.0)


def test_the_two_kinds_of_budget():
    ranged = read_problem({"budget": {"max": 90, "min": 40}}).budget
    assert (ranged.lower, ranged.upper) == (40.0, 90.0)
    total = read_problem({"budget": {"total": 90}}).budget
    assert (total.lower, total.upper) == (90.0, 90.0)


@pytest.mark.parametrize(
    "budget", [{}, {"total": 1, "max": 2}, {"total": 1, "min": 1}, {"change": 0.1, "total": 1}]
)
def test_a_budget_of_no_or_two_kinds_is_refused(budget):
    (issue,) = refused({"budget": budget})
    assert issue.pointer == "/budget"
    assert "total" in issue.detail


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "12", True, [1]])
def test_what_is_no_finite_number_is_refused(bad):
    issues = refused({"budget": {"max": bad}, "channels": {"tv": {"fixed": bad}}})
    assert [issue.pointer for issue in issues] == ["/budget/max", "/channels/tv/fixed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("risk_aversion", 1.2), ("risk_aversion", -0.1), ("tail", 0), ("tail", 1), ("tail", 1.2)],
)
def test_a_share_outside_its_range_is_refused_with_its_number(field, value):
    (issue,) = refused({**FULL, "objective": {"kind": "mean_cvar", field: value}})
    assert issue.pointer == f"/objective/{field}"
    assert str(value) in issue.detail


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"budget": {"total": 1}, "extra": 1}, "/extra"),
        ({"budget": {"total": 1, "sum": 2}}, "/budget/sum"),
        ({"budget": {"total": 1}, "channels": {"a/b": {"least": 1}}}, "/channels/a~1b/least"),
        ({"budget": {"total": 1}, "groups": [{"channels": []}]}, "/groups/0/channels"),
        ({"budget": {"total": 1}, "objective": {"kind": "best"}}, "/objective"),
        (
            {"budget": {"total": 1}, "objective": {"kind": "expected", "tail": 0.1}},
            "/objective/tail",
        ),
        ({}, "/budget"),
        ([], ""),
    ],
)
def test_the_pointer_names_the_field(data, pointer):
    assert [issue.pointer for issue in refused(data)] == [pointer]


def test_every_wrong_field_is_named_at_once():
    issues = refused({"budget": {"total": "x"}, "channels": {"tv": {"min": math.nan}}})
    assert {issue.pointer for issue in issues} == {"/budget/total", "/channels/tv/min"}


def test_a_problem_does_not_change():
    with pytest.raises(ValueError, match="frozen"):
        read_problem(FULL).__setattr__("budget", None)


def test_pointers_escape_the_two_special_characters():
    assert json_pointer("channels", "a/b~c", 0) == "/channels/a~1b~0c/0"
    assert json_pointer() == ""


def test_of_many_issues_the_first_are_listed_and_the_others_counted():
    cells = [{"channel": f"unknown {k}", "week": "2024-07-01", "max": 1} for k in range(100)]
    problem = read_problem({"budget": {"total": 1}, "cells": cells})
    with pytest.raises(InvalidProblem) as caught:
        check_problem(problem, Layout.of_channels(("tv",)), np.zeros(1))
    issues = caught.value.issues
    assert len(issues) == MAX_ISSUES + 1
    assert issues[0].pointer == "/cells/0/channel"
    assert issues[-1].detail == f"and {2 * len(cells) - MAX_ISSUES} more"
