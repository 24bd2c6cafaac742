"""Marginal figures and shadow prices are finite, and those of a finite difference to 2 %."""

from dataclasses import dataclass

import numpy as np
import pytest

from optimizer import Allocation, allocate, read_problem
from optimizer.problem.objective import Cvar, Entropic, Expected, MeanCvar, Objective
from optimizer.response import FloatArray
from optimizer.risk import MeasureContext, measure_of
from tests.optimizer.fakes import Hill, names

CURRENT = np.array([300.0, 250.0, 250.0, 0.0])
OBJECTIVES = (Expected(), MeanCvar(), Cvar(tail=0.2), Entropic(risk_aversion=2.0, scale=800.0))


@dataclass(frozen=True, eq=False)
class Steep(Hill):
    """Hill curves with a power of 0.7: the slope at zero is infinite, here that at next to it."""

    weights: FloatArray
    concave: bool = True

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return super().jacobian(np.maximum(spend, 1e-12))


def steep(seed: int) -> Steep:
    rng = np.random.default_rng(seed)
    height = rng.uniform(600, 1500, 4) * np.exp(rng.normal(0, 0.4, (300, 4)))
    half, weights = rng.uniform(100, 500, 4), rng.dirichlet(np.full(300, 3.0))
    return Steep(names(4), height, half, np.full(4, 0.7), weights)


def measured(response: Steep, objective: Objective, spend: FloatArray) -> float:
    context = MeasureContext(scale=800.0, probabilities=response.weights)
    return measure_of(objective, context).value(response.draws(spend) - spend.sum())


def solve(seed: int, objective: Objective, total: float, **channels: dict) -> Allocation:
    problem = read_problem(
        {
            "budget": {"total": total},
            "objective": objective.model_dump(),
            "channels": channels,
            "stay": False,
        }
    )
    return allocate(problem, steep(seed), CURRENT)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.kind)
@pytest.mark.parametrize("seed", range(3))
def test_marginal_figures_are_those_of_a_finite_difference(seed: int, objective: Objective):
    response = steep(seed)
    answer = solve(seed, objective, 800.0, tv={"fixed": 0.0}, social={"max": 0.5})
    assert answer.spend[0] == 0.0
    for cell in range(4):
        at_zero = cell in (0, 3)  # tv, and social with at most 0.5: below the step
        step = (3.0 if cell == 0 else 8.0) if at_zero else 0.5
        up, down = answer.spend.copy(), answer.spend.copy()
        up[cell] += step
        down[cell] -= 0.0 if at_zero else step
        width = up[cell] - down[cell]
        rise = measured(response, objective, up) - measured(response, objective, down)
        assert answer.marginal[cell] == pytest.approx(rise / width, rel=0.02, abs=2e-3)
        mean = response.weights @ (response.draws(up) - response.draws(down)) / width
        assert answer.marginal_response[cell] == pytest.approx(mean, rel=0.02)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.kind)
@pytest.mark.parametrize("seed", range(3))
def test_the_price_of_the_budget_is_what_more_budget_earns(seed: int, objective: Objective):
    limits = {"tv": {"fixed": 0.0}, "social": {"max": 30.0}}
    answer = solve(seed, objective, 800.0, **limits)
    less, more = (solve(seed, objective, total, **limits) for total in (796.0, 804.0))
    earned = (more.risk.value - less.risk.value) / 8.0
    prices = {item.pointer: item.shadow_price for item in answer.binding}
    assert prices["/budget/total"] == pytest.approx(earned, rel=0.02, abs=2e-3)
    wider = solve(seed, objective, 800.0, tv={"fixed": 3.0}, social={"max": 30.0})
    worth = (wider.risk.value - answer.risk.value) / 3.0
    assert prices["/channels/tv/fixed"] == pytest.approx(worth, rel=0.02, abs=2e-3)
    capped = solve(seed, objective, 800.0, tv={"fixed": 0.0}, social={"max": 30.3})
    worth = (capped.risk.value - answer.risk.value) / 0.3
    assert prices["/channels/social/max"] == pytest.approx(worth, rel=0.02, abs=5e-3)
