"""Limits on the same thing: the tightest one decides, and is told once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import Infeasible, allocate, read_problem
from optimizer.constraints.build import linear_system
from optimizer.constraints.conflict import require_feasible
from optimizer.constraints.linear_system import LinearSystem
from optimizer.problem.layout import Layout
from tests.optimizer.fakes import log_response, names
from tests.optimizer.worlds import by_week, sums

CHANNELS = ("tv", "radio", "search")
LAYOUT = Layout.of(sums(1, cells=12, layout=by_week(3, 4)))


def system_of(limits, layout=LAYOUT) -> LinearSystem:
    problem = read_problem({"budget": {"max": 1000}, **limits})
    return linear_system(problem, layout, np.full(len(layout.names), 10.0))


def said(system: LinearSystem) -> list[str]:
    """Labels of the limits that decide, without the budget."""
    return [limit.label for limit in system.tightest if not limit.pointer.startswith("/budget/")]


SAME = {
    "a ratio": ("ratios", {"channels": ["tv", "radio"], "min": 0.5, "max": 2}, 2),
    "a group": ("groups", {"channels": ["tv", "radio"], "min": 5, "max_share": 0.6}, 2),
    "a cell": ("cells", {"channel": "tv", "week": "2024-07-01", "max": 30}, 1),
    "a week": ("cells", {"week": "2024-07-08", "min": 30}, 1),
    "a ramp": ("ramps", {"channel": "tv", "max_change": 0.3, "max_step": 5}, 9),
    "a budget": ("budgets", {"name": "carbon", "per_currency": {"tv": 0.2}, "max": 9}, 1),
}


@pytest.mark.parametrize(("field", "limit", "rows"), SAME.values(), ids=SAME.keys())
def test_a_limit_given_twice_is_one(field, limit, rows) -> None:
    once, twice = system_of({field: [limit]}), system_of({field: [limit, limit]})
    assert said(twice) == said(once)
    assert len(said(once)) == rows
    assert {limit.pointer for limit in twice.tightest} == {limit.pointer for limit in once.tightest}
    assert twice.rows[0].shape == once.rows[0].shape
    assert len(twice.limits) == len(once.limits) + rows


TIGHTER = {
    "ratios": (
        [{"channels": ["tv", "radio"], "max": 3}, {"channels": ["tv", "radio"], "max": 2}],
        ["the ratio of tv to radio of at most 2"],
    ),
    "a ratio the other way round": (
        [{"channels": ["tv", "radio"], "max": 2}, {"channels": ["radio", "tv"], "min": 0.25}],
        ["the ratio of tv to radio of at most 2"],
    ),
    "a ratio said both ways": (
        [{"channels": ["radio", "tv"], "min": 0.5}, {"channels": ["tv", "radio"], "max": 2}],
        ["the ratio of radio to tv of at least 0.5"],
    ),
    "both sides of a ratio": (
        [
            {"channels": ["tv", "radio"], "min": 0.1, "max": 3},
            {"channels": ["tv", "radio"], "min": 1},
        ],
        ["the ratio of tv to radio of at most 3", "the ratio of tv to radio of at least 1"],
    ),
}


@pytest.mark.parametrize(("ratios", "expected"), TIGHTER.values(), ids=TIGHTER.keys())
def test_of_ratios_of_the_same_two_the_tightest_counts(ratios, expected) -> None:
    assert said(system_of({"ratios": ratios})) == expected


def test_of_shares_and_changes_the_tightest_counts() -> None:
    shares = [{"channels": ["tv"], "max_share": s, "min_share": 1 - s} for s in (0.9, 0.6, 0.8)]
    assert said(system_of({"groups": shares})) == [
        "the minimum share of 40 % for tv",
        "the maximum share of 60 % for tv",
    ]
    ramps = [{"channel": "tv", "max_change": change} for change in (0.5, 0.2, 0.3)]
    labels = said(system_of({"ramps": ramps}))
    assert len(labels) == 6
    assert all("at most 20 %" in label for label in labels)


def test_an_equality_is_told_before_an_inequality_of_the_same_amount() -> None:
    layout = Layout.of_channels(CHANNELS)
    bounds = {"tv": {"min": 50, "fixed": 50, "max": 50}}
    assert said(system_of({"channels": bounds}, layout)) == ["the fixed spend of 50 for tv"]


def test_a_group_of_one_channel_is_that_channel() -> None:
    layout = Layout.of_channels(CHANNELS)
    group = {"channels": ["tv"], "max": 40}
    system = system_of({"channels": {"tv": {"max": 50}}, "groups": [group]}, layout)
    assert said(system) == ["the maximum of 40 for tv"]
    assert [limit.pointer for limit in system.tightest][-1] == "/groups/0/max"


def test_every_broken_limit_is_told_and_each_once() -> None:
    ratios = [{"channels": ["tv", "radio"], "max": most} for most in (3, 2, 2)]
    broken = system_of({"ratios": ratios}).broken_limits(np.repeat([40.0, 10, 10], 4))
    assert broken == (
        "the ratio of tv to radio of at most 3",
        "the ratio of tv to radio of at most 2",
    )


def test_a_conflict_names_the_tightest() -> None:
    ratios = [{"channels": ["tv", "radio"], "min": least} for least in (2, 5)]
    limits = {"ratios": ratios, "channels": {"tv": {"max": 10}, "radio": {"min": 4}}}
    with pytest.raises(Infeasible) as caught:
        require_feasible(system_of(limits))
    text = str(caught.value)
    assert "the ratio of tv to radio of at least 5" in text
    assert "at least 2" not in text


amounts = st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0])
shares = st.sampled_from([0.25, 0.5, 0.75])
pairs = st.permutations(CHANNELS).map(lambda order: list(order[:2]))
some = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True)


def several(**fields):
    """Up to four limits of one kind, with these fields."""
    return st.lists(st.fixed_dictionaries(fields), max_size=4)


limits_of_any_kind = st.fixed_dictionaries(
    {
        "ratios": several(channels=pairs, min=shares, max=st.sampled_from([1.25, 2.0, 4.0])),
        "groups": several(channels=some, min_share=st.just(0.125), max_share=shares),
        "ramps": several(
            channel=st.sampled_from([None, *CHANNELS]), max_change=shares, max_step=amounts
        ),
        "cells": several(
            channel=st.sampled_from([None, "tv"]), week=st.just("2024-07-01"), max=amounts
        ),
    }
)


@settings(max_examples=150, deadline=None)
@given(limits=limits_of_any_kind, seed=st.integers(0, 10_000))
def test_plans_that_keep_the_tightest_limits_keep_all(limits, seed) -> None:
    system = system_of(limits)
    merged = replace(system, limits=system.tightest)
    rng = np.random.default_rng(seed)
    plans = rng.choice([0.0, 0.5, 1.0, 1.5, 2.0], size=(40, 12))
    plans[:20] = np.repeat(plans[:20, ::4], 4, axis=1) + rng.choice([0.0, 0.25], size=(20, 12))
    for plan in plans:
        assert bool(system.broken_limits(plan)) == bool(merged.broken_limits(plan))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), copies=st.integers(2, 4))
def test_limits_given_again_change_neither_plan_nor_prices(seed, copies) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.choice(names(4), 2, replace=False).tolist()
    once = {
        "ratios": [{"channels": [first, second], "max": 1.5}],
        "groups": [{"channels": [first, second], "max_share": 0.6}],
    }
    looser = {
        "ratios": [{"channels": [first, second], "max": 4}],
        "groups": [{"channels": [second, first], "max_share": 0.8}],
    }
    again = {field: once[field] * copies + looser[field] for field in once}
    answers = [
        allocate(
            read_problem({"budget": {"total": 1000}, "stay": False, **limits}),
            log_response(seed),
            np.full(4, 250.0),
        )
        for limits in (once, again)
    ]
    plain, repeated = answers
    np.testing.assert_array_equal(plain.spend, repeated.spend)
    assert plain.binding == repeated.binding
