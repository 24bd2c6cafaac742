"""Where uncertainty comes from: exact noise, states, and what more data take away and what not."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.data.design import Design
from mmm.inference.fit import fit
from mmm.posterior.evaluate import with_noise
from mmm.posterior.trust.record import TrustRecord
from mmm.spec.sampling import SamplingSpec
from mmm.trust.part import Work
from mmm.trust.uncertainty import (
    PART,
    Mixture,
    UncertaintyOptions,
    _noise,
    forecast_draws,
    uncertainty_sources,
)
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.trust.worlds import found_by, spends, world

AR = {**RICH, "noise": {"kind": "ar1"}}
LOG = {**RICH, "kpi": {**RICH["kpi"], "likelihood": "lognormal"}}
COUNTS = {**RICH, "kpi": {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}}

WALK = {**RICH, "trend": {"kind": "random_walk"}}


@pytest.mark.parametrize("document", [RICH, AR, LOG, COUNTS, {**LOG, "noise": {"kind": "ar1"}}])
@pytest.mark.parametrize("geos", [1, 3])
def test_the_noise_of_a_total_has_the_variance_of_drawn_noise(document, geos: int) -> None:
    """One draw of the parameters, 20,000 of the noise: within four standard errors."""
    model = fake_model(document, geos=geos)
    p = model.posterior.dataset
    if "sigma" in p:
        # the tails of log-normal totals stay measurable
        p = p.assign(sigma=0.0 * p["sigma"] + 0.05)
    if "noise_rho" in p:
        p = p.assign(noise_rho=0.0 * p["noise_rho"] + 0.6)
    model = replace(model, posterior=replace(model.posterior, dataset=p))
    draws = 20_000
    one = replace(model, posterior=model.posterior.subset(np.zeros(draws, dtype=np.intp)))
    mean = np.full((draws, 6, geos), 90.0) + np.arange(float(geos))
    total = with_noise(one, mean, 4).sum((1, 2))
    assert total.var() == pytest.approx(_noise(one, mean)[0], rel=0.06)


def test_a_model_without_states_has_none_and_one_with_shocks_has_them() -> None:
    assert forecast_draws(fake_model(), 8, 0).expected.shape == (30, 1)
    found = uncertainty_sources(Mixture([fake_model(geos=3)]))
    assert found.forecast.variance.states > 0.0
    assert uncertainty_sources(Mixture([fake_model()])).forecast.variance.states == 0.0


@pytest.mark.parametrize("document", [{**COUNTS, "noise": {"kind": "ar1"}}, WALK])
def test_what_wanders_or_remembers_after_the_data_is_a_state(document) -> None:
    model = fake_model(document)
    split = uncertainty_sources(Mixture([model])).forecast.variance
    assert split.states > 0.0 or split.parameters == 0.0
    drawn = forecast_draws(model, 8, 0).expected
    assert (drawn.std(1) > 0.0).all()


def test_models_that_differ_add_structure_and_weights_count() -> None:
    """Between two models of one draw each variance is structure alone, w (1 - w) d^2."""
    first, second = fake_model(seed=1, draws=2), fake_model(seed=2, draws=2)
    pair = [
        replace(each, posterior=each.posterior.subset(np.array([0, 0]))) for each in (first, second)
    ]
    means = [forecast_draws(each, 13, 0).expected.mean() for each in pair]
    found = uncertainty_sources(Mixture(pair, [0.25, 0.75]))
    assert found.models == 2
    assert found.forecast.variance.parameters == pytest.approx(0.0, abs=1e-9)
    expected = 0.25 * 0.75 * (means[0] - means[1]) ** 2
    assert found.forecast.variance.structure == pytest.approx(expected, rel=1e-6)
    assert found.gain is not None
    assert found.gain.variance.noise == 0.0


def test_the_part_tells_the_forecast_and_the_plan() -> None:
    found = found_by(PART, Work(fake_model()), UncertaintyOptions(weeks=4))
    assert found.horizon_weeks == 4
    assert found.sentences[0].startswith("What is uncertain about the sales of the next 4 weeks")
    record = TrustRecord(uncertainty=found)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record


def straight(weeks: int) -> Design:
    spend = spends(5, weeks)
    return world({"tv": spend["tv"], "search": spend["search"]}, spend, 7)


@pytest.mark.slow
def test_parameters_get_certain_with_data_and_noise_does_not() -> None:
    """Four times the weeks leave a quarter of the parameters' variance, and all of the noise's."""
    sampling = SamplingSpec(draws=1000, tune=400, chains=2, seed=1)
    short, long = (
        uncertainty_sources(Mixture([fit(straight(weeks), sampling)])).forecast.variance
        for weeks in (100, 400)
    )
    assert short.parameters / long.parameters == pytest.approx(4.0, rel=0.45)
    assert long.noise == pytest.approx(short.noise, rel=0.35)


@pytest.mark.slow
def test_beyond_the_data_more_data_do_not_help() -> None:
    """A saturating channel, spend up to 2.5 times its usual week. Four times the weeks make the
    gain of a plan inside the data surer, and a plan at ten times the spend keeps a larger part of
    its variance."""
    rng, left = np.random.default_rng(3), {}
    for weeks in (100, 400):
        tv = 100.0 * rng.uniform(0.0, 2.5, weeks)
        spend = {"tv": tv, "search": spends(5, weeks)["search"]}
        effects = {"tv": 400.0 * tv / (tv + 300.0), "search": spend["search"]}
        curve = {"kind": "hill"}
        channels = [
            {"name": "tv", "column": "tv", "adstock": {"kind": "none"}, "saturation": curve},
            {"name": "search", "column": "search", "adstock": {"kind": "none"}},
        ]
        design = world(effects, spend, 7, channels=channels)
        model = fit(design, SamplingSpec(draws=600, tune=500, chains=2, seed=1))
        for name, size in (("inside", 0.2), ("beyond", 10.0)):
            plan = {"tv": 125.0 * 13 * size}
            found = uncertainty_sources(Mixture([model]), UncertaintyOptions(plan=plan))
            assert found.gain is not None
            left[weeks, name] = found.gain.variance.parameters
    kept = {name: left[400, name] / left[100, name] for name in ("inside", "beyond")}
    assert kept["inside"] < 0.5
    assert kept["beyond"] > 2.0 * kept["inside"]
