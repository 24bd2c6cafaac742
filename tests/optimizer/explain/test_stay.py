"""Whether to stay: a gain within noise is refused, a clear one is taken."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import Status, allocate, read_problem
from tests.optimizer.worlds import Sums, sums


def solve(response: Sums, current: np.ndarray, *, stay: bool = True):
    problem = read_problem({"budget": {"total": 800}, "stay": stay})
    return allocate(problem, response, current)


def test_a_plan_beside_the_best_one_is_kept():
    response = sums(1)
    best = solve(response, np.array([400.0, 400.0]), stay=False).spend
    near = best + np.array([25.0, -25.0])
    answer = solve(response, near)
    assert answer.status is Status.STAY
    np.testing.assert_allclose(answer.spend, near)
    assert answer.stay is not None
    assert answer.stay.within_noise
    np.testing.assert_allclose(answer.stay.best_spend, best, atol=1.0)
    assert not np.allclose(solve(response, near, stay=False).spend, near)


def test_a_clear_gain_is_taken():
    response = sums(1)
    answer = solve(response, np.array([799.0, 1.0]))
    assert answer.status is Status.OPTIMAL
    assert answer.stay is not None
    assert not answer.stay.within_noise
    gain = response.draws(answer.spend) - response.draws(np.array([799.0, 1.0]))
    assert answer.stay.probability_better == pytest.approx((gain > 0).mean())


def heavy_tailed(seed: int) -> tuple[Sums, np.ndarray]:
    """Heights whose spread is far wider than their mean, where staying is often the answer."""
    rng = np.random.default_rng(seed)
    height = 1.2 * rng.uniform(300, 600, 4) * np.exp(rng.normal(-0.845, 1.3, (400, 4)))
    current = rng.dirichlet(np.full(4, 2.0)) * rng.uniform(200, 900)
    return replace(sums(seed, 4, 400), height=height), current


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"objective": {"kind": "mean_cvar"}},
        {"objective": {"kind": "quantile", "level": 0.4}},
        {"worse_than_current": {"probability": 0.5}},
        {"channels": {"tv": {"on_off": {"min_when_on": 150}}}},
        {"budget": {"max": 1000, "hurdle": 1.1}},
    ],
)
def test_no_plan_is_below_a_feasible_reference(extra: dict):
    stayed = 0
    for seed in range(12):
        response, current = heavy_tailed(seed)
        problem = read_problem({"budget": {"max": 1000}, **extra})
        answer = allocate(problem, response, current)
        least = answer.risk.value + 1e-9 * abs(answer.risk.value)
        for reference in (answer.versus_current, answer.versus_proportional):
            assert not reference.feasible or reference.value <= least
        if answer.status is Status.STAY and answer.versus_current.feasible:
            stayed += 1
            np.testing.assert_array_equal(answer.spend, current)
    if not extra:
        assert stayed > 0


def test_to_stay_is_todays_mix_where_the_total_is_fixed_or_todays_plan_is_not_feasible():
    for budget in ({"total": 600}, {"max": 600, "min": 600}):
        stayed = 0
        for seed in range(12):
            response, current = heavy_tailed(seed)
            answer = allocate(read_problem({"budget": budget}), response, current)
            if answer.status is Status.STAY:
                stayed += 1
                assert answer.spend.sum() == pytest.approx(600)
                np.testing.assert_allclose(answer.spend, 600 * current / current.sum())
        assert stayed > 0
