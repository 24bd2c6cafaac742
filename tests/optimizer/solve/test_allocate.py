"""allocate: the answer's parts, its references, and the point of the product."""

import numpy as np
import pytest

from optimizer import Infeasible, InvalidProblem, Status, allocate, read_problem
from optimizer.allocation import CertificateKind
from optimizer.errors import InvalidResponse
from optimizer.problem.objective import MeanCvar
from optimizer.risk.measures import measure_of
from tests.optimizer.fakes import Fixed, Log, hill_response, log_response, names

CURRENT = np.array([400.0, 100.0, 300.0, 200.0])


def problem(budget=None, *, risk_aversion=0.5, on="value", **rest):
    objective = {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": 0.1, "on": on}
    return read_problem({"budget": budget or {"total": 1000}, "objective": objective, **rest})


def new_and_proven():
    """The new channel has the better mean and a wide posterior, the proven one a tight one."""
    rng = np.random.default_rng(11)
    new = 1300 * np.exp(rng.normal(-0.5 * 0.9**2, 0.9, 2000))
    proven = 1000 * np.exp(rng.normal(-0.5 * 0.05**2, 0.05, 2000))
    return Log(("new", "proven"), np.column_stack([new, proven]), np.full(2, 400.0))


def test_risk_aversion_moves_money_from_the_promising_to_the_proven():
    response = new_and_proven()
    assert response.height[:, 0].mean() > response.height[:, 1].mean()
    plans = [
        allocate(problem(risk_aversion=aversion), response, np.array([100.0, 900.0]))
        for aversion in (0.0, 0.5, 1.0)
    ]
    on_new = [plan.spend[0] for plan in plans]
    assert on_new[0] > 550
    assert on_new[0] > on_new[1] + 50 > on_new[2] + 100
    assert on_new[2] < 350
    means = [plan.risk.mean for plan in plans]
    tails = [plan.risk.cvar for plan in plans]
    assert means == sorted(means, reverse=True)
    assert tails == sorted(tails)


def test_the_parts_of_the_answer_agree_with_each_other():
    response = log_response(1)
    answer = allocate(problem(), response, CURRENT)
    assert answer.names == names(4)
    assert answer.spend.sum() == pytest.approx(1000, rel=1e-9)
    np.testing.assert_array_equal(answer.response, response.draws(answer.spend))
    np.testing.assert_allclose(answer.gain, answer.response - 1000, atol=1e-9)
    measure = measure_of(MeanCvar(risk_aversion=0.5, tail=0.1))
    assert answer.risk.value == measure.value(answer.gain)
    assert answer.risk.value == pytest.approx(0.5 * answer.risk.mean + 0.5 * answer.risk.cvar)
    assert answer.risk.probability_worse == (answer.versus_current.difference < 0).mean()
    slopes = response.jacobian(answer.spend).mean(axis=0)
    np.testing.assert_allclose(answer.marginal_response, slopes, atol=1e-9)


def test_on_kpi_there_is_no_cost():
    response = log_response(1)
    answer = allocate(problem(on="kpi"), response, CURRENT)
    np.testing.assert_array_equal(answer.gain, response.draws(answer.spend))
    np.testing.assert_array_equal(answer.gain, answer.response)


def test_draws_are_paired_with_the_references():
    response = log_response(2)
    answer = allocate(problem({"total": 2000}), response, CURRENT)
    now, scaled = answer.versus_current, answer.versus_proportional
    np.testing.assert_array_equal(now.spend, CURRENT)
    np.testing.assert_allclose(scaled.spend, 2 * CURRENT, rtol=1e-9)
    paired = answer.gain - (response.draws(CURRENT) - 1000)
    np.testing.assert_allclose(now.difference, paired, atol=1e-9)
    assert now.probability_better == (now.difference > 0).mean()
    assert (now.feasible, now.broken) == (False, ("the budget total of 2,000",))
    assert scaled.feasible
    assert scaled.value <= answer.risk.value


def test_where_nothing_is_spent_the_proportional_plan_is_equal_and_the_answer_says_so():
    answer = allocate(problem(), log_response(3), np.zeros(4))
    np.testing.assert_allclose(answer.versus_proportional.spend, np.full(4, 250.0))
    assert "equal split" in answer.warnings[0]
    assert allocate(problem(), log_response(3), CURRENT).warnings == ()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("aversion", [0.0, 1.0])
def test_no_feasible_reference_is_better(seed, aversion):
    answer = allocate(problem(risk_aversion=aversion), hill_response(seed), CURRENT)
    assert answer.risk.value >= answer.versus_current.value
    assert answer.risk.value >= answer.versus_proportional.value


def test_a_flat_response_keeps_the_plan_that_is_there():
    flat = Fixed(names(4), np.ones(50), np.zeros((50, 4)))
    answer = allocate(problem(on="kpi"), flat, CURRENT)
    assert answer.risk.value == pytest.approx(1.0)
    assert answer.spend.sum() == pytest.approx(1000)
    assert answer.versus_current.probability_better == 0.0


def test_a_most_permits_less():
    response = log_response(4)
    free = allocate(problem({"max": 1e5}), response, CURRENT)
    assert free.spend.sum() < 1e4
    np.testing.assert_allclose(free.marginal[free.spend > 1], 0, atol=1e-3)
    least = allocate(problem({"max": 1e5, "min": 5e4}), response, CURRENT)
    assert least.spend.sum() == pytest.approx(5e4, rel=1e-6)


def test_a_budget_of_zero_is_a_plan():
    answer = allocate(problem({"total": 0}), log_response(5), CURRENT)
    np.testing.assert_array_equal(answer.spend, np.zeros(4))
    assert answer.status is Status.OPTIMAL
    assert (answer.certificate.kind, answer.certificate.gap) == (CertificateKind.GLOBAL, 0.0)


def test_a_plan_without_choice_is_proved():
    channels = {name: {"fixed": 250} for name in names(4)}
    answer = allocate(problem(channels=channels), hill_response(1), CURRENT)
    np.testing.assert_array_equal(answer.spend, np.full(4, 250.0))
    assert answer.status is Status.OPTIMAL


def test_limits_that_leave_one_plan_are_met():
    groups = [{"channels": ["tv", "radio"], "min_share": 0.5, "max_share": 0.5}]
    channels = {"tv": {"max": 300}, "radio": {"max": 200}, "search": {"fixed": 100}}
    answer = allocate(problem(channels=channels, groups=groups), hill_response(2), CURRENT)
    np.testing.assert_allclose(answer.spend, [300, 200, 100, 400], rtol=1e-6)


def test_one_channel_alone():
    answer = allocate(problem(), log_response(6, cells=1), np.array([10.0]))
    np.testing.assert_allclose(answer.spend, [1000])


def test_equal_arguments_give_equal_plans():
    one, same, other = (
        allocate(problem(), hill_response(3), CURRENT, seed=seed) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(one.spend, same.spend)
    np.testing.assert_array_equal(one.versus_current.difference, same.versus_current.difference)
    assert one.certificate == same.certificate
    assert one.statistics.values == same.statistics.values
    assert one.statistics.values != other.statistics.values


def test_currency_of_any_size_gives_the_same_shares():
    small = log_response(7)
    large = Log(small.names, small.height * 1e6, small.scale * 1e6)
    one = allocate(problem(), small, CURRENT)
    other = allocate(problem({"total": 1e9}), large, CURRENT * 1e6)
    np.testing.assert_allclose(other.spend / 1e9, one.spend / 1e3, atol=1e-4)


def test_the_response_is_asked_sparingly():
    # 8 channels at 15 ms a point: 200 points are 3 s.
    spend = np.full(8, 100.0)
    for response in (hill_response(4, cells=8), log_response(4, cells=8, concave=False)):
        statistics = allocate(problem(), response, spend).statistics
        assert statistics.evaluations < 200
        assert statistics.gradients < 120
    proved = allocate(problem(), log_response(4, cells=8), spend).statistics
    assert (proved.starts, proved.evaluations < 80) == (1, True)


def test_refusals_come_before_any_evaluation():
    nothing = Fixed(names(4), np.array([np.nan]), np.array([[np.nan]]))
    with pytest.raises(InvalidProblem, match="no channel"):
        allocate(problem(channels={"cinema": {"min": 1}}), nothing, CURRENT)
    with pytest.raises(Infeasible, match="1,200, more than the budget total of 1,000"):
        allocate(problem(channels={"tv": {"min": 1200}}), nothing, CURRENT)


@pytest.mark.parametrize(
    ("draws", "jacobian", "words"),
    [
        (np.array([1.0, np.nan]), np.ones((2, 4)), "draws hold 1 values that are not finite"),
        (np.ones((2, 2)), np.ones((2, 4)), r"draws have shape \(2, 2\)"),
        (np.empty(0), np.ones((0, 4)), r"draws have shape \(0,\), expected \(1,\)"),
        (np.ones(2), np.ones((2, 3)), r"jacobian have shape \(2, 3\), expected \(2, 4\)"),
        (np.ones(2), np.full((2, 4), np.inf), "jacobian hold 8 values"),
    ],
)
def test_a_response_that_breaks_its_contract_is_refused(draws, jacobian, words):
    with pytest.raises(InvalidResponse, match=words):
        allocate(problem(), Fixed(names(4), draws, jacobian), CURRENT)
