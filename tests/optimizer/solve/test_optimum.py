"""The optimum against what is known otherwise: a fine grid, a closed form, a convex program."""

import numpy as np
import pytest
from scipy.optimize import brentq

from optimizer import Effort, allocate, read_problem
from optimizer.risk.measures import measure_of
from tests.optimizer.fakes import Log, hill_response, log_response, names

OBJECTIVES = [
    {"kind": "expected"},
    {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
    {"kind": "mean_cvar", "risk_aversion": 1.0, "tail": 0.25},
]


@pytest.mark.parametrize("objective", OBJECTIVES, ids=["expected", "mean_cvar", "cvar"])
@pytest.mark.parametrize("response", [log_response(1, 2), hill_response(4, 2), hill_response(9, 2)])
def test_two_channels_agree_with_a_fine_grid(objective, response):
    channels = {"tv": {"min": 100, "max": 900}}
    data = {"budget": {"total": 1200}, "objective": objective, "channels": channels, "stay": False}
    answer = allocate(read_problem(data), response, np.array([500.0, 500.0]))
    measure = measure_of(read_problem(data).objective)
    grid = np.linspace(100, 900, 1601)
    values = [measure.value(response.draws(np.array([tv, 1200 - tv])) - 1200) for tv in grid]
    # The grid's own error: its best point is within half a step, where the slope vanishes.
    assert answer.risk.value >= max(values) - 1e-9 * 1200
    assert answer.risk.value <= max(values) + 1e-3 * 1200
    assert answer.spend[0] == pytest.approx(grid[int(np.argmax(values))], abs=2.0)


def water_filling(height, scale, budget, lower, upper):
    """Log response: height / (scale + b) = level wherever b is between its bounds."""

    def plan(level):
        return np.clip(height / level - scale, lower, upper)

    level = brentq(lambda level: plan(level).sum() - budget, 1e-9, 1e9, xtol=1e-14, rtol=1e-14)
    return plan(level), level


@pytest.mark.parametrize("seed", range(5))
def test_a_log_response_is_water_filling_with_bounds(seed):
    rng = np.random.default_rng(seed)
    height, scale = rng.uniform(100, 900, 5), rng.uniform(20, 300, 5)
    lower, upper = np.array([0, 150.0, 0, 0, 0]), np.array([200.0, 1000, 1000, 1000, 1000])
    data = {
        "budget": {"total": 1000},
        "channels": {"tv": {"max": 200}, "radio": {"min": 150}},
        "stay": False,
    }
    response = Log(names(5), height[None, :], scale)
    answer = allocate(read_problem(data), response, np.full(5, 200.0))
    expected, level = water_filling(height, scale, 1000, lower, upper)
    np.testing.assert_allclose(answer.spend, expected, atol=0.05)
    prices = {item.constraint: item.shadow_price for item in answer.binding}
    # One more unit of budget earns the level and costs 1.
    assert prices["the budget total of 1,000"] == pytest.approx(level - 1, abs=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_s_shaped_problems_reach_what_many_starts_reach(seed):
    data = {
        "budget": {"total": 900},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
        "stay": False,
    }
    response, current = hill_response(20 + seed, 4, 100), np.full(4, 200.0)
    usual = allocate(read_problem(data), response, current)
    thorough = allocate(
        read_problem(data), response, current, seed=1, effort=Effort(random_starts=40)
    )
    assert usual.risk.value >= thorough.risk.value - 1e-3 * 900
