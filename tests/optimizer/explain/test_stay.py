"""Whether to stay: a gain within noise is refused, a clear one is taken."""

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
