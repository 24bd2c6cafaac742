"""Counts whose noise remembers: the state in the past, after the data, and in a replica."""

import numpy as np
import pytest
from scipy import stats

from mmm.checks.residuals import mean_autocorrelation, normal_scores
from mmm.equations import mean as equations
from mmm.posterior.counts_memory import log_variance, new_paths, state_on_weeks, week_ahead
from mmm.posterior.evaluate import mean_by_geo
from mmm.simulate.replicas import replicas
from tests.mmm.fakes import RICH, fake_model

COUNTS = {
    **RICH,
    "kpi": {"column": "orders", "kind": "units", "likelihood": "negative_binomial"},
    "noise": {"kind": "ar1"},
}


@pytest.fixture(scope="module")
def model():
    return fake_model(COUNTS, geos=2, draws=400)


def test_the_prior_s_states_are_a_stationary_autoregression(model):
    """In s.d. of their own draw: unit variance in every week, correlation rho of neighbours."""
    p = model.posterior.draws
    scaled = p["noise_state"] / np.sqrt(log_variance(p))[:, None, None]
    n = scaled.shape[0] * scaled.shape[2]
    # the s.d. of a variance of n independent numbers is sqrt(2 / n); 4.5 of it
    for week in (0, 1, 30, 59):
        assert (scaled[:, week] ** 2).mean() == pytest.approx(1.0, abs=4.5 * np.sqrt(2 / n))
    fresh = scaled[:, 1:] - p["noise_rho"][:, None, None] * scaled[:, :-1]
    kept = 1.0 - p["noise_rho"][:, None, None] ** 2
    assert (fresh**2 / kept).mean() == pytest.approx(1.0, abs=4.5 * np.sqrt(2 / fresh.size))


def test_the_state_multiplies_the_mean_of_its_week(model):
    s, p = model.structure, model.posterior.draws
    without = equations.terms(dict(p), model.design.inputs, s, np)
    expected = equations.mean(without, s, np) * np.exp(p["noise_state"]) * model.scales.kpi_unit
    np.testing.assert_allclose(mean_by_geo(model, model.design.observed), expected, rtol=1e-12)


def test_weeks_after_the_data_forget_and_grow_uncertain():
    """The expectation is the mean over futures: E exp(a) = exp(rho^k a_T + variance / 2)."""
    n, rho, sd, last = 40_000, 0.7, 0.3, 0.4
    chunk = {
        "noise_state": np.full((n, 5, 1), last),
        "noise_rho": np.full(n, rho),
        "noise_sd": np.full(n, sd),
    }
    known = (np.arange(2), np.arange(3, 5))
    later = np.array([0, 0, 1, 2, 3])
    drawn = state_on_weeks(chunk, known, later, np.random.default_rng(0))[..., 0]
    (still,) = state_on_weeks({k: v[:1] for k, v in chunk.items()}, known, later, None)
    assert np.all(drawn[:, :2] == last)
    assert np.all(still[:2] == last)
    for week, ahead in ((2, 1), (3, 2), (4, 3)):
        variance = sd**2 * (1.0 - rho ** (2 * ahead)) / (1.0 - rho**2)
        assert still[week, 0] == pytest.approx(rho**ahead * last + variance / 2.0, rel=1e-12)
        # 4.5 standard errors of a mean and of a variance
        error = 4.5 * np.exp(drawn[:, week]).std() / np.sqrt(n)
        assert np.exp(drawn[:, week]).mean() == pytest.approx(np.exp(still[week, 0]), abs=error)
        assert drawn[:, week].var() == pytest.approx(variance, rel=4.5 * np.sqrt(2.0 / n))


def test_a_replica_has_the_memory_of_its_draw():
    model = fake_model(COUNTS, draws=600, seed=3)
    p = model.posterior.draws
    paths = new_paths(p, (600, 60, 1), np.random.default_rng(0))[..., 0]
    size = np.sqrt(log_variance(p))
    assert stats.kstest(paths[:, 40] / size, "norm").pvalue > 1e-3
    found = replicas(model, seed=2)
    apart = (found.kpi.mean((1, 2)) - found.expected.mean((1, 2))) / found.expected.mean((1, 2))
    assert abs(np.median(apart)) < 0.05


def test_each_week_is_judged_given_the_week_before():
    """Counts drawn from the model: scores of the week ahead are independent standard normal."""
    rng, weeks = np.random.default_rng(4), 4000
    rho, sd, size = 0.8, 0.2, 50.0
    state = np.zeros(weeks)
    for t in range(1, weeks):
        state[t] = rho * state[t - 1] + sd * rng.standard_normal()
    mean = 200.0 * np.exp(state)
    kpi = rng.poisson(mean * rng.gamma(size, 1.0 / size, weeks)).astype(float)
    n = 200
    p = {
        "noise_state": np.tile(state, (n, 1))[..., None],
        "noise_rho": np.full(n, rho),
        "noise_sd": np.full(n, sd),
    }
    _, drawn = week_ahead(p, np.tile(mean, (n, 1))[..., None], rng)
    predictive = rng.poisson(drawn * rng.gamma(size, 1.0 / size, drawn.shape)).astype(float)
    z = normal_scores(kpi[:, None], predictive)
    assert z.std() == pytest.approx(1.0, abs=0.06)
    kept = mean_autocorrelation(z / z.std(), 1)
    assert abs(kept.value) < 3.0 * kept.limit
