"""Simulated worlds: reproducible, true to their own arithmetic, equal to the model's equations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.equations import mean as equations
from mmm.simulate.truth import LAGS, Truth, geometric_adstock
from mmm.simulate.worlds import World, make_world
from mmm.spec.model import parse_spec
from mmm.types import Array

EXACT = 1e-9  # two ways to sum a few hundred float64 numbers


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3)


@pytest.fixture(scope="module")
def panel_world() -> World:
    return make_world(weeks=60, seed=4, geos=3)


def test_the_same_seed_gives_the_same_world() -> None:
    pd.testing.assert_frame_equal(make_world(seed=5).frame, make_world(seed=5).frame)
    assert not make_world(seed=5).frame.equals(make_world(seed=6).frame)


def test_the_table_and_its_spec_pass_the_checks(world: World, panel_world: World) -> None:
    for case, geos in ((world, 1), (panel_world, 3)):
        panel = build_panel(case.frame, parse_spec(case.spec))
        assert panel.array("spend").shape == (len(panel.weeks), geos, 6)
        assert all(week.weekday() == 0 for week in panel.weeks)


def test_the_new_channel_has_ten_weeks_of_history(world: World) -> None:
    spend = world.frame["new_video"].to_numpy()
    assert np.all(spend[:-10] == 0)
    assert np.all(spend[-10:] > 0)


def test_media_carry_about_a_quarter_of_sales(world: World) -> None:
    share = sum(world.truth.contribution.values()) / world.frame["sales"].sum()
    assert 0.22 < share < 0.32


def test_adstock_equals_its_definition_and_loses_nothing() -> None:
    rng = np.random.default_rng(0)
    x = np.append(rng.random(30), np.zeros(LAGS))[:, None]
    weights = 0.6 ** np.arange(LAGS)
    convolved = np.convolve(x[:, 0], weights / weights.sum())[: len(x)]
    np.testing.assert_allclose(geometric_adstock(x, 0.6)[:, 0], convolved, rtol=EXACT, atol=1e-12)
    assert geometric_adstock(x, 0.6).sum() == pytest.approx(x.sum(), rel=EXACT)


@pytest.mark.parametrize("name", ["world", "panel_world"])
def test_the_model_equations_give_the_same_mean(name: str, request: pytest.FixtureRequest) -> None:
    """Two independent writings of the model agree on the mean of every week and geo."""
    case: World = request.getfixturevalue(name)
    spec = parse_spec(case.spec)
    design = design_of(spec, build_panel(case.frame, spec))
    structure, scales = design.structure, design.scales
    parameters = _as_parameters(case.truth, scales.kpi_unit, float(scales.control_sd[0]))
    terms = equations.terms(parameters, design.inputs, structure, np)
    found = equations.mean(terms, structure, np) * scales.kpi_unit
    # population is rounded to whole people in the table, hence not EXACT
    np.testing.assert_allclose(found, case.truth.mean(case.truth.past), rtol=1e-6)


def _as_parameters(truth: Truth, unit: Array, control_sd: float) -> Mapping[str, Array]:
    """The truth in the model's scaled units."""
    size = float((unit / truth.weight).mean())
    season = np.concatenate(
        [truth.season * np.cos(truth.phase), truth.season * np.sin(truth.phase)]
    )
    return {
        "level": truth.level / unit,
        "trend": np.array([truth.trend / size]),
        "season": season / size,
        "shock": truth.past.shock / size,
        "beta": truth.beta / unit,
        "gamma": np.array([truth.gamma / size]),
        "adstock_alpha": np.append(truth.alpha, truth.rival_alpha),
        "saturation_half": truth.half,
        "saturation_slope": truth.slope,
        "saturation_rate": np.array([truth.rival_rate]),
        "elasticity": np.array(truth.elasticity),
        "cross_elasticity": np.array([truth.cross_elasticity]),
        "control_effect": np.array([truth.demand_effect / size * control_sd]),
    }


def test_a_channel_without_spend_costs_exactly_its_contribution_and_carry_out(world: World) -> None:
    truth = world.truth
    tail = truth.past.continued_by(np.zeros((LAGS - 1, 1, 6)))
    media = truth.factor(tail)[:, None, None] * truth.media(tail)
    for c, name in enumerate(truth.channels):
        assert -truth.do_spend(name, 0.0) == pytest.approx(media[:, :, c].sum(), rel=EXACT)
        assert truth.contribution[name] == pytest.approx(media[:156, :, c].sum(), rel=EXACT)


def test_roi_is_value_with_carry_out_over_spend(world: World) -> None:
    truth = world.truth
    spent = truth.past.spend[:, :, 2].sum()
    expected = -truth.do_spend("social", 0.0) * truth.value_per_unit / spent
    assert truth.roi["social"] == pytest.approx(expected, rel=EXACT)


def test_a_price_change_acts_by_its_elasticity(world: World) -> None:
    truth, past = world.truth, world.truth.past
    window = (past.weeks[20], past.weeks[30])
    inner = truth.mean(past)[:, 0] - truth.demand_effect * (past.demand - truth.demand_mean)
    expected = (1.1**truth.elasticity - 1.0) * inner[20:31].sum()
    assert truth.do_price(1.1, window) == pytest.approx(expected, rel=EXACT)


def test_a_rival_that_spends_more_takes_sales_also_after_the_window(world: World) -> None:
    truth, past = world.truth, world.truth.past
    last = past.weeks[-1]
    change = truth.do_rival_spend(2.0, (last, last))
    doubled = past.rival_spend.copy()
    doubled[-1] *= 2
    same_week = truth.mean(replace(past, rival_spend=doubled)).sum() - truth.mean(past).sum()
    assert change < same_week < 0.0


def test_the_outcome_of_a_plan_counts_carry_in_and_carry_out(world: World) -> None:
    """By a naive loop for one channel: every week's exposure reaches nine weeks ahead."""
    truth, past = world.truth, world.truth.past
    plan = np.zeros((3, 6))
    plan[:, 2] = 20_000.0
    weights = [truth.alpha[2] ** lag for lag in range(LAGS)]
    value = 0.0
    for week in range(len(past.weeks), len(past.weeks) + 3 + LAGS - 1):
        levels = []
        for spends in (plan[:, 2], np.zeros(3)):
            path = np.concatenate([past.spend[:, 0, 2], spends, np.zeros(LAGS)])
            reach = [weights[lag] * path[week - lag] for lag in range(LAGS)]
            x = sum(reach) / sum(weights) / truth.exposure[2, 0]
            levels.append(
                truth.beta[2, 0] / (1.0 + (truth.half[2] / x) ** truth.slope[2]) if x else 0.0
            )
        value += truth.value_per_unit * truth.factor(past)[-1] * (levels[0] - levels[1])
    assert truth.outcome(plan) == pytest.approx(value, rel=EXACT)


def test_the_outcome_of_no_plan_is_nothing_and_more_spend_earns_more(world: World) -> None:
    plan = np.full((13, 6), 5_000.0)
    assert world.truth.outcome(0.0 * plan) == 0.0
    assert 0.0 < world.truth.outcome(plan) < world.truth.outcome(2.0 * plan)


def test_weeks_are_seven_days_apart(world: World) -> None:
    weeks = world.truth.past.weeks
    assert {b - a for a, b in pairwise(weeks)} == {timedelta(days=7)}
