"""Forecast, intervention, counterfactual: what is kept, what is drawn; units, revenue, profit."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.posterior.draws import Posterior
from mmm.posterior.evaluate import mean_by_geo, outcome
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import RANK_COUPLING_NOTE, predictive_draws
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.model.test_graph_and_arrays import AUTOREGRESSIVE, COUNTS, SMOOTH

A, B, C = 0.5, 0.7, 0.4
START = date(2024, 1, 1)
PRIMER: dict[str, Any] = {
    "kpi": {"column": "y"},
    "date": "week",
    "channels": [
        {"name": "x", "column": "x", "adstock": {"kind": "none"}, "saturation": {"kind": "none"}}
    ],
    "mediators": [
        {"name": "h", "column": "h", "parents": ["x"], "adstock": {"kind": "none"},
         "saturation": {"kind": "none"}}
    ],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}  # fmt: skip
PLAIN = {
    "kpi": {"column": "sales", "kind": "units"},
    "date": "week",
    "channels": ["tv_spend", "search_spend"],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}
PRICED = {
    **RICH,
    "kpi": {"column": "sales", "kind": "units"},
    "price": {"column": "price", "unit_cost": 4.0},
}


def ask(model, start, weeks=1, **fields):
    first = model.panel.weeks[0] + timedelta(weeks=start)
    window = {"start": first, "end": first + timedelta(weeks=weeks - 1)}
    return answer(model, Counterfactual.model_validate({"window": window, **fields}))


@pytest.fixture(scope="module")
def primer() -> FittedModel:
    """x -> h, x -> y, h -> y, linear, all exogenous means zero; the eleventh week is x = 0.5,
    h = 1, y = 1.5. The draws are the truth."""
    rng = np.random.default_rng(3)
    columns = {name: rng.uniform(0.2, 2.0, 52) for name in ("x", "h", "y")}
    for name, value in (("x", 0.5), ("h", 1.0), ("y", 1.5)):
        columns[name][10] = value
    weeks = [(START + timedelta(weeks=i)).isoformat() for i in range(52)]
    spec = parse_spec(PRIMER)
    panel = build_panel(pd.DataFrame({"week": weeks, **columns}), spec)
    design = design_of(spec, panel)
    scales = design.scales
    exposure, mean = scales.exposure[0, 0], scales.mediator_mean[0, 0]
    sd, kpi = scales.mediator_sd[0, 0], scales.kpi
    truth = {
        "beta": B * exposure / kpi,
        "path": A * exposure / sd,
        "mediator_level": -mean / sd,
        "mediator_effect": C * sd / kpi,
        "level": C * mean / kpi,
    }
    draws = fake_model(PRIMER_ON_TABLE, draws=4).posterior.dataset
    exact = draws.assign({name: draws[name] * 0.0 + value for name, value in truth.items()})
    fake = fake_model(PRIMER_ON_TABLE, draws=4)
    return replace(fake, design=design, posterior=Posterior(exact))


PRIMER_ON_TABLE = {
    **PRIMER,
    "kpi": {"column": "sales"},
    "channels": [{**PRIMER["channels"][0], "column": "tv_spend"}],
    "mediators": [{**PRIMER["mediators"][0], "column": "queries"}],
}


def test_pearl_primer_what_would_have_been(primer):
    """Primer 4.2.3: u_y = 1.5 - .7 * .5 - .4 * 1 = .75, and y = .7 * .5 + .4 * 2 + .75 = 1.90."""
    found = ask(primer, 10, kind="counterfactual", do=[{"variable": "h", "set": 2.0}])
    assert found.baseline.p50 == pytest.approx(1.5, abs=1e-12)
    assert found.scenario.p5 == pytest.approx(1.90, abs=1e-9)
    assert found.scenario.p95 == pytest.approx(1.90, abs=1e-9)


def test_pearl_primer_plain_do(primer):
    """A fresh unit, all exogenous variables at their mean of zero: y = .4 * 2 = .80."""
    future = {"x": [0.0]}
    found = ask(primer, 52, do=[{"variable": "h", "set": 2.0}], future=future)
    assert found.scenario.mean == pytest.approx(0.80, abs=1e-9)
    # In the week with x = .5 its direct effect comes on top, but no unit's own noise.
    within = ask(primer, 10, do=[{"variable": "h", "set": 2.0}])
    assert within.scenario.mean == pytest.approx(B * 0.5 + C * 2.0, abs=1e-9)


def test_pearl_primer_a_cause_of_the_mediator(primer):
    """x = 1.5 in the same week: h = 1 + .5 keeps u_h = .75, y = 1.5 + .7 + .4 * .5 = 2.40."""
    found = ask(primer, 10, kind="counterfactual", do=[{"variable": "x", "set": 1.5}])
    assert found.scenario.mean == pytest.approx(2.40, abs=1e-9)
    rows = {row.path: row.effect.mean for row in found.by_path}
    assert rows["x", "kpi"] == pytest.approx(B, abs=1e-9)
    assert rows["x", "h", "kpi"] == pytest.approx(A * C, abs=1e-9)


def test_lognormal_noise_is_kept_as_a_factor():
    model = fake_model(SMOOTH, draws=9)
    do = [{"variable": "price", "scale": 0.9}]
    found = ask(model, 30, kind="counterfactual", do=do)
    world = model.design.observed
    price = world.price.copy()
    price[30] *= 0.9
    ratio = outcome(model, replace(world, price=price))[:, 30] / outcome(model, world)[:, 30]
    seen = model.panel.array("kpi")[30, 0]
    assert found.scenario.p50 == pytest.approx(np.median(ratio) * seen, rel=1e-9)
    assert found.scenario.p95 == pytest.approx(np.quantile(ratio, 0.95) * seen, rel=1e-9)
    assert found.effect.mean == pytest.approx((ratio.mean() - 1.0) * seen, rel=1e-9)


def test_autoregressive_noise_keeps_its_innovations():
    """The residual of the week before was caused by no price: the effect is that of the means."""
    model = fake_model(AUTOREGRESSIVE, draws=9)
    do = [{"variable": "price", "scale": 0.9}]
    kept, plain = ask(model, 30, 8, kind="counterfactual", do=do), ask(model, 30, 8, do=do)
    assert kept.effect.mean == pytest.approx(plain.effect.mean, rel=1e-9)
    assert kept.baseline.p5 == pytest.approx(model.panel.array("kpi")[30:38].sum())


def test_counts_keep_their_rank_and_say_so():
    """y' has a rank under the scenario that y has under the baseline, by scipy's distribution."""
    model = fake_model(COUNTS, draws=1)
    size = model.posterior.draws["dispersion"][0]
    world = model.design.observed
    before = mean_by_geo(model, world)[0, :, 0]
    after = mean_by_geo(model, replace(world, price=world.price * 1.1))[0, :, 0]
    for week in range(20, 50):
        do = [{"variable": "price", "scale": 1.1}]
        found = ask(model, week, kind="counterfactual", do=do)
        seen, would = model.panel.array("kpi")[week, 0], found.scenario.mean
        assert RANK_COUPLING_NOTE in found.warnings
        assert found.baseline.mean == seen
        assert would == round(would)
        ranks = [
            stats.nbinom.cdf(np.array([count - 1, count]), size, size / (size + mean))
            for count, mean in ((seen, before[week]), (would, after[week]))
        ]
        assert ranks[0][0] <= ranks[1][1] + 1e-9
        assert ranks[1][0] <= ranks[0][1] + 1e-9
    same = ask(model, 20, 9, kind="counterfactual", do=[{"variable": "price", "scale": 1.0}])
    assert same.effect.p5 == same.effect.p95 == 0.0


def test_coupled_counts_follow_the_scenario_s_distribution():
    """Counts drawn from the baseline, coupled to the scenario: mean and variance are its own."""
    model = fake_model(COUNTS, draws=1)
    size, rng = model.posterior.draws["dispersion"][0], np.random.default_rng(5)
    world = model.design.observed
    before = mean_by_geo(model, world)[0]
    after = mean_by_geo(model, replace(world, price=world.price * 1.1))[0]
    drawn = []
    for _ in range(60):
        counts = rng.negative_binomial(size, size / (size + before)).astype(float)
        data = model.panel.data.assign(kpi=(("date", "geo"), counts))
        panel = replace(model.panel, data=data)
        do = [{"variable": "price", "scale": 1.1}]
        seed = int(rng.integers(1000))
        other = replace(model, design=model.design.on_panel(panel))
        found = ask(other, 0, 60, kind="counterfactual", do=do, seed=seed)
        drawn += [w.scenario.mean for w in found.by_week[:60]]
    score = (np.array(drawn).reshape(60, 60) - after[:, 0]) / np.sqrt(
        after[:, 0] + after[:, 0] ** 2 / size
    )
    # 3600 independent standardised counts: mean 0 +- 1/60, variance 1 +- about 2/60
    assert abs(score.mean()) < 0.06
    assert score.var() == pytest.approx(1.0, abs=0.15)


def test_a_counterfactual_knows_noise_of_observed_weeks_only():
    model = fake_model()
    found = ask(model, 55, 10, kind="counterfactual", do=[{"variable": "tv", "scale": 0.0}])
    assert "realised noise is known for observed weeks only" in found.warnings
    seen = model.panel.array("kpi")[55:, 0]
    assert [week.baseline.p5 for week in found.by_week[:5]] == pytest.approx(list(seen))
    assert found.by_week[5].baseline.p5 < found.by_week[5].baseline.p95


@pytest.mark.parametrize("geos", [1, 2])
def test_uncertainty_tells_parameters_from_noise(geos):
    """One future week: Var(y | theta) is the shock's over all geos plus each geo's own."""
    model = fake_model(PLAIN, geos=geos, draws=4000)
    do = [{"variable": "tv_spend", "scale": 0.5}]
    found, plain = (ask(model, 60, do=do, kind=k) for k in ("forecast", "interventional"))
    p, unit = model.posterior.draws, model.scales.kpi_unit
    by_geo = p.get("sigma_geo", p["sigma"][:, None] * np.ones(geos))
    variance = (by_geo**2 * unit**2).sum(1)
    if geos > 1:
        variance = variance + (p["shock_sd"] * unit.sum()) ** 2
    for spread in (found.uncertainty.baseline, found.uncertainty.scenario):
        # s.d. of a s.d. over 4000 draws of a mixture with heavy tails: a few percent
        assert spread.noise_sd == pytest.approx(np.sqrt(variance.mean()), rel=0.08)
        assert spread.parameter_sd > 0.0
    assert found.uncertainty.baseline.parameter_sd == plain.uncertainty.baseline.parameter_sd
    assert plain.uncertainty.baseline.noise_sd == 0.0
    assert found.effect == plain.effect
    assert [w.effect for w in found.by_week] == [w.effect for w in plain.by_week]


def test_noise_with_memory_has_grown_when_a_late_window_begins():
    """Twelve weeks after the data: variance sigma^2 (1 - rho^24) / (1 - rho^2), not sigma^2."""
    model = fake_model(AUTOREGRESSIVE, draws=4000)
    week = model.panel.weeks[-1] + timedelta(weeks=12)
    window = {"start": week, "end": week}
    body = {"window": window, "do": [{"variable": "tv", "scale": 1.0}], "kind": "forecast"}
    found = answer(model, Counterfactual.model_validate(body)).uncertainty.baseline.noise_sd
    p = model.posterior.draws
    rho2 = p["noise_rho"] ** 2
    grown = p["sigma"] ** 2 * (1.0 - rho2**12) / (1.0 - rho2)
    expected = np.sqrt(grown.mean()) * model.scales.kpi_unit[0]
    assert found == pytest.approx(expected, rel=0.08)
    assert found > 1.02 * np.sqrt((p["sigma"] ** 2).mean()) * model.scales.kpi_unit[0]


def test_equal_seeds_give_equal_forecasts():
    model = fake_model(geos=2)
    do = [{"variable": "tv", "scale": 0.5}]
    one, same, other = (ask(model, 55, 12, kind="forecast", do=do, seed=s) for s in (1, 1, 2))
    assert one == same
    assert one.baseline != other.baseline
    world = model.design.observed
    first, second = (predictive_draws(model, world, slice(40, 60), 3) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", ["interventional", "counterfactual", "forecast"])
def test_a_price_rise_in_units_revenue_and_profit(kind):
    model = fake_model(PRICED, geos=2)
    do = [{"variable": "price", "scale": 1.1}, {"variable": "tv", "scale": 0.5}]
    found = ask(model, 30, 11, kind=kind, do=do)
    world = model.design.observed
    price, spend = world.price.copy(), world.spend.copy()
    price[30:41] *= 1.1
    spend[30:41, :, 0] *= 0.5
    # Own spend ends with the window, in both worlds.
    silent = np.where(np.arange(60)[:, None, None] > 40, 0.0, 1.0)
    base = mean_by_geo(model, replace(world, spend=world.spend * silent))[:, 30:49]
    changed = replace(world, price=price, spend=spend * silent)
    after = mean_by_geo(model, changed)[:, 30:49]
    old, new = world.price[30:49], price[30:49]
    revenue = (after * new - base * old).sum((1, 2))
    if kind == "counterfactual":
        noise = model.panel.array("kpi")[30:49] - base
        revenue = ((after + noise) * new - (base + noise) * old).sum((1, 2))
    assert found.money is not None
    assert found.money.revenue.effect.mean == pytest.approx(revenue.mean(), rel=1e-9)
    units = (after - base).sum((1, 2))
    saved = 0.5 * world.spend[30:41, :, 0].sum()
    assert found.money.profit is not None
    profit = revenue - 4.0 * units + saved
    assert found.money.profit.effect.mean == pytest.approx(profit.mean(), rel=1e-9)
    if kind == "counterfactual":
        earned = (model.panel.array("kpi") * world.price)[30:41].sum()
        assert found.money.revenue.baseline.p5 == pytest.approx(earned)


def test_money_needs_units_and_a_price():
    do = [{"variable": "tv", "scale": 0.5}]
    priced = ask(fake_model(), 30, do=do).money
    assert priced is not None
    assert priced.profit is None
    unpriced = {key: value for key, value in RICH.items() if key != "price"}
    assert ask(fake_model(unpriced), 30, do=do).money is None
    revenue = {**RICH, "kpi": {"column": "sales", "kind": "revenue"}}
    assert ask(fake_model(revenue), 30, do=do).money is None
