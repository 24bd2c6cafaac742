"""Worlds simulated from a model on its own spend, and what a refit finds of them."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.errors import QueryError
from mmm.inference.fit import fit
from mmm.interval import Interval
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.trust.recovery import RecoveredQuantity
from mmm.simulate.replicas import replicas
from mmm.spec.sampling import SamplingSpec
from mmm.trust.part import Work
from mmm.trust.recovery import (
    PART,
    RecoveryOptions,
    quantities_of,
    recovery_of,
    simulated,
    truth_of,
    truths_of,
)
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.trust.worlds import found_by, spends, world

MEDIATED = {**RICH, "mediators": [{"name": "a", "column": "awareness", "parents": ["tv"]}]}
AR = {**RICH, "noise": {"kind": "ar1"}}
LOG = {**RICH, "kpi": {**RICH["kpi"], "likelihood": "lognormal"}}
COUNTS = {**RICH, "kpi": {"column": "orders", "kind": "units", "likelihood": "negative_binomial"}}


REMEMBERING = {**COUNTS, "noise": {"kind": "ar1"}}
WALK = {**RICH, "trend": {"kind": "random_walk"}}


@pytest.mark.parametrize("document", [RICH, LOG, COUNTS, MEDIATED, AR, REMEMBERING, WALK])
def test_replicas_have_the_expectation_of_the_model(document) -> None:
    """Over many noises of one draw the mean is the expectation, by the equations' evaluator."""
    model = fake_model(document)
    first = model.posterior.subset(np.zeros(4000, dtype=np.intp))
    one = replace(model, posterior=first)
    made = replicas(one, 3)
    if document not in (
        AR,
        REMEMBERING,
    ):  # whose evaluator gives each week the noise known from the week before
        expected = mean_by_geo(one, one.design.observed)[0]
        np.testing.assert_allclose(made.expected[0], expected, rtol=1e-9)
    error = made.kpi.std(0) / np.sqrt(4000)
    assert np.abs((made.kpi.mean(0) - made.expected[0]) / error).max() < 4.5


def test_autoregressive_noise_has_its_stationary_spread_and_memory() -> None:
    model = fake_model(AR)
    one = replace(model, posterior=model.posterior.subset(np.zeros(4000, dtype=np.intp)))
    rho, sigma = (float(one.posterior.draws[name][0]) for name in ("noise_rho", "sigma"))
    noise = (replicas(one, 3).kpi - replicas(one, 3).expected)[..., 0]
    spread = sigma * model.scales.kpi_unit[0] / np.sqrt(1.0 - rho**2)
    assert noise.std(0) == pytest.approx(np.full(60, spread), rel=0.06)
    memory = np.corrcoef(noise[:, 10], noise[:, 11])[0, 1]
    assert memory == pytest.approx(rho, abs=0.05)


def test_simulated_data_differ_in_sales_alone_and_know_their_truth() -> None:
    model = fake_model(MEDIATED)
    options = RecoveryOptions(simulations=3)
    truths = truths_of(model, options)
    designs = simulated(model, truths, 1)
    assert len(designs) == 3
    for design in designs:
        for name in ("spend", "price", "mediators", "controls"):
            np.testing.assert_array_equal(design.panel.array(name), model.panel.array(name))
        assert not np.allclose(design.panel.array("kpi"), model.panel.array("kpi"))
        assert design.scales is model.scales
    whole = quantities_of(truths)
    for simulation, design in enumerate(designs):
        own = truth_of(truths, simulation, design)
        assert own["roi", "search"] == pytest.approx(whole["roi", "search"][simulation])


def test_truths_from_the_prior_draw_mediators_too() -> None:
    model = fake_model(MEDIATED)
    truths = truths_of(model, RecoveryOptions(simulations=2, truth="prior"))
    (first, second) = simulated(model, truths, 1)
    seen = np.isfinite(model.panel.array("mediators"))
    for design in (first, second):
        np.testing.assert_array_equal(np.isfinite(design.panel.array("mediators")), seen)
    assert not np.allclose(
        first.panel.array("mediators")[seen], second.panel.array("mediators")[seen]
    )


def test_budgets_that_demand_drives_contradict_a_demand_from_the_prior() -> None:
    model = fake_model(
        {**RICH, "controls": [], "demand": {"kind": "latent", "drives": ["tv", "search"]}}
    )
    assert PART.cost(model, RecoveryOptions(simulations=4)).fits == 4
    with pytest.raises(QueryError) as refused:
        PART.cost(model, RecoveryOptions(truth="prior"))
    assert refused.value.issues[0].pointer == "/truth"


def test_the_table_counts_what_came_back() -> None:
    def seen(simulation: int, truth: float) -> RecoveredQuantity:
        found = Interval(mean=2.0, p5=1.0, p50=2.0, p95=3.0)
        return RecoveredQuantity(
            name="tv", kind="roi", simulation=simulation, truth=truth, found=found,
            z=(2.0 - truth) / 0.6, inside=1.0 <= truth <= 3.0, rank=0.5,
        )  # fmt: skip

    table = recovery_of("posterior", [seen(0, 1.0), seen(1, 2.5), seen(2, 4.0)], unsettled=1)
    (row,) = table.rows
    assert (row.inside, row.simulations) == (2, 3)
    assert row.typical_error == pytest.approx(0.5)  # of 1.0, 0.2 and 0.5
    assert row.bias == pytest.approx((1.0 - 0.5 - 2.0) / 0.6 / 3)
    assert table.too_few == pytest.approx(1.0 - 0.9**3)
    assert "2 of 3 simulated worlds" in table.sentences[0]


@pytest.mark.slow
def test_a_right_model_gets_its_truths_back() -> None:
    """Eight worlds from the posterior: at least 11 of 16 returns within their 90 % intervals (fewer
    in one of 200 runs), and an interrupted run goes on where it was."""
    spend = spends(0)
    design = world({"tv": spend["tv"], "search": spend["search"]}, spend, 3)
    model = fit(design, SamplingSpec(draws=300, tune=300, chains=2, seed=1))
    kept: dict[str, dict] = {}
    options = RecoveryOptions(simulations=8)
    work = Work(model, keep=lambda key, piece: kept.update({key: piece}))
    found = found_by(PART, work, options)
    assert sum(row.inside for row in found.rows) >= 11
    assert max(row.typical_error for row in found.rows) < 0.15
    assert found_by(PART, Work(model, kept=kept), options) == found
    stopped = Work(model, kept={k: kept[k] for k in ("0", "1")}, stop=lambda: True)
    assert found_by(PART, stopped, options).rows[0].simulations == 2
    record = TrustRecord(recovery=found)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record
