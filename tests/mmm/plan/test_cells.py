"""Geos and weeks as decisions: the response of a cell plan is that of the whole model."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from mmm.errors import QueryError
from mmm.plan.cells import MAX_CELLS
from mmm.plan.curves import PlanCurves
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import outcome
from tests.mmm.counterfactual.test_answer import BASELINE, PLAIN
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.model.test_graph_and_arrays import MEDIATED

WEEKS = 4
GRAINS = [("historic", "optimised"), ("optimised", "usual"), ("optimised", "optimised")]
LOG = {**PLAIN, "link": "log"}


def response_of(model, **phasing):
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return plan_response(
        model, Horizon(start=start, weeks=WEEKS), granularity=Granularity(**phasing)
    )


def some_spend(response, seed=0):
    factor = np.random.default_rng(seed).uniform(0.2, 2.0, len(response.names))
    return response.current * factor


@pytest.mark.parametrize(("phasing", "geo_split"), GRAINS)
@pytest.mark.parametrize(
    "document", [RICH, BASELINE, MEDIATED, LOG], ids=["all", "baseline", "mediated", "log"]
)
def test_cells_earn_what_the_whole_model_says(document, phasing, geo_split):
    model = fake_model(document, geos=3, draws=12)
    response = response_of(model, weeks=phasing, geos=geo_split)
    spend = some_spend(response)
    first = response.world.index(response.horizon[0])
    planned = response.world.spend.copy()
    planned[first : first + WEEKS] = response.plan(spend)
    full = outcome(model, replace(response.world, spend=planned)) - outcome(model, response.world)
    kpi = response.kpi.draws(spend)
    np.testing.assert_allclose(kpi, full[:, first:].sum(1), rtol=1e-8)


@pytest.mark.parametrize(
    "document", [RICH, BASELINE, MEDIATED], ids=["all", "baseline", "mediated"]
)
def test_weeks_of_equal_exposure_are_one_and_earn_the_same(document):
    """Evenly spent, those between the last carry-in and the end of the horizon."""
    weeks = 20
    model = fake_model(document, geos=3, draws=12)
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    response = plan_response(
        model, Horizon(start=start, weeks=weeks), granularity=Granularity("even")
    )
    every = len(response.world.weeks) - response.world.index(start)
    for curve in response.curves:
        assert isinstance(curve, PlanCurves)
        assert curve.weight.shape == curve.unit.shape
        assert curve.unit.shape[-2] <= every - (weeks - model.structure.max_lag - 1)
    spend = some_spend(response)
    planned = response.world.spend.copy()
    first = response.world.index(start)
    planned[first : first + weeks] = response.plan(spend)
    full = outcome(model, replace(response.world, spend=planned)) - outcome(model, response.world)
    np.testing.assert_allclose(response.kpi.draws(spend), full[:, first:].sum(1), rtol=1e-8)


@pytest.mark.parametrize(("phasing", "geo_split"), GRAINS)
@pytest.mark.parametrize("document", [RICH, LOG], ids=["curves", "log"])
def test_slopes_of_cells_equal_finite_differences(document, phasing, geo_split):
    response = response_of(fake_model(document, geos=2, draws=6), weeks=phasing, geos=geo_split)
    spend = some_spend(response) + 1.0
    exact = response.jacobian(spend)
    for cell in range(0, len(response.names), 3):
        step = np.zeros_like(spend)
        step[cell] = 1e-5 * spend[cell]
        change = response.draws(spend + step) - response.draws(spend - step)
        # central differences: error of order h^2 relative, cancellation of order 1e-9
        np.testing.assert_allclose(exact[:, cell], change / (2 * step[cell]), rtol=5e-5, atol=1e-6)


@pytest.mark.parametrize(("phasing", "geo_split"), GRAINS)
def test_the_usual_plan_is_the_same_however_it_is_cut(phasing, geo_split):
    model = fake_model(geos=3, draws=5)
    coarse = response_of(model)
    fine = response_of(model, weeks=phasing, geos=geo_split)
    np.testing.assert_allclose(fine.by_channel(fine.current), coarse.current, rtol=1e-12)
    if (phasing, geo_split) != ("optimised", "usual"):  # there geos share each week alike
        np.testing.assert_allclose(fine.plan(fine.current), coarse.plan(coarse.current), rtol=1e-9)
        np.testing.assert_allclose(
            fine.draws(fine.current), coarse.draws(coarse.current), rtol=1e-9
        )


def test_curves_of_geo_cells_add_up():
    response = response_of(fake_model(geos=3, draws=7), geos="optimised")
    assert response.separable
    spend = some_spend(response)
    summed = sum(response.curve(i, spend[i : i + 1])[0][:, 0] for i in range(len(spend)))
    np.testing.assert_allclose(summed, response.draws(spend), rtol=1e-9)
    low, high = response.slope_range(4, np.array([0.0, 5.0, 20.0]))
    _, slopes = response.curve(4, np.array([1.0, 4.0, 6.0, 19.0]))
    assert np.all(slopes[:, :2] <= high[:, :1] * (1 + 1e-12))
    assert np.all(slopes[:, 2:] >= low[:, 1:] * (1 - 1e-12))


def test_a_given_profile_is_not_decided_again():
    profile = {"tv": [1.0, 2.0, 0.0, 1.0]}
    response = response_of(fake_model(geos=2, draws=3), weeks="optimised", profile=profile)
    weeks = {cell.week for cell in response.cells if cell.channel == "tv"}
    assert weeks == {None}
    assert not response.separable
    tv = [cell.name for cell in response.cells].index("tv")
    spend = np.zeros(len(response.names))
    spend[tv] = 40.0
    planned = response.plan(spend)[..., response.channels.index("tv")].sum(1)
    np.testing.assert_allclose(planned, [10.0, 20.0, 0.0, 10.0], rtol=1e-12)


def test_a_given_split_keeps_its_geos_and_the_weeks():
    model = fake_model(geos=2, draws=3)
    usual = response_of(model, geos="optimised")
    response = response_of(model, geos="optimised", split={"tv": {"r0": 3.0, "r1": 1.0}})
    assert {cell.geo for cell in response.cells if cell.channel == "tv"} == {None}
    at, tv = response.channels.index("tv"), response.names.index("tv")
    spend = np.zeros(len(response.names))
    spend[tv] = 40.0
    planned = response.plan(spend)[..., at]
    np.testing.assert_allclose(planned.sum(0), [30.0, 10.0], rtol=1e-12)
    weeks = usual.plan(usual.current)[..., at].sum(1)
    np.testing.assert_allclose(planned.sum(1), 40.0 * weeks / weeks.sum(), rtol=1e-12)


@pytest.mark.parametrize(
    ("split", "code"),
    [
        ({"cinema": {"r0": 1.0, "r1": 1.0}}, "unknown_channel"),
        ({"tv": {"r0": 1.0, "nowhere": 1.0}}, "unknown_geo"),
        ({"tv": {"r0": 1.0}}, "missing_geo"),
        ({"tv": {"r0": 0.0, "r1": 0.0}}, "no_split"),
    ],
)
def test_a_wrong_split_is_refused(split, code):
    with pytest.raises(QueryError) as caught:
        response_of(fake_model(geos=2, draws=2), split=split)
    (issue,) = caught.value.issues
    assert issue.code == code
    assert issue.pointer.startswith("/phasing/split/")


def test_too_many_cells_are_refused_with_their_number():
    model = fake_model(geos=5, draws=2)
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    horizon = Horizon(start=start, weeks=52)
    with pytest.raises(QueryError) as caught:
        plan_response(model, horizon, granularity=Granularity("optimised", "optimised"))
    issue = caught.value.issues[0]
    assert issue.code == "too_many_cells"
    assert f"{5 * 52 * 4}" in issue.detail
    assert f"at most {MAX_CELLS}" in issue.detail
