"""Conditions over more cells than SLSQP is asked for: a closed form, and no better plan between."""

import numpy as np
import pytest
from scipy.optimize import brentq

from optimizer import allocate, read_problem
from optimizer.risk.cvar import cvar
from optimizer.search.search import MANY_CELLS
from tests.optimizer.worlds import Cell, Sums

CELLS = 60


def many(seed: int = 1, draws: int = 150) -> Sums:
    rng = np.random.default_rng(seed)
    names = tuple(f"c{cell}" for cell in range(CELLS))
    spread = np.exp(rng.normal(0, rng.uniform(0.1, 0.5, CELLS), (draws, CELLS)))
    return Sums(
        names=names,
        height=rng.uniform(3, 9, CELLS) * spread,
        scale=rng.uniform(0.5, 4, CELLS),
        base=rng.normal(2000, 50, draws),
        noise=rng.normal(0, 60, draws),
        cells=tuple(map(Cell, names)),
        observed_max=np.full(CELLS, 4.0),
    )


def problem(current: np.ndarray, **fields: object) -> dict[str, object]:
    budget = {"max": 3.0 * float(current.sum())}
    return {"budget": budget, "objective": {"kind": "expected"}, "stay": False, **fields}


def test_a_least_return_over_many_cells_is_that_of_the_closed_form():
    """The slope of  (1 + m) height log(1 + b / scale) - (1 + m r) b  is 0; m makes the return r."""
    assert CELLS > MANY_CELLS
    response, current = many(), np.full(CELLS, 3.0)
    height, least = response.height.mean(axis=0), 2.4

    def plan(m: float) -> np.ndarray:
        return np.asarray(np.maximum(height * (1 + m) / (1 + m * least) - response.scale, 0.0))

    def surplus(m: float) -> float:
        spend = plan(m)
        return float(response.draws(spend).mean() / spend.sum() - least)

    assert surplus(0.0) < 0.0
    wanted = plan(brentq(surplus, 0.0, 50.0))
    condition = {"kind": "roi", "min": least}
    answer = allocate(read_problem(problem(current, conditions=[condition])), response, current)
    gain = float(response.draws(wanted).mean() - wanted.sum())
    assert answer.conditions[0].met
    assert answer.risk.value == pytest.approx(gain, rel=2e-4)


def test_a_floor_for_the_worst_draws_leaves_no_better_plan_between_the_two_best():
    response, current = many(2), np.full(CELLS, 3.0)

    def worst(spend: np.ndarray) -> float:
        return cvar(response.draws(spend) - spend.sum(), 0.1).value

    def mean(spend: np.ndarray) -> float:
        return float(response.draws(spend).mean() - spend.sum())

    bold = allocate(read_problem(problem(current)), response, current).spend
    objective = {"kind": "cvar", "tail": 0.1}
    shy = allocate(read_problem(problem(current, objective=objective)), response, current).spend
    floor = 0.7 * worst(shy) + 0.3 * worst(bold)
    condition = {"kind": "cvar", "risk_on": "gain", "tail": 0.1, "min": floor}
    answer = allocate(read_problem(problem(current, conditions=[condition])), response, current)
    assert answer.conditions[0].met
    between = [bold + share * (shy - bold) for share in np.linspace(0.0, 1.0, 101)]
    allowed = [mean(plan) for plan in between if worst(plan) >= floor]
    assert allowed
    assert answer.risk.value >= max(allowed) - 1e-6 * abs(max(allowed))
    assert answer.risk.value <= mean(bold) + 1e-6 * abs(mean(bold))
