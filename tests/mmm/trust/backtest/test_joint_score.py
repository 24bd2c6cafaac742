"""The joint log score of a window against closed forms: AR(1), independent weeks, drawn states."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.errors import QueryError
from mmm.posterior.draws import Posterior
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.priors.sample import prior_draws
from mmm.trust.backtest.before import Ahead, ahead_of, design_before
from mmm.trust.backtest.joint_score import (
    STATES,
    joint_log_score,
    require_scored,
    score_of,
    window_log_density,
)
from tests.mmm.fakes import RICH, TINY, fake_model, panel_spec, table

KNOWN, AHEAD = 40, 8


def at_origin(document: dict, geos: int = 1) -> Ahead:
    """A model of prior draws on the weeks before the origin, with the weeks that came."""
    spec = panel_spec(document, geos)
    full = replace(fake_model(), design=design_of(spec, build_panel(table(60, geos), spec)))
    design = design_before(full, KNOWN)
    past = replace(full, design=design, posterior=Posterior(prior_draws(design, 25, 4)))
    return ahead_of(past, full, AHEAD)


def structural(past: FittedModel, ahead: Ahead) -> np.ndarray:
    """(draw, week) mean of the tiny model by hand: level and one linear channel."""
    p, scales = past.posterior.draws, past.scales
    spend = ahead.panel.array("spend")[..., 0, 0] / scales.exposure[0, 0]
    return np.asarray(scales.kpi * (p["level"][:, :1] + p["beta"][:, 0, :1] * spend))


@pytest.mark.parametrize("likelihood", ["normal", "lognormal"])
def test_autoregressive_noise_has_the_closed_form_of_a_multivariate_normal(likelihood) -> None:
    """p(window | past) = p(both) / p(past), both multivariate normal, mean over draws."""
    document = {**TINY, "noise": {"kind": "ar1"}}
    if likelihood == "lognormal":
        document |= {"kpi": {"column": "sales", "likelihood": "lognormal"}, "link": "log"}
    ahead = at_origin(document)
    past, kpi = ahead.past, ahead.panel.array("kpi")[:, 0]
    p = past.posterior.draws
    mean = structural(past, ahead)
    scale, jacobian = past.scales.kpi, 0.0
    if likelihood == "lognormal":
        mean, jacobian = np.log(scale) + mean / scale, -np.log(kpi[KNOWN:]).sum()
        kpi, scale = np.log(kpi), 1.0
    lag = np.abs(np.subtract.outer(np.arange(len(kpi)), np.arange(len(kpi))))
    by_hand = []
    for draw in range(past.posterior.n_draws):
        rho, sigma = p["noise_rho"][draw], p["sigma"][draw] * scale
        cov = sigma**2 * rho**lag / (1.0 - rho**2)
        both = stats.multivariate_normal(mean[draw], cov).logpdf(kpi)
        known = stats.multivariate_normal(mean[draw, :KNOWN], cov[:KNOWN, :KNOWN])
        by_hand.append(both - known.logpdf(kpi[:KNOWN]) + jacobian)
    found = joint_log_score(ahead, AHEAD)
    assert found.score == pytest.approx(logsumexp(by_hand) - np.log(len(by_hand)), rel=1e-9)


def test_independent_weeks_multiply() -> None:
    ahead = at_origin(TINY)
    kpi, mean = ahead.panel.array("kpi")[KNOWN:, 0], structural(ahead.past, ahead)[:, KNOWN:]
    sd = ahead.past.posterior.draws["sigma"][:, None] * ahead.past.scales.kpi
    by_hand = stats.norm(mean, sd).logpdf(kpi)[:, :3].sum(1)
    expected = logsumexp(by_hand) - np.log(len(by_hand))
    assert joint_log_score(ahead, 3).score == pytest.approx(expected, rel=1e-9)


def test_a_common_shock_is_drawn_ahead_for_every_draw() -> None:
    """Given draws, the weeks of a panel are normal with the shock's variance in all geos alike; the
    simulated mean over drawn shocks is within its standard error of that."""
    ahead = at_origin(TINY, geos=2)
    p, unit = ahead.past.posterior.draws, ahead.past.scales.kpi_unit
    few = replace(ahead.past, posterior=ahead.past.posterior.subset(np.arange(3).repeat(400)))
    simulated = window_log_density(replace(ahead, past=few))[:, :1]
    assert len(simulated) == 1200 * STATES
    spend = ahead.panel.array("spend")[KNOWN, :, 0] / ahead.past.scales.exposure[0]
    by_hand = []
    for draw in range(3):
        mean = unit * (p["level"][draw] + p["beta"][draw, 0] * spend)
        own = p["sigma"][draw] * unit * np.ones(2)
        cov = np.diag(own**2) + p["shock_sd"][draw] ** 2 * np.outer(unit, unit)
        by_hand.append(stats.multivariate_normal(mean, cov).logpdf(ahead.panel.array("kpi")[KNOWN]))
    found = score_of(simulated.sum(1))
    assert abs(found.score - (logsumexp(by_hand) - np.log(3))) < 4.0 * found.se + 1e-3


def test_a_baseline_that_walks_is_drawn_ahead() -> None:
    """Given a draw, the weeks of the window are normal, with the variance that the walk has built
    up since the data ended: sd^2 / (weeks - 1) a week, in the unit of the KPI."""
    ahead = at_origin({**TINY, "trend": {"kind": "random_walk"}})
    chosen = ahead.past.posterior.subset(np.zeros(1500, dtype=np.int_) + 7)
    past = replace(ahead.past, posterior=chosen)
    found = score_of(window_log_density(replace(ahead, past=past))[:, :3].sum(1))
    p, unit = past.posterior.draws, past.scales.kpi
    held = replace(past, design=past.design.on_panel(ahead.panel))
    mean = mean_by_geo(held, held.design.observed)[0, KNOWN : KNOWN + 3, 0]
    steps = np.arange(1, 4)
    grown = p["walk_sd"][0] ** 2 / (KNOWN - 1) * np.minimum.outer(steps, steps)
    cov = unit**2 * (p["sigma"][0] ** 2 * np.eye(3) + grown)
    exact = stats.multivariate_normal(mean, cov).logpdf(ahead.panel.array("kpi")[KNOWN:, 0][:3])
    assert abs(found.score - float(exact)) < 4.0 * found.se + 1e-3


def test_counts_that_remember_are_finite_and_drawn_ahead() -> None:
    kpi = {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}
    ahead = at_origin({**TINY, "kpi": kpi, "link": "log", "noise": {"kind": "ar1"}})
    assert "noise_state" in ahead.past.posterior.draws
    density = window_log_density(ahead)
    assert density.shape == (25 * STATES, AHEAD)
    assert np.isfinite(density).all()


def test_the_standard_error_is_that_of_repeated_simulation() -> None:
    rng = np.random.default_rng(0)
    density = rng.normal(0.0, 1.0, (400, 500))
    scores = [score_of(row) for row in density]
    spread = np.std([each.score for each in scores])
    assert np.mean([each.se for each in scores]) == pytest.approx(spread, rel=0.15)


def test_a_mediator_that_is_unknown_in_some_weeks_is_refused_by_name() -> None:
    document = {
        **RICH,
        "mediators": [{"name": "awareness", "column": "awareness", "parents": ["tv"]}],
    }
    with pytest.raises(QueryError, match="'awareness' is unknown in some weeks"):
        require_scored(fake_model(document))
