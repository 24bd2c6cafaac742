"""Hundreds of cells: a closed form, another solver, small problems solved both ways, honest bounds.

The work is counted in calls of the response, which no slow machine changes.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, minimize

from optimizer import allocate, read_problem
from optimizer.allocation import Allocation, CertificateKind, Status
from optimizer.constraints.projection import Projection
from optimizer.response import FloatArray, Response
from optimizer.search.quasi_newton import Descent, descend
from optimizer.solve.allocate import case_of
from tests.optimizer.weekly_curves import weekly_response

CAUTIOUS = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}


@dataclass(frozen=True, eq=False)
class Hills:
    """response_s(b) = sum_c height_sc b / (half_sc + b): concave; it does not add up by `curve`."""

    names: tuple[str, ...]
    height: FloatArray
    half: FloatArray
    concave: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        return (self.height * spend / (self.half + spend)).sum(axis=1)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.height * self.half / (self.half + spend) ** 2


def hills(seed: int, cells: int, draws: int) -> Hills:
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.1, 0.8, cells)
    height = rng.uniform(300, 1500, cells) * np.exp(rng.normal(0, spread, (draws, cells)))
    half = rng.uniform(100, 800, cells) * np.exp(rng.normal(0, 0.2, (draws, cells)))
    return Hills(tuple(f"c{k}" for k in range(cells)), height, half)


def plan_of(response: Response, cells: int, **rest: object) -> Allocation:
    document = {"budget": {"total": 75.0 * cells}, "objective": CAUTIOUS, "stay": False, **rest}
    return allocate(read_problem(document), response, np.full(cells, 75.0))


def proved(answer: Allocation) -> tuple[float, float]:
    """The upper bound and the gap of a global certificate."""
    certificate = answer.certificate
    assert certificate.kind is CertificateKind.GLOBAL
    assert certificate.upper_bound is not None
    assert certificate.gap is not None
    return certificate.upper_bound, certificate.gap


@dataclass(frozen=True, eq=False)
class Roots:
    """response_s(b) = sum_c height_c sqrt(b_c), the same in every draw."""

    names: tuple[str, ...]
    height: FloatArray
    concave: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        return np.full(3, self.height @ np.sqrt(spend))

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return np.tile(0.5 * self.height / np.sqrt(np.maximum(spend, 1e-12)), (3, 1))


def test_square_roots_under_one_budget_are_shared_by_their_squares():
    cells, height = 300, np.random.default_rng(0).uniform(5, 50, 300)
    answer = plan_of(Roots(tuple(f"c{k}" for k in range(cells)), height), cells)
    # height / (2 sqrt b) is the same everywhere: b is in proportion to height squared.
    exact = 75.0 * cells * height**2 / (height**2).sum()
    best = float(height @ np.sqrt(exact)) - 75.0 * cells
    assert answer.risk.value == pytest.approx(best, rel=1e-4)
    np.testing.assert_allclose(answer.spend, exact, rtol=0.05)
    assert best <= proved(answer)[0] <= best + 1e-3 * abs(best)


def test_the_bound_of_nearly_a_thousand_cells_is_close_after_a_few_gradients():
    answer = plan_of(hills(1, 936, 250), 936)
    assert answer.status is Status.OPTIMAL
    assert proved(answer)[1] <= 1e-3
    assert answer.statistics.gradients <= 60
    assert answer.statistics.evaluations <= 120
    assert answer.spend.sum() == pytest.approx(75.0 * 936, rel=1e-6)


def test_a_total_that_loses_everywhere_is_spent_as_well_as_can_be():
    """Heavy tails and a cost above every slope: cells want less than the total."""
    response = hills(2, 300, 200)
    tail = np.exp(np.random.default_rng(3).normal(0, 1.5, (200, 1)))
    heavy = Hills(response.names, 0.01 * response.height * tail, response.half)
    answer = plan_of(heavy, 300)
    assert answer.risk.value < 0.0
    assert proved(answer)[1] <= 2e-3


def test_another_solver_finds_nothing_better():
    cells, response = 80, hills(3, 80, 60)
    answer = plan_of(response, cells)
    weight = 75.0 * cells

    def loss(spend: FloatArray) -> float:  # softly rounded, so that the other solver converges
        gain = np.sort(response.draws(spend) - weight)
        return -float(0.5 * gain.mean() + 0.5 * gain[:6].mean())

    def slope(spend: FloatArray) -> FloatArray:
        worst = np.argsort(response.draws(spend))[:6]
        jacobian = response.jacobian(spend)
        return -np.asarray(0.5 * jacobian.mean(axis=0) + 0.5 * jacobian[worst].mean(axis=0))

    other = minimize(
        loss,
        np.full(cells, 75.0),
        jac=slope,
        method="SLSQP",
        bounds=Bounds(0.0, weight),
        constraints=LinearConstraint(np.ones((1, cells)), weight, weight),
        options={"maxiter": 150},
    )
    assert answer.risk.value >= -other.fun - 2e-4 * abs(other.fun)
    assert proved(answer)[0] >= -other.fun


@given(seed=st.integers(0, 1_000), cells=st.integers(2, 8))
@settings(max_examples=15, deadline=None)
def test_few_cells_give_the_same_plan_by_both_climbs(seed: int, cells: int):
    response, total = hills(seed, cells, 50), 300.0 * cells
    groups = [{"channels": ["c0", "c1"], "max_share": 0.4}] if cells > 2 else []
    document = {"budget": {"total": total}, "groups": groups, "stay": False}
    problem, current = read_problem(document), np.full(cells, 300.0)
    exact = allocate(problem, response, current)
    case = case_of(problem, response, current)
    plans, gain = case.search.feasible, case.search.gain
    start = plans.nearest_point(plans.coordinates(current))
    end = descend(
        Descent(
            loss=lambda x: -float(gain.draws(plans.spend(x)).mean()) / total,
            slope=lambda x: (
                -gain.slope(plans.spend(x)).mean(axis=0)[plans.free] * plans.scale / total
            ),
            project=Projection.of(plans).nearest,
            extreme=plans.extreme_point,
            is_over=lambda: False,
        ),
        start,
        1e-6,
        200,
    )
    assert end.settled
    assert plans.violation(end.x) <= 1e-8
    value = float(gain.draws(plans.spend(end.x)).mean())
    assert value == pytest.approx(exact.risk.value, rel=1e-5, abs=1e-4 * total)


def test_many_s_shaped_cells_have_a_bound_that_no_plan_passes():
    cells = 60
    response = weekly_response(5, cells, 60, 3, label=tuple(f"c{k}" for k in range(cells)))
    answer = plan_of(response, cells)
    bound, gap = proved(answer)
    assert gap <= 0.05
    assert answer.statistics.gradients <= 600
    problem = read_problem({"budget": {"total": 75.0 * cells}, "objective": CAUTIOUS})
    measure = case_of(problem, response, np.full(cells, 75.0)).search.measure
    rng = np.random.default_rng(0)
    for share in (0.05, 0.2, 1.0):
        for plan in 75.0 * cells * rng.dirichlet(np.full(cells, share), 30):
            reached = measure.value(response.draws(plan) - plan.sum())
            assert reached <= bound + 1e-9
            assert reached <= answer.risk.value + 1e-9
