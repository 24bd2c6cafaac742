"""Beyond the region the form of the curves is uncertain: zero inside, wider with distance."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.plan.assumptions import NO_ASSUMPTIONS, Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import USUAL_GRANULARITY, Granularity
from mmm.plan.response import plan_response
from optimizer.problem import AllocationProblem
from optimizer.response import is_concave
from optimizer.search.case import Effort
from optimizer.solve.allocate import allocate
from tests.mmm.fakes import fake_model

EXPLORE = Assumptions(explore=True)
GRAINS = [
    USUAL_GRANULARITY,
    Granularity(weeks="even"),
    Granularity(geos="optimised"),
    Granularity(weeks="optimised"),
]


def responses(granularity=USUAL_GRANULARITY, draws=40, geos=2):
    model = fake_model(geos=geos, draws=draws)
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=6)
    return tuple(
        plan_response(model, horizon, assumed=assumed, granularity=granularity)
        for assumed in (NO_ASSUMPTIONS, EXPLORE)
    )


@pytest.mark.parametrize("granularity", GRAINS)
def test_inside_the_region_nothing_changes(granularity):
    fitted, exploring = responses(granularity)
    for share in (0.0, 0.3, 1.0):
        spend = share * fitted.region.cells
        for name in ("draws", "jacobian", "outcome", "total", "predictive"):
            same = getattr(fitted, name)(spend), getattr(exploring, name)(spend)
            np.testing.assert_array_equal(*same)


@pytest.mark.parametrize("granularity", GRAINS)
def test_beyond_it_response_rises_and_spreads_with_the_distance(granularity):
    fitted, exploring = responses(granularity)
    ladder = [times * fitted.region.cells for times in (1.0, 1.5, 2.0, 4.0, 8.0, 200.0)]
    values = np.array([exploring.draws(spend) for spend in ladder])
    assert (np.diff(values, axis=0) > 0.0).all()
    beyond = values - np.array([fitted.draws(spend) for spend in ladder])
    spread = beyond.std(axis=1)
    assert spread[0] == 0.0
    assert (np.diff(spread[:5]) > 0.0).all()
    again = responses(granularity)[1]
    np.testing.assert_array_equal(again.draws(ladder[3]), values[3])


@pytest.mark.parametrize("granularity", GRAINS)
def test_the_jacobian_is_the_derivative(granularity):
    exploring = responses(granularity)[1]
    spend = 3.1 * exploring.region.cells + 1.0
    slope = exploring.jacobian(spend)
    for cell in range(0, spend.size, 5):
        step = np.zeros(spend.size)
        step[cell] = 1e-4 * spend[cell]
        rise = (exploring.draws(spend + step) - exploring.draws(spend - step)) / (2 * step[cell])
        # A step's border within the difference makes a few draws deviate.
        close = np.isclose(slope[:, cell], rise, rtol=1e-3, atol=1e-9)
        assert close.mean() > 0.9


def test_tables_add_up_and_bound_every_slope():
    exploring = responses()[1]
    assert exploring.separable
    assert not is_concave(exploring)
    top = 6.0 * exploring.region.cells
    zero, total = exploring.draws(np.zeros(top.size)), np.zeros(exploring.n_draws)
    for cell, most in enumerate(top):
        levels = np.linspace(0.0, most, 9)
        values, _ = exploring.curve(cell, levels)
        total += values[:, -1]
        low, high = exploring.slope_range(cell, levels)
        fine = np.linspace(0.0, most, 161)
        slopes = exploring.curve(cell, fine)[1]
        for part in range(8):
            inside = slopes[:, 20 * part + 1 : 20 * part + 20]
            assert (inside >= low[:, part, None] * (1 - 1e-9)).all()
            assert (inside <= high[:, part, None] * (1 + 1e-9)).all()
    np.testing.assert_allclose(exploring.draws(top), zero + total, rtol=1e-9)


def test_outcomes_beyond_it_are_as_uncertain_as_the_gain():
    fitted, exploring = responses(geos=1)
    spend = 5.0 * fitted.region.cells
    change = exploring.outcome(spend) - fitted.outcome(spend)
    whole = exploring.kpi.draws(spend) - fitted.kpi.draws(spend)
    assert np.corrcoef(change, whole)[0, 1] > 0.95
    assert 0.3 * whole.std() < change.std() <= 1.1 * whole.std()


def test_caution_moves_money_back_inside():
    exploring = responses(geos=1, draws=100)[1]
    total = 3.0 * exploring.region.total
    beyond = []
    for aversion in (0.0, 1.0):
        objective = {"kind": "mean_cvar", "risk_aversion": aversion, "tail": 0.1}
        problem = AllocationProblem.model_validate(
            {"budget": {"max": total}, "objective": objective, "stay": False}
        )
        plan = allocate(problem, exploring, exploring.current, effort=Effort(prove=False)).spend
        beyond.append(np.maximum(plan - exploring.region.cells, 0.0).sum())
    assert beyond[1] < 0.9 * beyond[0]
