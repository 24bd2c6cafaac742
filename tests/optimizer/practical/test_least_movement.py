"""The least movement: against a linear program of its own, and another solver."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from optimizer import Allocation, allocate, read_problem
from optimizer.response import FloatArray
from tests.optimizer.fakes import log_response, names
from tests.optimizer.worlds import sums

CURRENT = np.array([300.0, 200.0, 350.0, 150.0])


def solve(response: Any, **fields: Any) -> Allocation:
    document = {"budget": {"total": 1000}, "objective": {"kind": "expected"}, "stay": False}
    return allocate(read_problem({**document, **fields}), response, CURRENT)


def mean_gain(response: Any, spend: np.ndarray) -> float:
    return float(response.draws(spend).mean() - spend.sum())


@dataclass(frozen=True, eq=False)
class Bends:
    """One draw, each channel a sum of pieces that bend once: slope, and the spend it ends at."""

    names: tuple[str, ...]
    first: FloatArray
    until: FloatArray
    later: FloatArray
    concave: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        early, late = np.minimum(spend, self.until), np.maximum(spend - self.until, 0.0)
        return np.array([float(self.first @ early + self.later @ late)])

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return np.where(spend < self.until, self.first, self.later)[None, :]


@pytest.mark.parametrize("tolerance", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_linear_program_of_its_own_moves_no_less(seed, tolerance):
    rng = np.random.default_rng(seed)
    response = Bends(
        names(4), rng.uniform(2.0, 4.0, 4), rng.uniform(150.0, 400.0, 4), rng.uniform(0.1, 1.5, 4)
    )
    best = solve(response)
    answer = solve(response, least_movement=tolerance)
    told = answer.adjustments.least_movement
    if told is None:
        assert mean_gain(response, CURRENT) == pytest.approx(best.risk.value)
        return
    base = mean_gain(response, CURRENT)
    floor = best.risk.value - tolerance * (best.risk.value - base)
    # Variables: early and late spend by channel, raises, cuts.
    eye = np.eye(4)
    program = linprog(
        np.concatenate([np.zeros(8), np.ones(8)]),
        A_ub=[-np.concatenate([response.first, response.later, np.zeros(8)])],
        b_ub=[-(floor + 1000.0)],
        A_eq=np.block(
            [
                [np.ones((1, 8)), np.zeros((1, 8))],
                [eye, eye, -eye, eye],
            ]
        ),
        b_eq=np.concatenate([[1000.0], CURRENT]),
        bounds=[*((0.0, until) for until in response.until), *((0.0, None) for _ in range(12))],
    )
    assert program.status == 0
    assert told.moved == pytest.approx(program.fun, abs=2e-4 * max(told.before, 1.0) + 1e-3)
    assert answer.risk.value >= floor - 1e-6 * abs(floor)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_another_solver_moves_no_less(seed):
    response = log_response(seed)
    best = solve(response)
    base = mean_gain(response, CURRENT)
    floor = best.risk.value - 0.05 * (best.risk.value - base)
    told = solve(response, least_movement=0.05).adjustments.least_movement
    assert told is not None
    assert told.bound is not None
    assert told.bound <= told.moved <= told.bound + 2e-4 * told.before
    start = np.concatenate(
        [np.maximum(best.spend - CURRENT, 0.0), np.maximum(CURRENT - best.spend, 0.0)]
    )

    def plan(x: np.ndarray) -> np.ndarray:
        return np.asarray(CURRENT + x[:4] - x[4:])

    keeps: Any = [
        {"type": "eq", "fun": lambda x: plan(x).sum() - 1000.0},
        {"type": "ineq", "fun": lambda x: mean_gain(response, plan(x)) - floor},
        {"type": "ineq", "fun": plan},
    ]
    fields: dict[str, Any] = {"constraints": keeps, "options": {"maxiter": 500, "ftol": 1e-9}}
    other = minimize(np.sum, start, method="SLSQP", bounds=[(0.0, np.inf)] * 8, **fields)
    assert other.success
    assert told.moved == pytest.approx(other.fun, rel=1e-3)


def test_limits_and_conditions_hold_with_little_movement():
    response = sums(5, cells=4)
    answer = solve(
        response,
        least_movement=0.2,
        channels={"tv": {"max": 250}},
        conditions=[{"kind": "cvar", "min": -20.0, "tail": 0.1}],
    )
    assert answer.spend[0] <= 250 + 1e-6
    assert answer.spend.sum() == pytest.approx(1000)
    assert all(result.met for result in answer.conditions)


def test_a_tolerance_of_nothing_gives_the_best_plan():
    response = log_response(1)
    best, answer = solve(response), solve(response, least_movement=0.0)
    assert answer.risk.value == pytest.approx(best.risk.value, rel=1e-6)
