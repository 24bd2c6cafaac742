"""A least marginal return: the least slope where spend can fall, by hand."""

from typing import Any

import numpy as np
import pytest

from optimizer import Allocation, InvalidProblem, Status, allocate, read_problem
from optimizer.allocation import CertificateKind
from optimizer.solve.score import score
from tests.optimizer.fakes import log_response
from tests.optimizer.worlds import Sums, sums

CURRENT = np.array([300.0, 500.0, 100.0, 100.0])


def asked(least: float, **fields: Any) -> dict[str, Any]:
    return {
        "budget": {"max": 4000},
        "conditions": [{"kind": "marginal_roi", "min": least}],
        "stay": False,
        **fields,
    }


def solve(response: Any, least: float, **fields: Any) -> Allocation:
    return allocate(read_problem(asked(least, **fields)), response, CURRENT)


def slopes(response: Sums, spend: np.ndarray) -> np.ndarray:
    return np.asarray((response.height / (response.scale + spend)).mean(axis=0))


@pytest.mark.parametrize("least", [1.3, 2.0, 3.0])
def test_spend_rises_until_the_next_unit_brings_just_enough(least):
    """The slope of height log(1 + b / scale) falls to r at  b = height / r - scale."""
    response = sums(5, cells=4)
    answer = solve(response, least)
    wanted = np.maximum(response.height.mean(axis=0) / least - response.scale, 0.0)
    np.testing.assert_allclose(answer.spend, wanted, atol=0.2)
    (result,) = answer.conditions
    assert result.met
    assert result.slack >= -1e-9
    assert result.reached == pytest.approx(slopes(response, answer.spend)[answer.spend > 0].min())
    assert answer.certificate.kind is CertificateKind.GLOBAL
    assert answer.status is Status.OPTIMAL


def test_what_cannot_fall_does_not_count():
    response = sums(5, cells=4)
    free = solve(response, 2.0)
    channels = {"tv": {"committed": 1500.0}, "radio": {"fixed": 1200.0}}
    answer = solve(response, 2.0, channels=channels)
    assert answer.spend[:2] == pytest.approx([1500.0, 1200.0])
    np.testing.assert_allclose(answer.spend[2:], free.spend[2:], atol=0.1)
    (result,) = answer.conditions
    assert result.met
    assert slopes(response, answer.spend)[:2].max() < 2.0


def test_a_total_beyond_it_gives_the_plan_whose_least_slope_is_highest():
    response = sums(5, cells=4)
    answer = solve(response, 2.0, budget={"total": 3000})
    assert answer.status is Status.CONDITION_UNMET
    (result,) = answer.conditions
    assert not result.met
    assert result.slack == pytest.approx(result.reached - 2.0)
    rng = np.random.default_rng(0)
    others = 3000 * rng.dirichlet(np.ones(4), 400)
    best = max(slopes(response, plan).min() for plan in others)
    assert result.reached >= best - 1e-6


def test_a_given_plan_is_judged_by_the_same_list():
    response = sums(5, cells=4)
    plan = np.array([400.0, 0.0, 900.0, 50.0])
    problem = read_problem(asked(2.0))
    (result,) = score(problem, response, CURRENT, plan).allocation.conditions
    assert result.reached == pytest.approx(slopes(response, plan)[[0, 2, 3]].min())
    nothing = score(problem, response, CURRENT, np.zeros(4)).allocation.conditions[0]
    assert (nothing.met, nothing.reached) == (True, 2.0)


def test_other_conditions_hold_beside_it():
    response = sums(5, cells=4)
    beside = {"kind": "roi", "min": 3.0}
    answer = solve(response, 1.5, conditions=[{"kind": "marginal_roi", "min": 1.5}, beside])
    assert all(result.met for result in answer.conditions)
    alone = solve(response, 1.5)
    assert answer.risk.value <= alone.risk.value + 1e-6


def test_a_margin_counts_in_it():
    """At a margin of one half the next unit has to bring twice as much value."""
    response = sums(5, cells=4)
    half = solve(response, 1.2, objective={"kind": "expected", "on": "profit", "margin": 0.5})
    whole = solve(response, 2.4)
    np.testing.assert_allclose(half.spend, whole.spend, atol=0.5)


def test_it_is_refused_where_it_is_not_defined():
    with pytest.raises(InvalidProblem, match="hurdle") as refused:
        solve(log_response(1), 2.0)
    assert refused.value.issues[0].pointer == "/conditions/0"
    with pytest.raises(InvalidProblem, match='"on" is "kpi"'):
        solve(sums(5, cells=4), 2.0, objective={"kind": "expected", "on": "kpi"})
    with pytest.raises(InvalidProblem, match="cannot be negative"):
        solve(sums(5, cells=4), -1.0)
