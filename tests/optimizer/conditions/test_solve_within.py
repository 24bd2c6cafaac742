"""Plans under chance constraints and a least return: judged on all draws, by hand."""

from typing import Any

import numpy as np
import pytest

from optimizer import Allocation, InvalidProblem, Status, allocate, read_problem
from optimizer.response import FloatArray
from tests.optimizer.fakes import log_response
from tests.optimizer.worlds import Sums, sums

CURRENT = np.array([300.0, 500.0])


def solve(response: Sums, current: FloatArray = CURRENT, **fields: Any) -> Allocation:
    document = {"budget": {"total": 800}, "objective": {"kind": "expected", "on": "kpi"}}
    return allocate(read_problem({**document, **fields}), response, current)


def probability(response: Sums, spend: np.ndarray, kpi: float) -> float:
    """Of the predictive total; 0 is the seed that is common to all plans."""
    return float((response.predictive(spend, 0) >= kpi).mean())


def random_plans(total: float, count: int = 300) -> np.ndarray:
    return total * np.random.default_rng(3).dirichlet(np.ones(2), count)


def test_the_target_is_met_on_the_draws():
    response = sums(5)
    answer = solve(response, target={"kpi": 3200, "probability": 0.8})
    assert answer.target is not None
    assert answer.target.met
    assert answer.target.reached == probability(response, answer.spend, 3200)
    assert answer.target.reached >= 0.8


def test_an_unreachable_target_gives_the_plan_that_comes_closest():
    response = sums(5)
    sure = max(probability(response, plan, 4000) for plan in random_plans(800))
    kpi = 4000 if sure < 0.8 else 6200
    answer = solve(response, target={"kpi": kpi, "probability": 0.99})
    assert answer.status is Status.TARGET_UNREACHABLE
    assert answer.target is not None
    assert not answer.target.met
    best = max(probability(response, plan, kpi) for plan in random_plans(800))
    assert answer.target.reached >= best - 1 / 300


def test_the_least_spend_reaches_the_target_and_less_does_not():
    response, target = sums(5), {"kpi": 2900, "probability": 0.8}
    answer = solve(response, budget={"max": 1500}, minimise="spend", target=target)
    assert probability(response, answer.spend, 2900) >= 0.8
    total = float(answer.spend.sum())
    cheaper = [probability(response, plan, 2900) for plan in random_plans(0.95 * total)]
    assert max(cheaper) < 0.8


@pytest.mark.parametrize("least", [{"minimise": "spend"}, {}])
@pytest.mark.parametrize(
    "fields",
    [
        {"budget": {"max": 0.0}},
        {"budget": {"max": 1500}, "channels": {"tv": {"fixed": 300}, "radio": {"fixed": 500}}},
    ],
)
def test_where_the_limits_leave_one_plan_it_is_the_answer(fields, least):
    target = {"kpi": 100, "probability": 0.5}
    answer = solve(sums(5), target=target, **fields, **least)
    expected = CURRENT if "channels" in fields else np.zeros(2)
    np.testing.assert_allclose(answer.spend, expected, atol=1e-9)


@pytest.mark.parametrize("most", [0.05, 0.2])
def test_the_plan_is_seldom_worse_than_the_current_one(most):
    response, current = sums(6), np.array([700.0, 100.0])
    objective = {"kind": "expected"}
    free = solve(response, current, objective=objective)
    limit = {"probability": most}
    answer = solve(response, current, objective=objective, worse_than_current=limit)
    now = response.draws(current)
    assert (response.draws(answer.spend) < now).mean() <= most
    assert answer.target is not None
    assert answer.target.met
    assert answer.risk.value <= free.risk.value + 1e-6


def test_the_return_of_the_whole_plan_is_kept():
    response = sums(6)
    fields: dict[str, Any] = {"objective": {"kind": "expected"}, "budget": {"max": 3000}}
    free = solve(response, **fields)
    assert response.draws(free.spend).mean() < 2.0 * free.spend.sum()
    answer = solve(response, min_roi=2.0, **fields)
    assert response.draws(answer.spend).mean() >= 2.0 * answer.spend.sum() * (1 - 1e-9)
    assert answer.risk.value <= free.risk.value + 1e-6


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"target": {"kpi": 1, "probability": 0.5}}, "no_total"),
        ({"min_roi": 1.0}, "no_value"),
    ],
)
def test_a_condition_on_an_unknown_quantity_is_refused(fields, code):
    problem = {"budget": {"total": 1}, "objective": {"kind": "expected", "on": "kpi"}, **fields}
    with pytest.raises(InvalidProblem) as caught:
        allocate(read_problem(problem), log_response(1, 2), CURRENT)
    assert [issue.code for issue in caught.value.issues] == [code]
