"""An index of demand: how much of it is noise, and what that means for the effects beside it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import multivariate_normal

from mmm.causal.explain_graph import explain_graph
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.evidence.index_noise import MEMORIES, RELIABILITIES, IndexNoise, index_noise, noise_of
from mmm.evidence.judge import with_evidence
from mmm.posterior.fitted import FittedModel
from mmm.types import Array
from tests.mmm.fakes import RICH, fake_model, panel_spec, table

SPEC = {**RICH, "controls": [], "demand": {"kind": "series", "column": "demand"}}


def signal(seed: int, weeks: int, memory: float) -> Array:
    """(week,) an AR(1) series of variance one."""
    rng = np.random.default_rng([seed, 77])
    drawn: Array = rng.standard_normal(weeks)
    for week in range(1, weeks):
        drawn[week] = memory * drawn[week - 1] + np.sqrt(1.0 - memory**2) * drawn[week]
    return drawn


def index(seed: int, weeks: int, memory: float, reliability: float) -> Array:
    """(week, 1) an index of this reliability."""
    noise = np.random.default_rng([seed, 78]).standard_normal(weeks)
    clean = signal(seed, weeks, memory)
    return np.asarray(np.sqrt(reliability) * clean + np.sqrt(1.0 - reliability) * noise)[:, None]


def date(weeks: int) -> Array:
    """(column, week) a trend and two yearly harmonics."""
    angle = 2.0 * np.pi * np.arange(weeks) / 52.18
    waves = [wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]
    return np.vstack([np.linspace(-0.5, 0.5, weeks), *waves])


def noise(values: Array, functions: Array | None = None) -> IndexNoise:
    found = noise_of(values, date(len(values)) if functions is None else functions, "queries")
    assert found is not None
    return found


def test_reliability_is_that_of_the_densities_written_out() -> None:
    """The largest density of the index beside trend and season, over the same grid, by scipy."""
    values = index(3, 80, 0.9, 0.6)
    beside = null_space(np.vstack([np.ones(80), date(80)]))
    z = beside.T @ values[:, 0]
    lags = np.abs(np.subtract.outer(np.arange(80), np.arange(80)))
    best = (-np.inf, 0.0)
    for memory in MEMORIES:
        shape = beside.T @ memory**lags @ beside
        shape /= np.trace(shape) / len(z)
        for reliability in RELIABILITIES:
            cov = reliability * shape + (1.0 - reliability) * np.eye(len(z))
            cov *= float(z @ np.linalg.solve(cov, z)) / len(z)
            best = max(best, (float(multivariate_normal(cov=cov).logpdf(z)), float(reliability)))
    assert noise(values).reliability == pytest.approx(best[1])


def test_a_long_index_has_the_reliability_of_its_autocovariances() -> None:
    """var s = c1^2 / c2 for AR(1) and white noise; both estimates have an s.d. of about .05."""
    values = index(1, 400, 0.9, 0.6)
    left = values[:, 0] - values.mean()
    c0, c1, c2 = (float(left[: 400 - lag] @ left[lag:]) / 400 for lag in range(3))
    found = noise(values, np.zeros((1, 400)))
    assert found.reliability == pytest.approx(c1**2 / c2 / c0, abs=0.15)
    assert found.reliability == pytest.approx(0.6, abs=0.15)


def test_units_trend_and_season_change_nothing() -> None:
    values = index(5, 104, 0.9, 0.7)
    moved = 50.0 + 8.0 * values + (np.array([30.0, 5.0, -3.0, 2.0, 1.0]) @ date(104))[:, None]
    assert noise(moved) == noise(values)


def test_geos_with_one_index_count_once_and_others_add_up() -> None:
    values = index(6, 104, 0.9, 0.7)
    model = with_index(np.repeat(values, 3, axis=1))
    alone = index_noise(with_index(values))
    assert index_noise(model) == alone
    apart = np.hstack([index(seed, 104, 0.9, 0.7) for seed in (11, 12, 13)])
    found = noise(apart)
    assert found.too_noisy(0.01)
    assert found.reliability == pytest.approx(0.7, abs=0.15)


def test_an_index_without_noise_is_called_noisy_in_about_one_of_a_hundred() -> None:
    """More than three of forty have a chance below 1e-3."""
    clean = [signal(seed, 104, (0.3, 0.6, 0.8, 0.95)[seed % 4])[:, None] for seed in range(40)]
    assert sum(noise(each).too_noisy(0.01) for each in clean) <= 3


def test_an_index_of_which_two_fifths_are_noise_is_found_in_three_years() -> None:
    """About 80 of 100 are, so fewer than 8 of 15 have a chance below 1 %."""
    noisy = [index(seed, 156, 0.9, 0.6) for seed in range(15)]
    assert sum(noise(each).too_noisy(0.01) for each in noisy) >= 8


def with_index(values: Array) -> FittedModel:
    """A fake model whose demand series is ``values (week, geo)``."""
    weeks, geos = values.shape
    spec = panel_spec(SPEC, geos)
    frame = table(weeks, geos)
    frame["demand"] = values.T.ravel()
    model = fake_model(SPEC, weeks=weeks, geos=geos)
    return replace(model, design=design_of(spec, build_panel(frame, spec)))


def test_without_an_index_or_with_too_few_weeks_nothing_is_said() -> None:
    assert index_noise(fake_model()) is None
    assert noise_of(index(1, 50, 0.9, 0.6), np.zeros((1, 50)), "queries") is None
    assert noise_of(date(104)[:1].T, date(104), "queries") is None


def test_effects_beside_a_noisy_index_are_assumed_in_the_record_and_in_the_graph() -> None:
    model = with_evidence(with_index(index(2, 156, 0.95, 0.5)))
    evidence = model.evidence
    assert evidence is not None
    sentence = evidence.noisy_index
    assert sentence is not None
    assert sentence.startswith("The index demand is too noisy to close demand")
    assert sentence in model.notes
    assert {each.status for each in evidence.levers} == {"assumed"}
    assert all(each.status_reason == sentence for each in evidence.levers)
    assert any(each.confounder_to_zero is not None for each in evidence.levers)
    for item in explain_graph(model).effects:
        assert (item.total.status, item.direct.status) == ("assumed", "assumed")
        assert item.total.reason == sentence


def test_effects_beside_a_clean_index_stay_identified() -> None:
    model = with_evidence(with_index(signal(2, 156, 0.95)[:, None]))
    assert model.evidence is not None
    assert model.evidence.noisy_index is None
    assert {each.status for each in model.evidence.levers} == {"identified"}
    assert {item.total.status for item in explain_graph(model).effects} == {"identified"}
