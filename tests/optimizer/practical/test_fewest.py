"""The fewest moves: against every subset by brute force, and against the rule for many channels."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from optimizer import Allocation, InvalidProblem, Status, allocate, read_problem
from optimizer.practical.fewest import MOST_TRIED
from optimizer.risk.cvar import mean_cvar
from tests.optimizer.fakes import hill_response, log_response, names
from tests.optimizer.worlds import by_geo, sums

CURRENT = np.array([300.0, 200.0, 350.0, 150.0])
OBJECTIVE = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}


def solve(response: Any, current: np.ndarray = CURRENT, **fields: Any) -> Allocation:
    document = {"budget": {"total": 1000}, "objective": OBJECTIVE, "stay": False}
    return allocate(read_problem({**document, **fields}), response, current)


def measure(response: Any, spend: np.ndarray) -> float:
    gain = response.draws(spend) - spend.sum()
    return mean_cvar(gain, 0.5, 0.1).value


def best_of(response: Any, members: tuple[int, ...], **fields: Any) -> float:
    """The measure of the best plan in which the others keep today's spend; -inf for none."""
    others = [name for cell, name in enumerate(names(4)) if cell not in members]
    fixed = {name: {"fixed": float(CURRENT[names(4).index(name)])} for name in others}
    if len(members) == 1:  # a total that is spent in full leaves one channel nothing to decide
        return -np.inf
    return solve(response, channels={**fields.get("channels", {}), **fixed}).risk.value


@pytest.mark.parametrize("share", [0.7, 0.9, 0.99])
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_no_smaller_set_of_channels_keeps_the_share(seed, share):
    response = log_response(seed)
    best = solve(response)
    base = measure(response, CURRENT)
    answer = solve(response, fewest_moves=share)
    told = answer.adjustments.fewest_moves
    assert told is not None
    assert told.exact
    np.testing.assert_allclose(told.spend, best.spend)
    floor = base + share * (best.risk.value - base)
    assert answer.risk.value >= floor - 1e-9 * abs(floor)
    moved = np.flatnonzero(np.abs(answer.spend - CURRENT) > 1e-3)
    assert told.moves == moved.size
    by_size = {
        size: [best_of(response, members) for members in combinations(range(4), size)]
        for size in (2, 3)
    }
    # Climbs end within 1e-4 of the gain; a set that misses the floor by less may pass or not.
    slack = 1e-4 * (best.risk.value - base)
    for size in range(2, moved.size):
        assert max(by_size[size]) < floor + slack
    if moved.size < 4:
        assert answer.risk.value >= max(by_size[moved.size]) - slack


def test_the_share_that_is_kept_is_that_of_the_measure():
    response = log_response(1)
    best, answer = solve(response), solve(response, fewest_moves=0.9)
    told, base = answer.adjustments.fewest_moves, measure(response, CURRENT)
    assert told is not None
    assert told.kept == pytest.approx((answer.risk.value - base) / (best.risk.value - base))
    assert told.before == 4


def test_beyond_the_sets_that_are_tried_moves_are_put_back_one_after_the_other():
    response = log_response(7, cells=8)
    today = np.full(8, 125.0)
    best = solve(response, today)
    answer = solve(response, today, fewest_moves=0.9)
    told = answer.adjustments.fewest_moves
    assert told is not None
    assert MOST_TRIED < 8
    assert not told.exact
    assert told.moves < told.before
    assert told.kept >= 0.9
    assert answer.risk.value <= best.risk.value + 1e-6 * abs(best.risk.value)
    # No single one of its moves can be put back as well.
    moved = np.flatnonzero(np.abs(answer.spend - today) > 1e-3)
    base = measure(response, today)
    floor = base + 0.9 * (best.risk.value - base)
    for back in moved:
        free = set(moved) - {back}
        fixed = {name: {"fixed": 125.0} for cell, name in enumerate(names(8)) if cell not in free}
        assert solve(response, today, channels=fixed).risk.value < floor + 1e-3 * abs(floor)


def test_a_cut_is_made_in_as_few_channels_as_keep_the_gain_over_an_even_cut():
    response = log_response(3)
    best = solve(response, budget={"change": -0.2})
    answer = solve(response, budget={"change": -0.2}, fewest_moves=0.8)
    told = answer.adjustments.fewest_moves
    assert told is not None
    assert answer.spend.sum() == pytest.approx(800)
    even = measure(response, 0.8 * CURRENT)
    assert answer.risk.value >= even + 0.8 * (best.risk.value - even) - 1e-6
    assert told.moves < 4


def test_limits_and_conditions_hold_with_few_moves():
    response = sums(5, cells=4)
    asked: dict[str, Any] = {
        "channels": {"tv": {"max": 250}, "radio": {"committed": 180}},
        "conditions": [{"kind": "not_worse", "probability": 0.6}],
        "objective": {"kind": "expected"},
    }
    answer = solve(response, fewest_moves=0.8, **asked)
    assert answer.spend[0] <= 250 + 1e-6
    assert answer.spend[1] >= 180 - 1e-6
    assert answer.status is not Status.CONDITION_UNMET
    assert all(result.met for result in answer.conditions)


def test_a_channel_counts_once_however_many_geos_it_has():
    response = sums(4, cells=6, layout=by_geo(3, ("north", "south")))
    today = np.full(6, 150.0)
    answer = solve(response, today, budget={"total": 900}, fewest_moves=0.8)
    told = answer.adjustments.fewest_moves
    assert told is not None
    assert told.before <= 3
    moved = np.abs(answer.spend - today).reshape(3, 2).max(axis=1) > 1e-3
    assert told.moves == moved.sum()


def test_where_nothing_can_be_gained_nothing_is_left_out():
    response = log_response(2)
    best = solve(response)
    answer = solve(response, best.spend, fewest_moves=0.9)
    assert answer.adjustments.fewest_moves is None
    np.testing.assert_allclose(answer.spend, best.spend, atol=1e-2)


def test_s_shaped_curves_keep_the_share_too():
    response = hill_response(2)
    best, answer = solve(response), solve(response, fewest_moves=0.9)
    base = measure(response, CURRENT)
    assert answer.risk.value >= base + 0.9 * (best.risk.value - base) - 1e-6


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"fewest_moves": 0.9, "least_movement": 0.1}, "not both"),
        (
            {
                "fewest_moves": 0.9,
                "budget": {"max": 1000},
                "minimise": "spend",
                "target": {"kpi": 1.0, "probability": 0.5},
            },
            "minimise",
        ),
        ({"fewest_moves": 0.0}, "greater than 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(fields, word):
    with pytest.raises(InvalidProblem, match=word):
        read_problem({"budget": {"total": 1000}, **fields})
