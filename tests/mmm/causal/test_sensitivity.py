"""Tipping points: the formula is exact for least squares, and the regressions are the model's."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.attribution.contributions import contributions
from mmm.causal.effect_regression import effect_regressions
from mmm.causal.sensitivity import (
    EffectRegression,
    robustness_value,
    share_of_effect,
    tipping_point,
)
from mmm.data.panel import Panel
from mmm.posterior.draws import Posterior
from mmm.posterior.evaluate import evaluate, mean_by_geo
from mmm.posterior.fitted import FittedModel
from tests.mmm.fakes import RICH, fake_model

N = 200


def left(target: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Residual of ``target`` on ``columns (cell, column)``."""
    return np.asarray(target - columns @ np.linalg.lstsq(columns, target)[0])


def partial_r2(target: np.ndarray, z: np.ndarray, held: np.ndarray) -> float:
    return float(np.corrcoef(left(target, held), left(z, held))[0, 1] ** 2)


def slope(target: np.ndarray, first: np.ndarray, held: np.ndarray) -> float:
    return float(np.linalg.lstsq(np.column_stack([first, held]), target)[0][0])


def world(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Held columns, lever, hidden confounder and kpi, related at random."""
    rng = np.random.default_rng(seed)
    held = np.column_stack([np.ones(N), rng.standard_normal((N, 3))])
    hidden = held @ rng.standard_normal(4) + rng.standard_normal(N)
    lever = held @ rng.standard_normal(4) + rng.normal() * hidden + rng.standard_normal(N)
    kpi = held @ rng.standard_normal(4) + rng.normal() * hidden + 0.7 * lever
    return held, lever, hidden, kpi + rng.standard_normal(N)


@pytest.mark.parametrize("seed", range(10))
def test_the_bias_of_least_squares_is_exact(seed) -> None:
    held, lever, hidden, kpi = world(seed)
    without = slope(kpi, lever, held)
    within = slope(kpi, lever, np.column_stack([held, hidden]))
    r_lever = partial_r2(lever, hidden, held)
    r_kpi = partial_r2(kpi, hidden, np.column_stack([held, lever]))
    rest = left(kpi, np.column_stack([held, lever]))
    f = abs(without) * np.linalg.norm(left(lever, held)) / np.linalg.norm(rest)
    share = share_of_effect(float(f), r_lever, r_kpi)
    assert share == pytest.approx(abs((without - within) / without), rel=1e-9)


@pytest.mark.parametrize("part", [1.0, 0.4])
def test_a_confounder_at_the_robustness_value_takes_just_that_part(part) -> None:
    held, lever, _, kpi = world(3)
    own, rest = left(lever, held), left(kpi, np.column_stack([held, lever]))
    before = slope(kpi, lever, held)
    f = abs(before) * np.linalg.norm(own) / np.linalg.norm(rest)
    r = robustness_value(float(part * f))
    other = left(np.random.default_rng(1).standard_normal(N), np.column_stack([held, lever, kpi]))
    # Of the variance of z, r is the lever's; of what is left, r is the kpi's.
    z = np.sqrt(r) * np.sign(before) * own / np.linalg.norm(own)
    z += np.sqrt(1 - r) * np.sqrt(r) * rest / np.linalg.norm(rest)
    z += (1 - r) * other / np.linalg.norm(other)
    assert partial_r2(lever, z, held) == pytest.approx(r)
    after = slope(kpi, lever, np.column_stack([held, z]))
    assert after == pytest.approx((1.0 - part) * before, abs=1e-9)


def test_limits_of_the_robustness_value() -> None:
    assert robustness_value(0.0) == 0.0
    assert robustness_value(1e4) == pytest.approx(1.0, abs=1e-3)
    assert robustness_value(0.5) < robustness_value(0.6)
    assert share_of_effect(0.2, 1.0, 0.1) == float("inf")


def confounded_series(seed: int = 0) -> dict[str, np.ndarray]:
    """131 weeks in which a hidden z >= 0 adds to sales and drives x1, but not x2."""
    rng = np.random.default_rng(seed)
    weeks = np.arange(131)
    days = 7.0 * weeks
    angle = 2.0 * np.pi * days / 365.25
    z = np.maximum(rng.normal(0.4, 0.4, 131), 0.0)
    x1 = np.clip(0.45 * z + rng.normal(0.25, 0.17, 131), 0.0, None)
    x2 = rng.uniform(0.0, 1.0, 131)

    def medium(x: np.ndarray, alpha: float, rate: float) -> np.ndarray:
        weights = alpha ** np.arange(5)
        carried = np.convolve(x, weights / weights.sum())[:131]
        return (1.0 - np.exp(-rate * carried)) / (1.0 + np.exp(-rate * carried))

    media = {"x1": 2.0 * medium(x1, 0.3, 1.0), "x2": 1.5 * medium(x2, 0.5, 2.5)}
    trend = (np.linspace(0.0, 50.0, 131) + 10.0) ** (1 / 3) - 1.0
    season = 0.3 * (-np.sin(2.0 * angle) + np.cos(angle))
    noise = rng.normal(0.0, 0.09, 131)
    kpi = 100.0 * (trend + season + sum(media.values()) + z + noise)
    columns = [np.ones(131), trend, season]
    return {"z": z, "x": x1, **media, "kpi": kpi, "held": np.column_stack(columns)}


def test_the_confounded_world_is_overturned_by_its_own_confounder() -> None:
    """z omitted: x1 more than twice too big, x2 right. The point says that z's like would do it."""
    found = confounded_series()
    assert np.corrcoef(found["z"], found["x"])[0, 1] == pytest.approx(0.71, abs=0.06)
    held = np.column_stack([found["held"], found["x2"]])
    wrong = slope(found["kpi"], found["x1"], held)
    assert wrong > 200.0
    assert slope(found["kpi"], found["x2"], np.column_stack([found["held"], found["x1"]])) < 150.0
    rest = left(found["kpi"], np.column_stack([held, found["x1"]]))
    regression = EffectRegression(
        regressor=wrong * found["x1"],
        moves=wrong * found["x1"],
        kpi=found["kpi"],
        residual=rest,
        held={"level": found["held"].T[:1], "trend": found["held"].T[1:2], "x2": held.T[3:]},
        strength=np.full(50, 1.0),
    )
    point = tipping_point("x1", regression)
    assert point is not None
    assert point.interval_to_zero == point.to_zero
    r_lever = partial_r2(found["x1"], found["z"], held)
    r_kpi = partial_r2(found["kpi"], found["z"], np.column_stack([held, found["x1"]]))
    f = np.sqrt(point.alone / (1.0 - point.alone))
    share = share_of_effect(float(f), r_lever, r_kpi)
    assert share == pytest.approx(1.0 - 100.0 / wrong, abs=0.2)


def regression_of(held: dict[str, np.ndarray], n: int = N) -> EffectRegression:
    rng = np.random.default_rng(11)
    regressor = 0.6 * held["weather"][0] + rng.standard_normal(n) + 3.0
    residual = rng.standard_normal(n)
    kpi = regressor + held["weather"][0] + residual
    strength = 1.0 + 0.2 * rng.standard_normal(400)
    return EffectRegression(regressor, regressor, kpi, residual, held, strength)


def test_the_benchmark_is_the_strongest_series_and_the_interval_tips_first() -> None:
    rng = np.random.default_rng(0)
    blocks = {name: rng.standard_normal((1, N)) for name in ("weather", "noise")}
    found = tipping_point("tv", regression_of({"level": np.ones((1, N)), **blocks}), roi=1.6)
    assert found is not None
    assert found.benchmark is not None
    assert found.benchmark.name == "weather"
    assert found.benchmark.with_lever == pytest.approx(0.36 / 1.36, abs=0.1)
    assert found.benchmark.with_kpi == pytest.approx(1.0 / 2.36, abs=0.1)
    assert found.roi_to_one is not None
    assert 0.0 < found.roi_to_one < found.interval_to_zero < found.to_zero
    assert found.summary.startswith(
        f"A hidden confounder would have to explain {found.to_zero:.0%}"
    )


def test_there_is_no_benchmark_where_columns_crowd_the_weeks() -> None:
    rng = np.random.default_rng(0)
    held = {"level": np.ones((1, 20)), "weather": rng.standard_normal((1, 20))}
    held["many"] = rng.standard_normal((9, 20))
    found = tipping_point("tv", regression_of(held, n=20))
    assert found is not None
    assert found.benchmark is None
    assert found.roi_to_one is None


CASES: dict[str, dict] = {
    "identity": {},
    "baseline price": {"price": {"column": "price", "acts_on": "baseline"}},
    "remembering noise": {"noise": {"kind": "ar1"}},
    "mediator": {"mediators": [{"name": "m", "column": "awareness", "parents": ["tv"]}]},
    "latent demand": {
        "demand": {"kind": "latent", "drives": ["tv"]},
        "controls": [{"name": "w", "column": "demand"}],
    },
    "log": {"kpi": {"column": "sales", "kind": "units", "likelihood": "lognormal"}},
}


@pytest.mark.parametrize("geos", [1, 3])
@pytest.mark.parametrize("case", list(CASES))
def test_every_structure_has_its_tipping_points(case, geos) -> None:
    model = fake_model({**RICH, **CASES[case]}, geos=geos, weeks=80)
    found = effect_regressions(model, direct="mediators" in CASES[case])
    weeks = 79 if case == "remembering noise" else 80
    for lever in ("tv", "search", "radio", "mail", "price"):
        regression = found.of(lever)
        assert lever not in regression.held
        assert regression.regressor.shape == regression.residual.shape == (weeks * geos,)
        point = tipping_point(lever, regression)
        assert point is not None
        assert 0.0 <= point.interval_to_zero <= point.to_zero < 1.0


def test_the_regressor_is_the_contribution_at_reference_prices() -> None:
    model = fake_model(weeks=80)
    found = effect_regressions(model).of("tv")
    factor = evaluate(model, model.design.observed, lambda each: each.terms.price_factor).mean(0)
    row = next(c for c in contributions(model).components if c.name == "tv")
    total = (found.regressor * factor.ravel()).sum() * model.scales.kpi_unit[0]
    assert total == pytest.approx(row.contribution.mean, rel=1e-9)


def test_the_direct_effect_leaves_the_mediated_part_out() -> None:
    brand = {"mediators": [{"name": "m", "column": "queries", "parents": ["tv"]}]}
    model = fake_model({**RICH, **brand}, weeks=80)
    total, direct = (effect_regressions(model, direct=flag) for flag in (False, True))
    assert "m" in direct.of("tv").held
    assert "m" not in total.of("tv").held
    assert not np.allclose(total.of("tv").regressor, direct.of("tv").regressor)
    np.testing.assert_allclose(total.of("radio").regressor, direct.of("radio").regressor)


def test_a_common_shock_takes_away_what_all_geos_share() -> None:
    quiet, loud = (with_shock(fake_model(weeks=80, geos=4), size) for size in (0.0, 1.0))
    geos = effect_regressions(loud).of("tv").regressor.reshape(80, 4)
    assert np.abs(geos.mean(1)).max() < 0.02 * np.abs(geos).max()
    assert effect_regressions(quiet).of("tv").regressor.reshape(80, 4).mean(1).min() > 0.0


def with_shock(model: FittedModel, size: float) -> FittedModel:
    """``model`` with a common weekly shock of ``size``, equal in all draws, in a kpi that fits."""
    rng, data = np.random.default_rng(0), model.posterior.dataset
    shock = 0.0 * data["shock"] + size * rng.standard_normal(len(model.panel.weeks))
    changed = replace(model, posterior=Posterior(data.assign(shock=shock)))
    fitted = mean_by_geo(changed, model.design.observed).mean(0)
    noise = 0.01 * model.scales.kpi_unit * rng.standard_normal(fitted.shape)
    kpi = model.panel.data["kpi"].copy(data=fitted + noise)
    panel = Panel(model.panel.data.assign(kpi=kpi))
    return replace(changed, design=model.design.on_panel(panel))


def test_a_channel_without_effect_has_no_tipping_point() -> None:
    nothing = EffectRegression(
        np.zeros(N), np.zeros(N), np.ones(N), np.ones(N), {"level": np.ones((1, N))}, np.ones(9)
    )
    assert tipping_point("tv", nothing) is None
