"""Objectives on the total count the horizon alone, whatever a plan brings after it."""

from dataclasses import dataclass

import numpy as np
import pytest

from optimizer import Allocation, allocate, read_problem
from optimizer.problem.objective import TargetProbability, measured_quantity
from optimizer.response import FloatArray, Response
from optimizer.solve.score import score
from tests.optimizer.worlds import Sums, sums

CURRENT = np.array([300.0, 500.0])


class Growing(Sums):
    """Noise that grows with the outcome."""

    def predictive(self, spend: FloatArray, seed: int) -> FloatArray:
        total = self.total(spend)
        return total + total / 2000.0 * np.roll(self.noise, seed)


@dataclass(frozen=True, eq=False)
class Late:
    """A response of which the second cell brings as much again after the horizon."""

    within_horizon: Sums
    concave: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return self.within_horizon.names

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.within_horizon.draws(spend) + self.within_horizon.curve(1, spend[1:])[0][:, 0]

    def jacobian(self, spend: FloatArray) -> FloatArray:
        slope = self.within_horizon.jacobian(spend)
        return np.column_stack([slope[:, 0], 2.0 * slope[:, 1]])

    def total(self, spend: FloatArray) -> FloatArray:
        return self.within_horizon.total(spend)

    def predictive(self, spend: FloatArray, seed: int) -> FloatArray:
        return self.within_horizon.predictive(spend, seed)


def solve(objective: dict[str, object], response: Response, **fields: object) -> Allocation:
    document = {"budget": {"total": 800}, "objective": objective, "stay": False, **fields}
    return allocate(read_problem(document), response, CURRENT)


@pytest.mark.parametrize("kind", ["expected", "mean_cvar", "kl_robust", "piecewise_loss"])
def test_the_plan_is_that_of_the_response_within_the_horizon(kind):
    inner = sums(5)
    objective = {"kind": kind, "risk_on": "total"}
    if kind == "piecewise_loss":
        objective |= {"points": [2500.0], "slopes": [3.0, 1.0]}
    late, own = solve(objective, Late(inner)), solve(objective, inner)
    np.testing.assert_allclose(late.spend, own.spend, rtol=1e-3)
    assert late.risk.value == pytest.approx(own.risk.value, rel=1e-6)
    bound = late.certificate.upper_bound
    assert bound is not None
    assert bound == pytest.approx(own.risk.value, rel=1e-3)


def test_gains_are_told_with_what_comes_after_the_horizon():
    response = Late(sums(5))
    answer = solve({"kind": "expected", "risk_on": "total"}, response)
    np.testing.assert_allclose(answer.gain, response.draws(answer.spend) - 800)
    np.testing.assert_allclose(answer.response, response.draws(answer.spend))
    before = response.draws(CURRENT) - CURRENT.sum()
    np.testing.assert_allclose(answer.versus_current.difference, answer.gain - before)
    np.testing.assert_allclose(
        answer.marginal_response, response.jacobian(answer.spend).mean(0), rtol=1e-9
    )


def test_regret_counts_the_gain():
    response = Late(sums(5))
    total = solve({"kind": "regret", "risk_on": "total"}, response)
    gain = solve({"kind": "regret", "risk_on": "gain"}, response)
    np.testing.assert_allclose(total.spend, gain.spend)


@pytest.mark.parametrize("margin", [None, 0.5])
def test_a_target_is_judged_with_the_noise_of_the_plan(margin):
    """In currency too: the total that the margin leaves, less spend."""
    response = Late(Growing(**vars(sums(5))))
    on = {"on": "kpi"} if margin is None else {"on": "profit", "margin": margin}

    def exact(plan: FloatArray, target: float) -> float:
        total = response.predictive(plan, 0)
        worth = total if margin is None else margin * total - plan.sum()
        return float((worth >= target).mean())

    target = 3000.0 if margin is None else 0.5 * 3000.0 - 800.0
    objective = {"kind": "target_probability", "target": target, **on}
    answer = solve(objective, response)
    assert answer.risk.value == pytest.approx(exact(answer.spend, target), abs=1e-12)
    random = 800.0 * np.random.default_rng(2).dirichlet(np.ones(2), 200)
    assert answer.risk.value >= max(exact(plan, target) for plan in random) - 2 / 300
    problem = read_problem({"budget": {"total": 800}, "objective": objective})
    scored = score(problem, response, CURRENT, CURRENT).allocation
    assert scored.risk.value == pytest.approx(exact(CURRENT, target), abs=1e-12)


def test_the_default_of_a_target_is_the_kpi():
    assert TargetProbability(target=1.0).on == "kpi"
    assert measured_quantity(TargetProbability(target=1.0)).startswith("KPI, noise included")
