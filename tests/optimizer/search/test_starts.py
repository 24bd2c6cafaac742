"""The start of a search: feasible plans, and a response that is evaluated once per point."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import read_problem
from optimizer.response import FloatArray, content_key
from optimizer.search.memo import LastCallMemo
from optimizer.search.scaled_response import scale_response
from optimizer.search.starts import spend_mix, starting_plans
from optimizer.solve.allocate import case_of
from tests.optimizer.fakes import hill_response
from tests.optimizer.weekly_curves import weekly_response

CURRENT = np.array([400.0, 100.0, 300.0, 200.0])


def test_every_start_is_feasible_and_different():
    problem = read_problem({"budget": {"total": 1000}, "channels": {"tv": {"max": 300}}})
    case = case_of(problem, hill_response(1), CURRENT)
    plans = starting_plans(case, random_starts=3)
    assert len(plans) >= 6
    for position, plan in enumerate(plans):
        assert case.system.broken_limits(plan, 1e-6) == ()
        assert all(np.abs(plan - other).max() > 1e-3 for other in plans[:position])


def test_the_mix_of_no_spend_is_equal():
    np.testing.assert_allclose(spend_mix(CURRENT), CURRENT / 1000)
    np.testing.assert_allclose(spend_mix(np.zeros(4)), np.full(4, 0.25))


def test_the_last_point_is_not_evaluated_again():
    calls: list[float] = []

    def total(point: FloatArray) -> float:
        calls.append(float(point.sum()))
        return calls[-1]

    memo = LastCallMemo(total)
    assert [memo(np.array([x])) for x in (1.0, 1.0, 2.0, 1.0)] == [1.0, 1.0, 2.0, 1.0]
    assert calls == [1.0, 2.0, 1.0]


def test_a_scaled_response_scales_values_and_has_its_own_key():
    response = weekly_response(1, draws=20)
    assert scale_response(response, 1.0) is response
    scaled = scale_response(response, 0.5)
    assert scaled.names == response.names
    np.testing.assert_allclose(scaled.draws(CURRENT), 0.5 * response.draws(CURRENT))
    np.testing.assert_allclose(scaled.jacobian(CURRENT), 0.5 * response.jacobian(CURRENT))
    assert content_key(scaled) is None
    assert content_key(scale_response(weekly_response(1, draws=20), 0.5)) is None


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_the_key_of_a_scaled_response_names_its_share(share):
    keyed = replace(weekly_response(1, draws=20), key="world")
    assert content_key(scale_response(keyed, share)) == f"world x {share}"
