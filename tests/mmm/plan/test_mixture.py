"""Plans under scenarios, and at another price: what they earn is what the whole model says."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from mmm.counterfactual.question import Intervention
from mmm.data.kpi_value import kpi_value
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.mixture import mix_scenarios, scenario_draws
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo
from tests.mmm.counterfactual.test_answer import BASELINE
from tests.mmm.fakes import RICH, fake_model

CHEAP = {**RICH, "price": {"column": "price", "unit_cost": 2.0}}
CHEAP_BASELINE = {**BASELINE, "price": {**BASELINE["price"], "unit_cost": 2.0}}


def horizon_of(model, weeks=6):
    return Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=weeks)


def units(document):
    """The specification with a kpi that has a price tag by its unit cost."""
    kpi = {k: v for k, v in document["kpi"].items() if k != "value_per_unit"}
    return {**document, "kpi": {**kpi, "kind": "units"}}


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.7, 0.2, 0.1], [0.999, 0.001]])
def test_every_draw_meets_one_scenario_as_often_as_its_probability_says(shares):
    met = scenario_draws(shares, 400)
    assert sorted(np.concatenate(met).tolist()) == list(range(400))
    for share, draws in zip(shares, met, strict=True):
        assert draws.size >= 1
        assert abs(draws.size - 400 * share) <= 2
        if share > 0.1:  # dealt evenly over the draws, not in a block
            assert abs((draws < 200).sum() - 200 * share) <= 3


def test_a_mixture_is_each_scenario_on_the_draws_that_meet_it():
    model = fake_model(geos=2, draws=40)
    horizon = horizon_of(model)
    assumed: tuple[list[Intervention], list[Intervention]] = (
        [],
        [
            Intervention(variable="rival.spend", scale=2.0),
            Intervention(variable="price", scale=1.1),
        ],
    )

    def respond(part, k):
        return plan_response(part, horizon, assumed=Assumptions(assumed[k]))

    mixed = mix_scenarios(model, [0.6, 0.4], respond)
    spend = 1.3 * mixed.current
    for k, met in enumerate(mixed.draws_of):
        alone = respond(model, k)
        np.testing.assert_allclose(mixed.draws(spend)[met], alone.draws(spend)[met], rtol=1e-12)
        np.testing.assert_allclose(
            mixed.jacobian(spend)[met], alone.jacobian(spend)[met], rtol=1e-12
        )
        np.testing.assert_allclose(mixed.outcome(spend)[met], alone.outcome(spend)[met], rtol=1e-12)
    summed = sum(mixed.curve(i, spend[i : i + 1])[0][:, 0] for i in range(spend.size))
    np.testing.assert_allclose(summed, mixed.draws(spend), rtol=1e-9)


@pytest.mark.parametrize("document", [CHEAP, CHEAP_BASELINE], ids=["all", "baseline"])
@pytest.mark.parametrize("price", [7.5, 9.0])
def test_another_price_earns_what_the_whole_model_says(document, price):
    model = fake_model(units(document), geos=2, draws=15)
    horizon = horizon_of(model)
    today, then = (
        plan_response(model, horizon, assumed=Assumptions(price=tag)) for tag in (None, price)
    )
    spend = 0.8 * today.current
    first = today.world.index(today.horizon[0])

    def profit(response, plan):
        planned = response.world.spend.copy()
        planned[first : first + horizon.weeks] = response.plan(plan)
        world = replace(response.world, spend=planned)
        worth = kpi_value(model.spec, world.price)
        return (mean_by_geo(model, world, None) * worth)[:, first:].sum((1, 2))

    expected = profit(then, spend) - profit(today, 0.0 * spend)
    np.testing.assert_allclose(then.draws(spend), expected, rtol=1e-8)
    assert np.abs(then.draws(0.0 * spend)).min() > 0.0


@pytest.mark.parametrize("document", [RICH, {**RICH, "link": "log"}], ids=["curves", "whole model"])
def test_what_comes_after_the_horizon_is_discounted(document):
    model = fake_model(document, draws=10)
    horizon = horizon_of(model, weeks=3)
    plain = plan_response(model, horizon)
    late = plan_response(model, horizon, discount_rate=0.5)
    first, spend = plain.world.index(plain.horizon[0]), 2.0 * plain.current
    planned = plain.world.spend.copy()
    planned[first : first + 3] = plain.plan(spend)
    gain = mean_by_geo(model, replace(plain.world, spend=planned), None) - mean_by_geo(
        model, plain.world, None
    )
    weekly = 7.0 * gain[:, first:].sum(-1)
    after = np.maximum(np.arange(weekly.shape[1]) - 2, 0)
    np.testing.assert_allclose(late.draws(spend), (weekly * 1.5 ** (-after / 52)).sum(1), rtol=1e-8)
    assert np.all(np.abs(late.draws(spend)) < np.abs(plain.draws(spend)))
