"""Stability of a refit: densities against their definition, causes on posteriors that are known."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from mmm.data.timeline import observed_variables
from mmm.posterior.draws import Posterior
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.predictive import predictive_draws
from mmm.refit.append_weeks import append_weeks
from mmm.refit.causes import importance_weights
from mmm.refit.quantities import quantities
from mmm.refit.stability import cut_to_first_weeks, expected_move, stability
from mmm.refit.weekly_density import weekly_log_density
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.refit.test_append_weeks import whole

NOISES = [
    ({}, lambda p, d, m, u: stats.norm.logpdf(m["kpi"], d, p["sigma"][:, None, None] * u)),
    (
        {"likelihood": "student_t"},
        lambda p, d, m, u: stats.t.logpdf(
            m["kpi"], p["nu"][:, None, None], d, p["sigma"][:, None, None] * u
        ),
    ),
]


@pytest.mark.parametrize(("kpi", "density"), NOISES)
def test_densities_are_those_of_the_likelihood(kpi, density) -> None:
    model = fake_model({**RICH, "kpi": {**RICH["kpi"], **kpi}}, geos=2)
    mean = mean_by_geo(model, model.design.observed)
    expected = density(
        model.posterior.draws, mean, {"kpi": model.panel.array("kpi")}, model.scales.kpi_unit
    )
    np.testing.assert_allclose(weekly_log_density(model), np.sum(expected, axis=-1), rtol=1e-9)


def test_counts_have_their_own_density() -> None:
    kpi = {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}
    model = fake_model({**RICH, "kpi": kpi})
    mean = mean_by_geo(model, model.design.observed)
    size = model.posterior.draws["dispersion"][:, None, None]
    expected = stats.nbinom.logpmf(model.panel.array("kpi"), size, size / (size + mean))
    np.testing.assert_allclose(weekly_log_density(model), np.sum(expected, axis=-1), rtol=1e-7)


def test_weeks_of_autoregressive_noise_multiply_to_the_joint_density() -> None:
    model = fake_model({**RICH, "noise": {"kind": "ar1"}}, draws=3)
    p, kpi = model.posterior.draws, model.panel.array("kpi")[:, 0]
    fixed = {k: v for k, v in model.posterior.dataset.items() if k != "noise_rho"}
    silent = xr.Dataset({**fixed, "noise_rho": 0.0 * model.posterior.dataset["noise_rho"]})
    mean = mean_by_geo(replace(model, posterior=Posterior(silent)), model.design.observed)[..., 0]
    apart = np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
    found = weekly_log_density(model).sum(1)
    for s in range(3):
        rho, sd = p["noise_rho"][s], p["sigma"][s] * model.scales.kpi_unit[0]
        cover = sd**2 / (1.0 - rho**2) * rho**apart
        expected = stats.multivariate_normal.logpdf(kpi, mean[s], cover)
        assert found[s] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("geos", [1, 3])
def test_the_first_weeks_answer_as_a_model_of_them_alone(geos) -> None:
    document = {**RICH, "mediators": [{"name": "a", "column": "awareness", "parents": ["tv"]}]}
    model = fake_model(document, geos=geos)
    full = mean_by_geo(model, model.design.observed)
    short = cut_to_first_weeks(model, 40)
    np.testing.assert_allclose(mean_by_geo(short, short.design.observed), full[:, :40])


def test_a_move_that_both_posteriors_explain_is_no_surprise() -> None:
    """Conjugate normal mean: over replications the move has the expected s.d."""
    rng = np.random.default_rng(0)
    n, m, draws = 20, 10, 4000
    z = []
    for _ in range(200):
        y = rng.normal(rng.normal(), 1.0, n + m)
        before = rng.normal(y[:n].sum() / (n + 1), 1 / np.sqrt(n + 1), draws)
        after = rng.normal(y.sum() / (n + m + 1), 1 / np.sqrt(n + m + 1), draws)
        z.append((after.mean() - before.mean()) / expected_move(before, after, draws, draws))
    assert 0.75 < np.std(z) < 1.1  # the slack for sampling makes it a little less than one
    assert np.mean(np.abs(z) > 3.0) <= 0.01


def test_weights_are_larger_where_the_ratio_is() -> None:
    """Standard normal draws, weighted towards a normal around 0.5, have that mean."""
    x = np.random.default_rng(0).standard_normal(20_000)
    found = importance_weights(0.5 * x)
    assert found.weights @ x == pytest.approx(0.5, abs=0.03)
    assert found.usable


def refitted(model, frame, accept: bool = False):
    """``model`` after a refit by importance: its own draws, resampled by the new weeks' density.

    A fit without a sampler whose posterior is known to be the right one.
    """
    found = append_weeks(model, frame, accept=accept)
    longer = replace(model, design=model.design.on_panel(found.panel))
    ratio = weekly_log_density(longer).sum(1) - weekly_log_density(model).sum(1)
    weights = importance_weights(ratio).weights
    rng = np.random.default_rng(1)
    chosen = rng.choice(weights.size, weights.size, p=weights)
    return replace(longer, posterior=model.posterior.subset(chosen)), weights


def believing(draws: int = 4000):
    """A model near its data: every parameter but the level hardly moves, the level is uncertain."""
    model = fake_model(draws=draws)
    data = model.posterior.dataset
    rng = np.random.default_rng(2)
    near = {
        name: values.isel(draw=[0]).isel(draw=[0] * draws)
        * (1.0 + 0.02 * rng.standard_normal((1, draws, *[1] * (values.ndim - 2))))
        for name, values in data.items()
    }
    near["sigma"] = 0.0 * data["sigma"] + 0.08
    fixed = replace(model, posterior=Posterior(xr.Dataset(near)))
    level = model.design.observed
    gap = (model.panel.array("kpi") - mean_by_geo(fixed, level).mean(0)).mean()
    near["level"] = near["level"] + gap / model.scales.kpi_unit[0]
    return replace(model, posterior=Posterior(xr.Dataset(near)))


@pytest.fixture(scope="module")
def model():
    return believing()


def continued(model, shift: float = 0.0):
    """The table with four more weeks as the model foretells them, ``shift`` s.d. higher."""
    frame = whole()
    panel = append_weeks(model, frame).panel
    drawn = predictive_draws(model, observed_variables(panel), slice(60, 64), 3)[7, :, 0]
    frame.loc[60:, "sales"] = drawn + shift * 8.0
    return frame


def test_parts_add_up_and_new_weeks_are_told(model) -> None:
    new, _ = refitted(model, continued(model))
    found = stability(model, new)
    assert found.status in {"stable", "caution"}
    assert not found.specification_changed
    assert [week.week for week in found.new_weeks] == list(new.panel.weeks[60:])
    old = quantities(model)
    for item in found.moved:
        assert item.by_restated == 0.0
        assert item.by_new_weeks == pytest.approx(item.move)
        assert item.in_sd == pytest.approx(item.move / old[item.kind, item.name].std())


def test_a_shift_of_the_level_is_seen_in_the_weeks_that_made_it(model) -> None:
    new, _ = refitted(model, continued(model, shift=6.0))
    found = stability(model, new)
    level = next(check for check in found.checks if check.name == "forecast_level")
    assert level.status == "unstable"
    assert found.status == "unstable"
    assert all(week.z is not None and week.z > 2.0 for week in found.new_weeks)


def test_restated_numbers_are_told_from_new_weeks(model) -> None:
    """Had only numbers been restated, all of the move is theirs; with new weeks, as much as by
    weights computed apart."""
    frame = whole().iloc[:60]
    frame = frame.assign(sales=frame.sales + 1.5 * (frame.index == 20))
    new, weights = refitted(model, frame, accept=True)
    found = stability(model, new)
    assert found.restated_count == 1
    assert (found.restated[0].column, found.restated[0].new) == ("sales", frame.sales[20])
    assert all(item.by_restated == item.move for item in found.moved)
    both = continued(model)
    both["sales"] = both.sales + 1.5 * (both.index == 20)
    new, _ = refitted(model, both, accept=True)
    old = quantities(model)
    for item in stability(model, new).moved:
        expected = weights @ old[item.kind, item.name] - old[item.kind, item.name].mean()
        assert item.by_restated is not None
        assert item.by_restated == pytest.approx(expected, rel=1e-6, abs=1e-12)
        assert item.by_new_weeks == pytest.approx(item.move - item.by_restated)
