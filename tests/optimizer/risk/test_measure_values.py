"""Measures against numbers that are known otherwise: closed forms, sorting, a convex program."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from optimizer.problem import objective as of
from optimizer.risk.measure import MeasureContext
from optimizer.risk.measures import measure_of
from optimizer.risk.smooth import crra, entropic, kl_robust, semideviation, without_ruin
from optimizer.risk.uncertified import quantile, target_probability

GAIN = np.random.default_rng(8).normal(30.0, 12.0, 40)


def test_entropic_of_two_outcomes():
    value = entropic(np.array([0.0, 10.0]), 0.2).value
    assert value == pytest.approx(-np.log(0.5 + 0.5 * np.exp(-2.0)) / 0.2)


def test_entropic_of_a_large_normal_sample_is_mean_less_half_rate_times_variance():
    gain = 30.0 + 12.0 * np.random.default_rng(1).standard_normal(400_000)
    # Monte Carlo: the sample's own moments differ from 30 and 144 by about 1e-2 and 0.3.
    assert entropic(gain, 0.05).value == pytest.approx(30.0 - 0.5 * 0.05 * 144.0, abs=0.1)


def test_entropic_stays_finite_where_losses_are_huge():
    assert entropic(np.array([-1e6, 1e6]), 1.0).value == pytest.approx(-1e6 + np.log(2.0))


def test_aversion_is_per_budget():
    measure = measure_of(of.Entropic(risk_aversion=3.0), MeasureContext(scale=60.0))
    assert measure.value(GAIN) == pytest.approx(entropic(GAIN, 0.05).value)


def test_kl_robust_is_the_least_mean_within_the_radius():
    radius = 0.25
    size = GAIN.size
    constraints: list[Any] = [
        {"type": "eq", "fun": lambda q: q.sum() - 1.0},
        {"type": "ineq", "fun": lambda q: radius - q @ np.log(q * size)},
    ]
    solve: Any = minimize
    result = solve(
        lambda q: float(q @ GAIN),
        np.full(size, 1.0 / size),
        bounds=[(1e-12, 1.0)] * size,
        constraints=constraints,
        method="SLSQP",
        tol=1e-12,
        options={"maxiter": 500},
    )
    assert kl_robust(GAIN, radius).value == pytest.approx(result.fun, abs=1e-4)


def test_kl_robust_at_its_ends():
    assert kl_robust(GAIN, 0.0).value == pytest.approx(GAIN.mean())
    assert kl_robust(GAIN, np.log(GAIN.size) + 0.01).value == GAIN.min()
    assert kl_robust(np.full(5, 7.0), 0.5).value == pytest.approx(7.0)


def test_crra_is_the_certainty_equivalent():
    gain, wealth = np.array([-40.0, 0.0, 70.0]), 100.0
    for aversion in (0.5, 2.0, 4.0):
        utility = ((wealth + gain) ** (1 - aversion)).mean()
        expected = utility ** (1 / (1 - aversion)) - wealth
        assert crra(gain, aversion, wealth).value == pytest.approx(expected)
    geometric = float(np.prod(wealth + gain)) ** (1 / 3) - wealth
    assert crra(gain, 1.0, wealth).value == pytest.approx(geometric)
    assert crra(gain, 1.0 + 1e-7, wealth).value == pytest.approx(geometric, abs=1e-4)


def test_crra_of_ruin_is_worse_than_the_loss_of_everything_and_not_defined():
    gain = np.array([-150.0, 50.0])
    # The ruined draw keeps e: M = e 2^(1/2), its weight (M / e)^3 / 2, times the 50 beyond ruin.
    assert crra(gain, 3.0, 100.0).value == pytest.approx(-100.0 - 2**0.5 * 50.0, abs=0.01)
    assert not without_ruin(gain, 100.0)
    assert without_ruin(gain, 100.0, np.array([0.0, 1.0]))
    assert without_ruin(gain, 151.0)


def test_semideviation_by_hand():
    # Mean 4, shortfalls 4 and 2 over four draws.
    assert semideviation(np.array([0.0, 2.0, 6.0, 8.0]), 0.5).value == 4.0 - 0.5 * 1.5


def test_a_loss_by_hand():
    loss = of.PiecewiseLoss(points=(5.0e6,), slopes=(3.0, 1.0))
    measure = measure_of(loss)
    assert measure.value(np.array([4.0e6])) == -3.0e6
    assert measure.value(np.array([6.0e6])) == 1.0e6
    assert measure.value(np.array([4.0e6, 6.0e6])) == -1.0e6
    two = measure_of(of.PiecewiseLoss(points=(0.0, 10.0), slopes=(2.0, 1.0, 0.0)))
    values = [two.value(np.array([x])) for x in (-1.0, 4.0, 10.0, 90.0)]
    assert values == [-2.0, 4.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("level", "rank"), [(0.025, 0), (0.1, 3), (0.5, 19), (0.51, 20), (0.99, 39)]
)
def test_a_quantile_is_an_order_statistic(level, rank):
    assert quantile(GAIN, level).value == np.sort(GAIN)[rank]


def test_a_rounded_quantile_nears_the_exact_one():
    gain = np.random.default_rng(2).normal(0, 1, 4000)
    exact = quantile(gain, 0.1).value
    assert quantile(gain, 0.1, 0.05).value == pytest.approx(exact, abs=0.01)


def test_target_probability_counts():
    assert target_probability(np.array([1.0, 2.0, 3.0, 4.0]), 3.0).value == 0.5
    near = target_probability(np.array([1.0, 2.0, 3.0, 4.0]), 2.5, 0.01)
    assert near.value == pytest.approx(0.5)
    assert target_probability(np.full(4, 1.0), 3.0).value == 0.0


def test_mean_variance_by_hand():
    measure = measure_of(of.MeanVariance(risk_aversion=2.0), MeasureContext(scale=4.0))
    assert measure.value(np.array([0.0, 2.0])) == 1.0 - 0.5 * (2.0 / 4.0) * 1.0


def test_regret_is_the_greatest_shortfall_from_the_best():
    best = np.array([10.0, 20.0, 30.0])
    measure = measure_of(of.Regret(), MeasureContext(reference=best))
    assert measure.value(np.array([9.0, 12.0, 28.0])) == -8.0
    two_thirds = measure_of(of.Regret(tail=2 / 3), MeasureContext(reference=best))
    assert two_thirds.value(np.array([9.0, 12.0, 28.0])) == pytest.approx(-5.0)
