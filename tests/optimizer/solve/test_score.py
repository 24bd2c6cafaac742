"""The score of a given plan: any plan, under any limits."""

import numpy as np
import pytest

from optimizer import InvalidProblem, read_problem, score
from tests.optimizer.worlds import sums

CURRENT = np.array([300.0, 500.0])


@pytest.mark.parametrize("plan", [[0.0, 0.0], [0.0, 120.0], [300.0, 500.0], [9000.0, 1.0]])
@pytest.mark.parametrize(
    "limits",
    [
        {"budget": {"total": 800}},
        {"budget": {"max": 0}},
        {"budget": {"total": 800}, "channels": {"tv": {"min": 700}, "radio": {"min": 700}}},
    ],
)
def test_a_plan_is_worth_the_same_under_limits_that_it_breaks_or_no_plan_keeps(plan, limits):
    response, spend = sums(5), np.array(plan)
    conditions = [{"kind": "roi", "min": 1.0}, {"kind": "not_worse", "probability": 0.5}]
    problem = read_problem({**limits, "conditions": conditions, "objective": {"kind": "cvar"}})
    found = score(problem, response, CURRENT, spend)
    np.testing.assert_allclose(found.allocation.gain, response.draws(spend) - spend.sum())
    worst = np.sort(found.allocation.gain)[: round(0.1 * found.allocation.gain.size)]
    assert found.allocation.risk.value == pytest.approx(worst.mean())
    kept = limits == {"budget": {"total": 800}} and spend.sum() == 800
    kept = kept or (limits == {"budget": {"max": 0}} and spend.sum() == 0)
    assert bool(found.broken) != kept
    now = response.draws(CURRENT) - CURRENT.sum()
    share = float((found.allocation.gain >= now).mean())
    told = {result.kind: result for result in found.allocation.conditions}
    assert told["not_worse"].reached == pytest.approx(share)
    assert told["not_worse"].met == (share >= 0.5)
    assert found.allocation.risk.probability_worse == pytest.approx(1.0 - share)


def test_both_sides_of_a_second_budget_are_told():
    budgets = [{"name": "carbon", "per_currency": {"tv": 0.5, "radio": 2.0}, "max": 500, "min": 90}]
    problem = read_problem({"budget": {"total": 800}, "budgets": budgets})
    found = score(problem, sums(5), CURRENT, np.array([500.0, 300.0]))
    most, least = found.allocation.conditions
    assert (most.kind, most.pointer, most.met) == ("budget", "/budgets/0/max", False)
    assert most.wanted == pytest.approx(500.0)
    assert most.reached == pytest.approx(850.0)
    assert most.slack == pytest.approx(-350.0)
    assert least.wanted == pytest.approx(90.0)
    assert least.met
    assert least.slack == pytest.approx(760.0)


def test_a_problem_that_contradicts_itself_is_refused():
    problem = read_problem({"budget": {"total": 1}, "channels": {"cinema": {"min": 1}}})
    with pytest.raises(InvalidProblem):
        score(problem, sums(5), CURRENT, CURRENT)
