"""A mixture of models: a copy changes nothing, weights are shares of draws, other data are told."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.counterfactual.question import Intervention
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.mixture import mix_scenarios
from mmm.plan.model_mix import PlanOfMix, differences, draws_in_mix, mix_models
from mmm.plan.response import plan_response
from mmm.posterior.fitted import FittedModel
from tests.mmm.fakes import RICH, fake_model

LEVELS = np.array([0.0, 10.0, 400.0])
ASKED = (
    lambda r, b: r.draws(b),
    lambda r, b: r.jacobian(b),
    lambda r, b: r.outcome(b),
    lambda r, b: r.total(b),
    lambda r, b: r.inside(b),
    lambda r, _: r.curve(1, LEVELS)[0],
    lambda r, _: r.slope_range(1, LEVELS)[1],
    lambda r, b: r.kpi.draws(b),
    lambda r, b: r.continuing(b).draws(b),
)


def horizon_of(model: FittedModel) -> Horizon:
    return Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=6)


def respond(model: FittedModel):
    return plan_response(model, horizon_of(model))


@pytest.fixture(scope="module")
def model() -> FittedModel:
    return fake_model(draws=40)


@pytest.fixture(scope="module")
def other(model: FittedModel) -> FittedModel:
    """A model of the same data that believes something else."""
    return replace(model, posterior=fake_model(draws=100, seed=5).posterior)


def test_a_mixture_of_a_model_with_itself_is_the_model(model):
    alone, mixed = respond(model), mix_models([model, model, model], [0.5, 0.2, 0.3], respond)
    assert isinstance(mixed, PlanOfMix)
    assert mixed.n_draws == 40
    for ask in ASKED:
        same = ask(alone, 1.3 * alone.current)
        # Sums over fewer draws at once are rounded otherwise.
        np.testing.assert_allclose(ask(mixed, 1.3 * alone.current), same, rtol=1e-12, atol=1e-9)


def test_a_model_with_all_the_weight_is_the_answer(model, other):
    mixed = mix_models([model, other], [1.0, 0.0], respond)
    spend = 0.7 * mixed.current
    np.testing.assert_array_equal(mixed.draws(spend), respond(model).draws(spend))
    np.testing.assert_array_equal(mixed.predictive(spend, 3), respond(model).predictive(spend, 3))


def test_every_draw_is_one_of_its_model(model, other):
    mixed = mix_models([model, other], [0.25, 0.75], respond)
    assert isinstance(mixed, PlanOfMix)
    spend = 1.3 * mixed.current
    values, own = mixed.draws(spend), [respond(each).draws(spend) for each in (model, other)]
    assert mixed.n_draws == 100
    for draws, known, size in zip(mixed.draws_of, own, (25, 75), strict=True):
        assert abs(draws.size - size) <= 1
        assert np.isclose(values[draws][:, None], known, rtol=1e-12).any(1).all()
        assert np.unique(values[draws]).size == draws.size
    noisy = mixed.predictive(spend, 1)
    assert noisy.shape == values.shape
    np.testing.assert_array_equal(noisy, mixed.predictive(spend, 1))
    assert not np.array_equal(noisy, mixed.predictive(spend, 2))


def test_scenarios_of_the_world_are_told_over_all_models(model, other):
    worlds: tuple[list[Intervention], ...] = ([], [Intervention(variable="rival.spend", scale=2.0)])

    def scenarios(each: FittedModel):
        def one(part: FittedModel, k: int):
            return plan_response(part, horizon_of(part), assumed=Assumptions(worlds[k]))

        return mix_scenarios(each, [0.6, 0.4], one)

    mixed = mix_models([model, other], [0.5, 0.5], scenarios)
    assert isinstance(mixed, PlanOfMix)
    assert sorted(np.concatenate(mixed.by_scenario).tolist()) == list(range(mixed.n_draws))
    assert mixed.by_scenario[0].size == pytest.approx(0.6 * mixed.n_draws, abs=2)
    one = mix_models([model, other], [0.5, 0.5], respond)
    assert isinstance(one, PlanOfMix)
    assert one.by_scenario == ()


@given(
    st.lists(st.tuples(st.floats(0.05, 1.0), st.integers(20, 400)), min_size=2, max_size=6),
)
def test_weights_are_shares_of_the_draws(models):
    raw, sizes = zip(*models, strict=True)
    weights = [each / sum(raw) for each in raw]
    found = draws_in_mix(weights, sizes)
    total = sum(places.size for places, _ in found)
    assert total <= max(sizes)
    assert sorted(np.concatenate([places for places, _ in found])) == list(range(total))
    for weight, size, (places, own) in zip(weights, sizes, found, strict=True):
        assert abs(places.size - weight * total) <= 3
        assert 0 <= own.min() <= own.max() < size
        # A share may be larger than the model by the few draws of rounding, no more.
        assert np.unique(own).size >= own.size - 3


def test_models_of_other_data_are_told_by_name(model):
    def codes(other: FittedModel) -> list[str]:
        return [issue.code for issue in differences(model, other, "/mix/1/model_id")]

    assert codes(fake_model(draws=9, seed=0)) == []
    assert codes(fake_model({**RICH, "trend": {"kind": "smooth"}}, draws=9)) == []
    fewer = {**RICH, "channels": RICH["channels"][:-1]}
    assert codes(fake_model(fewer, draws=9)) == ["other_channels"]
    assert codes(fake_model(weeks=61, draws=9)) == ["other_weeks"]
    assert codes(fake_model(geos=2, draws=9)) == ["other_geos"]
    assert set(codes(fake_model(seed=1, draws=9))) == {"other_data"}
    dearer = {**RICH, "kpi": {**RICH["kpi"], "value_per_unit": 8.0}}
    assert codes(fake_model(dearer, draws=9)) == ["other_value"]
