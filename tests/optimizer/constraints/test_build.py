"""The linear system of a problem, and the contradictions that are refused before it is built."""

import re

import numpy as np
import pytest

from optimizer import InvalidProblem, read_problem
from optimizer.constraints.build import linear_system
from optimizer.problem.issues import format_number
from optimizer.problem.layout import Layout

NAMES = ("tv", "radio", "search")
CURRENT = np.array([100.0, 50.0, 0.0])


def system_of(data, current=CURRENT):
    return linear_system(read_problem(data), Layout.of_channels(NAMES), current)


def refused(data, current=CURRENT, names=NAMES):
    with pytest.raises(InvalidProblem) as caught:
        linear_system(read_problem(data), Layout.of_channels(names), current)
    return caught.value.issues


def test_a_channel_that_is_not_named_may_receive_the_budget():
    system = system_of({"budget": {"total": 300}})
    np.testing.assert_array_equal(system.lower, [0, 0, 0])
    np.testing.assert_array_equal(system.upper, [300, 300, 300])


def test_bounds_of_one_channel_are_joined():
    bounds = {"tv": {"min": 20, "max": 200, "max_change": 0.3}, "search": {"fixed": 30}}
    system = system_of({"budget": {"total": 300}, "channels": bounds})
    np.testing.assert_allclose(system.lower, [70, 0, 30])
    np.testing.assert_allclose(system.upper, [130, 300, 30])


def test_a_change_of_more_than_all_ends_at_zero():
    system = system_of({"budget": {"total": 300}, "channels": {"radio": {"max_change": 2}}})
    assert (system.lower[1], system.upper[1]) == (0.0, 150.0)


def test_a_share_is_of_the_plan_not_of_the_budget():
    group = {"channels": ["tv", "radio"], "max_share": 0.6}
    system = system_of({"budget": {"max": 300}, "groups": [group]})
    assert system.broken_limits(np.array([60.0, 0, 40])) == ()
    assert system.broken_limits(np.array([61.0, 0, 39])) == (
        "the maximum share of 60 % for tv + radio",
    )
    np.testing.assert_allclose(system.rows[0].toarray()[1], [0.4, 0.4, -0.6])


def test_each_broken_limit_is_named():
    data = {
        "budget": {"max": 300, "min": 100},
        "channels": {"tv": {"min": 10}, "radio": {"max": 20}},
        "groups": [{"channels": ["tv", "search"], "min": 60, "max": 80}],
    }
    assert system_of(data).broken_limits(np.array([5.0, 30, -1])) == (
        "the minimum of 0 for search",
        "the budget minimum of 100",
        "the minimum of 10 for tv",
        "the maximum of 20 for radio",
        "the minimum of 60 for tv + search",
    )


def test_limits_on_the_same_sum_are_one_row():
    group = {"channels": list(NAMES), "max": 250, "min": 100}
    matrix, low, high = system_of({"budget": {"max": 300}, "groups": [group]}).rows
    assert (matrix.toarray().tolist(), low.tolist(), high.tolist()) == ([[1, 1, 1]], [100], [250])


@pytest.mark.parametrize(
    ("data", "pointer", "code", "words"),
    [
        ({"budget": {"total": -5}}, "/budget/total", "negative", "is -5"),
        ({"budget": {"max": 10, "min": 20}}, "/budget/min", "crossed", "min of 20 .* max of 10"),
        ({"channels": {"tv": {"min": -1}}}, "/channels/tv/min", "negative", "tv: min is -1"),
        ({"channels": {"tv": {"max_change": -0.2}}}, "/channels/tv/max_change", "negative", "-0.2"),
        (
            {"channels": {"tv": {"min": 50000, "max": 40000}}},
            "/channels/tv/min",
            "crossed",
            "tv: min of 50,000 is more than max of 40,000",
        ),
        (
            {"channels": {"tv": {"fixed": 5, "min": 6}}},
            "/channels/tv/min",
            "crossed",
            "min of 6 is more than fixed of 5",
        ),
        (
            {"channels": {"tv": {"fixed": 9, "max": 6}}},
            "/channels/tv/fixed",
            "crossed",
            "fixed of 9 is more than max of 6",
        ),
        ({"channels": {"tvv": {}}}, "/channels/tvv", "unknown_channel", 'no channel "tvv".*tv, ra'),
        (
            {"groups": [{"channels": ["tv", "x"], "max": 1}]},
            "/groups/0/channels/1",
            "unknown_channel",
            'no channel "x"',
        ),
        (
            {"groups": [{"channels": ["tv", "tv"], "max": 1}]},
            "/groups/0/channels/1",
            "duplicate",
            '"tv" twice',
        ),
        ({"groups": [{"channels": ["tv"]}]}, "/groups/0", "empty", "has no min, max"),
        (
            {"groups": [{"channels": ["tv"], "min": 3, "max": 2}]},
            "/groups/0/min",
            "crossed",
            "min of 3 is more than max of 2",
        ),
        (
            {"groups": [{"channels": ["tv"], "max_share": 1.2}]},
            "/groups/0/max_share",
            "out_of_range",
            "max_share is 1.2",
        ),
        (
            {"groups": [{"channels": ["tv"], "min_share": 0.5, "max_share": 0.25}]},
            "/groups/0/min_share",
            "crossed",
            "min_share of 0.5 is more than max_share of 0.25",
        ),
    ],
)
def test_a_contradiction_is_refused_with_its_field_and_numbers(data, pointer, code, words):
    (issue,) = refused({"budget": {"total": 300}, **data})
    assert (issue.pointer, issue.code) == (pointer, code)
    assert re.search(words, issue.detail)


def test_everything_wrong_is_named_in_one_answer():
    data = {"budget": {"total": -5}, "channels": {"x": {"min": 3, "max": 2}}}
    assert [issue.code for issue in refused(data)] == ["negative", "unknown_channel", "crossed"]


@pytest.mark.parametrize(
    ("current", "words"),
    [
        (np.array([1.0, 2.0]), r"shape \(2,\), but there are 3 channels"),
        (np.array([1.0, np.nan, 2.0]), "radio is nan"),
        (np.array([1.0, -2.0, 2.0]), "radio is -2; it cannot be negative"),
    ],
)
def test_a_wrong_current_plan_is_refused(current, words):
    with pytest.raises(InvalidProblem, match=words):
        system_of({"budget": {"total": 1}}, current)


def test_names_must_be_there_and_differ():
    budget = {"budget": {"total": 1}}
    assert refused(budget, np.zeros(2), ("tv", "tv"))[0].code == "duplicate"
    assert refused(budget, np.zeros(0), ())[0].code == "empty"


@pytest.mark.parametrize(
    ("value", "text"),
    [(900000.0, "900,000"), (0.0, "0"), (12.5, "12.5"), (1234.567, "1,234.57"), (0.0012, "0.0012")],
)
def test_numbers_read_as_people_write_them(value, text):
    assert format_number(value) == text
