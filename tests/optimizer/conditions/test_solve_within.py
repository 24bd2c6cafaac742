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
    (result,) = answer.conditions
    assert (result.kind, result.pointer, result.met) == ("target", "/conditions/0", True)
    assert result.reached == probability(response, answer.spend, 3200)
    assert result.reached >= 0.8
    assert result.slack == result.reached - 0.8


def test_an_unreachable_target_gives_the_plan_that_comes_closest():
    response = sums(5)
    sure = max(probability(response, plan, 4000) for plan in random_plans(800))
    kpi = 4000 if sure < 0.8 else 6200
    answer = solve(response, target={"kpi": kpi, "probability": 0.99})
    assert answer.status is Status.CONDITION_UNMET
    (result,) = answer.conditions
    assert not result.met
    assert result.slack < 0
    best = max(probability(response, plan, kpi) for plan in random_plans(800))
    assert result.reached >= best - 1 / 300


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
    (result,) = answer.conditions
    assert (result.kind, result.met) == ("not_worse", True)
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


def met_by_hand(response: Sums, spend: FloatArray, current: FloatArray) -> list[bool]:
    """A return of 1.9, a CVaR over the current plan of at least -60, 70 % of draws not worse."""
    gain = response.draws(spend) - spend.sum()
    change = gain - (response.draws(current) - current.sum())
    worst = np.sort(change)[: round(0.1 * change.size)].mean()
    return [
        bool(response.draws(spend).mean() >= 1.9 * spend.sum() * (1 - 1e-9)),
        bool(worst >= -60.0 - 1e-9),
        bool((change >= 0).mean() >= 0.7 - 1e-12),
    ]


SEVERAL = [
    {"kind": "roi", "min": 1.9},
    {"kind": "cvar", "min": -60.0, "tail": 0.1},
    {"kind": "not_worse", "probability": 0.7},
]


def test_several_conditions_hold_together():
    response, current = sums(6, draws=300), np.array([400.0, 100.0])
    answer = solve(
        response,
        current,
        budget={"max": 3000},
        objective={"kind": "expected"},
        conditions=SEVERAL,
    )
    assert answer.status is Status.FEASIBLE
    assert [result.kind for result in answer.conditions] == ["roi", "cvar", "not_worse"]
    assert all(result.met and result.slack >= -1e-9 for result in answer.conditions)
    assert met_by_hand(response, answer.spend, current) == [True, True, True]
    kept = [
        total * np.array([share, 1 - share])
        for total in np.linspace(50, 3000, 60)
        for share in np.linspace(0, 1, 21)
    ]
    kept = [plan for plan in kept if all(met_by_hand(response, plan, current))]
    best = max(float(response.draws(plan).mean() - plan.sum()) for plan in kept)
    assert answer.risk.mean >= best - 1e-6 * abs(best)


def test_single_fields_are_read_as_entries_of_the_list():
    single = {"target": {"kpi": 10, "probability": 0.5}, "worse_than_current": {"probability": 0.2},
              "min_roi": 1.5}  # fmt: skip
    listed = [
        {"kind": "target", "kpi": 10, "probability": 0.5},
        {"kind": "not_worse", "probability": 0.8},
        {"kind": "roi", "min": 1.5},
    ]
    budget = {"budget": {"total": 800}}
    assert read_problem({**budget, **single}) == read_problem({**budget, "conditions": listed})
    unset = dict.fromkeys(single)
    assert read_problem({**budget, **unset}) == read_problem(budget)


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        ({"kind": "target", "kpi": 1}, "/conditions/0/probability"),
        ({"kind": "not_worse", "probability": 0.0}, "/conditions/0/probability"),
        ({"kind": "roi", "min": -1.0}, "/conditions/0/min"),
        ({"kind": "luck"}, "/conditions/0"),
        ({"kind": "cvar", "min": 0, "tail": 1.5}, "/conditions/0/tail"),
    ],
)
def test_a_wrong_condition_is_refused_at_its_place(condition, pointer):
    with pytest.raises(InvalidProblem) as caught:
        solve(sums(5), conditions=[condition])
    assert caught.value.issues[0].pointer == pointer
