"""Contributions, what-ifs and plan response on draws whose answers can be derived."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from mmm.attribution.contributions import contribution_draws, contributions
from mmm.attribution.response_curves import response_curves
from mmm.attribution.returns import return_draws
from mmm.counterfactual.answer import answer
from mmm.counterfactual.future import extend_timeline
from mmm.counterfactual.question import Counterfactual
from mmm.counterfactual.reference import reference_plan
from mmm.errors import QueryError
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity, phasing_shares
from mmm.plan.response import plan_response
from mmm.posterior.evaluate import mean_by_geo, outcome
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.model.test_graph_and_arrays import MEDIATED

BASELINE = {**RICH, "price": {"column": "price", "acts_on": "baseline"}}
PLAIN = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 7.0},
    "date": "week",
    "channels": ["tv_spend", "search_spend", "radio_spend", "mail_spend"],
    "trend": {"kind": "none"},
}
REVENUE = {**RICH, "kpi": {"column": "sales", "kind": "revenue"}}


def ask(model, **fields):
    weeks = model.panel.weeks
    window = {"start": weeks[30], "end": weeks[40]}
    return answer(model, Counterfactual.model_validate({"window": window, **fields}))


@pytest.mark.parametrize(
    "document", [RICH, BASELINE, REVENUE, PLAIN], ids=["all", "baseline", "revenue", "plain"]
)
@pytest.mark.parametrize("geos", [1, 3])
@pytest.mark.parametrize("by", ["total", "week", "geo"])
def test_rows_add_up_to_the_fitted_mean(document, geos, by):
    model = fake_model(document, geos=geos)
    rows = contribution_draws(model, by)
    assert len(contributions(model, by).components) == rows.shape[1] * rows.shape[2]
    mean = mean_by_geo(model, model.design.observed)
    axes = {"total": (1, 2), "week": (2,), "geo": (1,)}[by]
    expected = mean.sum(axes).reshape(rows.shape[0], -1)
    without_interaction = rows[:, :-1].sum(1)
    np.testing.assert_allclose(without_interaction, expected, rtol=1e-9)
    assert np.all(rows[:, -1] == 0.0), "an additive model leaves nothing over"


@pytest.mark.parametrize("document", [RICH, BASELINE], ids=["all", "baseline"])
def test_a_channel_row_is_its_do_zero_contrast(document):
    model = fake_model(document)
    world = model.design.observed
    without = world.spend.copy()
    without[..., 1] = 0.0
    contrast = outcome(model, world) - outcome(model, replace(world, spend=without))
    rows = {row.name: row for row in contributions(model).components}
    assert rows["search"].contribution.mean == pytest.approx(contrast.sum(1).mean(), rel=1e-9)


@pytest.mark.parametrize("document", [RICH, PLAIN], ids=["all", "plain"])
def test_roi_counts_carry_out_and_marginal_is_its_derivative(document):
    model = fake_model(document)
    roi, marginal = return_draws(model)
    spend = model.panel.array("spend").sum((0, 1))

    def earned(scale: float) -> np.ndarray:
        longer = _with_tail(model)
        changed = longer.spend.copy()
        changed[..., 0] *= scale
        nothing = longer.spend.copy()
        nothing[..., 0] = 0.0
        high = outcome(model, replace(longer, spend=changed)).sum(1)
        return 7.0 * (high - outcome(model, replace(longer, spend=nothing)).sum(1))

    np.testing.assert_allclose(roi[:, 0], earned(1.0) / spend[0], rtol=1e-9)
    slope = (earned(1.0 + 1e-5) - earned(1.0 - 1e-5)) / 2e-5
    # central difference: h^2 and cancellation in sums of order 1e4
    np.testing.assert_allclose(marginal[:, 0], slope / spend[0], rtol=1e-5, atol=1e-7)


def test_effect_counts_the_tail_and_in_window_does_not():
    found = ask(fake_model(), do=[{"variable": "tv", "scale": 0.0}])
    assert found.effect.mean < found.effect_in_window.mean < 0.0
    assert found.effect.probability_positive is None
    total = sum(week.effect.mean for week in found.by_week)
    assert total == pytest.approx(found.effect.mean, rel=1e-9)


def test_paths_and_remainder_add_up():
    do = [
        {"variable": "tv", "scale": 2.0},
        {"variable": "price", "scale": 1.1},
        {"variable": "rival.spend", "add": 5.0},
    ]
    found = ask(fake_model(), do=do)
    assert [row.path[0] for row in found.by_path] == ["tv", "price", "rival.spend", "interaction"]
    assert sum(row.effect.mean for row in found.by_path) == pytest.approx(found.effect.mean)
    assert abs(found.by_path[-1].effect.mean) > 0.0, "price multiplies media"


def test_counterfactual_keeps_the_realised_noise():
    model = fake_model()
    found = ask(model, kind="counterfactual", do=[{"variable": "price", "scale": 0.9}])
    seen = model.panel.array("kpi")[30:41].sum()
    assert found.baseline.p5 == pytest.approx(seen)
    assert found.baseline.p95 == pytest.approx(seen)
    plain = ask(model, do=[{"variable": "price", "scale": 0.9}])
    assert found.effect.mean == pytest.approx(plain.effect.mean)


def test_forecast_adds_noise_to_outcomes_and_none_to_the_effect():
    model = fake_model()
    do = [{"variable": "price", "scale": 0.9}]
    noisy, plain = ask(model, kind="forecast", do=do), ask(model, do=do)
    assert noisy.baseline != plain.baseline
    assert noisy.effect == plain.effect


def test_future_defaults_are_told_and_can_be_given():
    model = fake_model()
    end = model.panel.weeks[-1] + timedelta(weeks=4)
    window = {"start": model.panel.weeks[-1] + timedelta(weeks=1), "end": end}
    do = [{"variable": "tv", "scale": 0.0}]
    told = ask(model, window=window, do=do)
    last = model.panel.weeks[-1]
    assert f"after {last}, held at the last value: price, rival.price, rival.spend" in told.warnings
    prices = {"price": [10.0] * 4, "tv": [0.0] * 4}
    given = ask(model, window=window, do=do, future=prices)
    assert given.effect.mean == 0.0
    assert f"after {last}, held at the last value: rival.price, rival.spend" in given.warnings


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"do": [{"variable": "tvv", "scale": 0}]}, "/do/0/variable", "'tvv' is not a variable"),
        ({"do": [{"variable": "price", "set": 0}]}, "/do/0", "price would be 0"),
        ({"do": [{"variable": "tv", "set": -3}]}, "/do/0", "tv would be -3"),
        (
            {"do": [{"variable": "tv", "scale": 0, "start": "2022-01-10", "end": "2022-01-17"}]},
            "/do/0",
            "2022-01-10 to 2022-01-17 is not within",
        ),
        (
            {"window": {"start": "2022-08-02", "end": "2022-08-08"}},
            "/window/start",
            "2022-08-02 is not the start of a week",
        ),
        ({"window": {"start": "2021-01-04", "end": "2022-08-08"}}, "/window/start", "before"),
        ({"window": {"start": "2022-08-01", "end": "2032-08-02"}}, "/window/end", "two years"),
        ({"future": {"price": [9.0]}}, "/future", "ends within the data"),
        (
            {"window": {"start": "2023-02-27", "end": "2023-03-06"}, "future": {"price": [9, 0]}},
            "/future/price",
            "price would be 0",
        ),
        (
            {"window": {"start": "2023-01-02", "end": "2023-04-03"}, "future": {"price": [9.0]}},
            "/future/price",
            "1 values for 6 future weeks",
        ),
    ],
)
def test_bad_questions_name_field_and_number(fields, pointer, words):
    question = {"do": [{"variable": "tv", "scale": 0.0}], **fields}
    with pytest.raises(QueryError) as caught:
        ask(fake_model(), **question)
    issue = caught.value.issues[0]
    assert issue.pointer == pointer
    assert words in issue.detail


def test_a_mediator_s_future_is_not_given_but_follows():
    model = fake_model(MEDIATED, draws=2)
    window = {"start": model.panel.weeks[-1], "end": model.panel.weeks[-1] + timedelta(weeks=1)}
    do = [{"variable": "tv", "scale": 0.0}]
    with pytest.raises(QueryError, match="follows from its own equation"):
        ask(model, window=window, do=do, future={"queries": [200.0]})
    told = ask(model, window=window, do=do).warnings
    assert f"after {model.panel.weeks[-1]}, taken as absent: promo" in told


@pytest.mark.parametrize("document", [RICH, BASELINE, PLAIN], ids=["all", "baseline", "plain"])
@pytest.mark.parametrize("geos", [1, 3])
def test_plan_response_equals_full_evaluation(document, geos):
    model = fake_model(document, geos=geos)
    response = _response(model)
    spend = response.current * np.array([1.3, 0.2, 0.0, 2.0])
    first = response.world.index(response.horizon[0])
    planned = response.world.spend.copy()
    planned[first : first + 8] = response.plan(spend)
    full = outcome(model, replace(response.world, spend=planned)) - outcome(model, response.world)
    np.testing.assert_allclose(response.draws(spend), 7.0 * full.sum(1), rtol=1e-9)


def test_plan_jacobian_equals_finite_differences():
    response = _response(fake_model(geos=2))
    spend = response.current * 1.2
    exact = response.jacobian(spend)
    for channel in range(len(response.names)):
        step = np.zeros_like(spend)
        step[channel] = 1e-5 * spend[channel]
        change = response.draws(spend + step) - response.draws(spend - step)
        slope = change / (2.0 * step[channel])
        # central differences: error of order h^2 relative, cancellation of order 1e-10
        np.testing.assert_allclose(exact[:, channel], slope, rtol=2e-5, atol=1e-7)


def test_history_carries_into_the_horizon():
    model = fake_model()
    response = _response(model)
    assert np.all(response.draws(np.zeros(4)) == 0.0)
    pressed = response.world.spend.copy()
    pressed[: len(model.panel.weeks)] *= 50.0
    first = response.world.index(response.horizon[0])
    planned = pressed.copy()
    planned[first : first + 8] = response.plan(response.current)
    busy = outcome(model, replace(response.world, spend=planned)) - outcome(
        model, replace(response.world, spend=pressed)
    )
    fresh = response.draws(response.current) / 7.0
    assert busy.sum(1).mean() != pytest.approx(fresh.mean(), rel=1e-3)


@pytest.mark.parametrize("phasing", ["historic", "even"])
def test_phasing_shares_add_up_to_one(phasing):
    model = fake_model(geos=3)
    shares = phasing_shares(model, reference_plan(model, 8).spend, Granularity(phasing))
    np.testing.assert_allclose(shares.sum((0, 1)), 1.0, rtol=1e-12)


def test_horizon_must_follow_the_data():
    model = fake_model()
    with pytest.raises(QueryError, match="must start the week after the data, 2023-02-27"):
        plan_response(model, Horizon(start=model.panel.weeks[-1], weeks=8))


def test_curves_start_at_zero_and_grow():
    for channel in response_curves(fake_model(geos=2)).channels:
        means = [point.contribution.mean for point in channel.points]
        assert means[0] == 0.0
        assert np.all(np.diff(means) > 0.0)
        assert channel.points[-1].spend == pytest.approx(2.0 * channel.observed_max)


def _response(model):
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return plan_response(model, Horizon(start=start, weeks=8))


def _with_tail(model):
    """The observed weeks and enough weeks without spend for every carryover to end."""
    return extend_timeline(model, model.panel.weeks[-1], model.structure.max_lag, {}, None)[0]
