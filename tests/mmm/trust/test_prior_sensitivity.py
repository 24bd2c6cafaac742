"""What returns and plans hang on: densities by hand, a planted conflict, a tiny channel."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.errors import QueryError
from mmm.inference.fit import fit
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.trust.listen import lowered
from mmm.posterior.trust.prior_sensitivity import PlanAtPower, PriorSensitivity
from mmm.posterior.trust.record import TrustRecord
from mmm.refit.weekly_density import weekly_log_density
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from mmm.trust.components import log_likelihood, log_priors
from mmm.trust.part import Work
from mmm.trust.power_scaling import mean_at_power
from mmm.trust.prior_sensitivity import (
    LEVEL,
    PART,
    PriorSensitivityOptions,
    plan_turns,
    prior_sensitivity,
)
from mmm.trust.standard_plan import GainOfPlan, gain_of_plan
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.trust.worlds import found_by


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean()


def test_a_channel_owns_its_effect_and_its_curve() -> None:
    """By hand: log-normals in logs, the others in their own units, constants left out."""
    model = fake_model()
    found, p = log_priors(model), model.posterior.draws
    priors = stats.beta.logpdf(p["adstock_alpha"][:, 0], 2.0, 3.0)
    priors = priors + stats.halfnorm.logpdf(p["adstock_theta"][:, 0], scale=2.0)
    priors = priors + stats.norm.logpdf(np.log(p["saturation_half"][:, 0]), 0.0, 0.6)
    priors = priors + stats.norm.logpdf(np.log(p["saturation_slope"][:, 0]), np.log(1.1), 0.3)
    by_median = np.log(p["effect"][:, 0])
    centre = -3.3124104  # of the square root of its spend's share of 0.15
    priors = priors + stats.norm.logpdf(by_median, centre, 1.0)
    np.testing.assert_allclose(centred(found["tv"]), centred(priors), atol=1e-4)


def test_what_was_stated_belongs_to_its_channel() -> None:
    stated = {"roi": {"median": 1.0, "p95": 3.0}, "half_life": {"median": 2.0, "p95": 5.0}}
    channels = [{**RICH["channels"][0], "prior": stated}, *RICH["channels"][1:]]
    model = fake_model({**RICH, "channels": channels})
    found, p = log_priors(model), model.posterior.draws
    priors = stats.norm.logpdf(np.log(p["roi_tv"]), 0.0, np.log(3.0) / 1.6448536)
    priors += stats.norm.logpdf(np.log(p["half_life_tv"]), np.log(2.0), np.log(2.5) / 1.6448536)
    priors += stats.halfnorm.logpdf(p["adstock_theta"][:, 0], scale=2.0)
    priors += stats.norm.logpdf(np.log(p["saturation_half"][:, 0]), 0.0, 0.6)
    priors += stats.norm.logpdf(np.log(p["saturation_slope"][:, 0]), np.log(1.1), 0.3)
    np.testing.assert_allclose(centred(found["tv"]), centred(priors), atol=1e-6)


def test_lift_tests_are_data() -> None:
    """The density of the lift is a normal one around what each draw predicts of it."""
    lift: dict[str, object] = {"channel": "tv", "start": "2022-06-06", "end": "2022-06-27"}
    lift |= {"control": {"scale": 0.0}, "result": {"lift": 40.0, "se": 9.0}}
    without = fake_model()
    spec = parse_spec({**RICH, "lift_tests": [lift]})
    model = replace(without, design=design_of(spec, without.panel, without.scales))
    (test,) = resolve_lift_tests(model.design)
    (draws,) = predicted_lifts((test,), model.posterior.draws, model.design, np, plain_array).T
    seen = weekly_log_density(model).sum(1) + stats.norm.logpdf(test.lift, draws, test.sd)
    np.testing.assert_allclose(log_likelihood(model), seen)


def test_the_plan_may_be_given_or_is_a_step() -> None:
    model = fake_model()
    step = gain_of_plan(model)
    assert step is not None
    assert step.kind == "a_step"
    given = gain_of_plan(model, step.spend)
    assert given is not None
    np.testing.assert_allclose(given.gain, step.gain)
    with pytest.raises(QueryError) as refused:
        PART.cost(model, PriorSensitivityOptions(plan={"tv": -1.0, "moon": 2.0}))
    assert {issue.pointer for issue in refused.value.issues} == {"/plan/tv", "/plan/moon"}


def test_without_a_value_contributions_are_measured_and_there_is_no_plan() -> None:
    model = fake_model({**RICH, "kpi": {"column": "sales", "kind": "units"}})
    found = found_by(PART, Work(model), PriorSensitivityOptions())
    assert {row.quantity for row in found.quantities} == {"contribution"}
    assert found.plan is None
    assert found.turns is None
    record = TrustRecord(prior_sensitivity=found)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record


def test_a_plan_that_turns_is_seen_and_one_that_does_not_is_called_so_seldom() -> None:
    """One normal parameter x, prior and posterior N(0, 1), and gains -x^2 + c with c so that the
    expected gain where the prior counts half again as much is zero, or four standard errors below.
    """
    rng, runs, draws, power = np.random.default_rng(3), 300, 400, 2.0**0.5
    calls = {0.0: 0, 4.0: 0}
    error = np.sqrt(2.0) / power / np.sqrt(draws)
    for _ in range(runs):
        x = rng.standard_normal(draws)
        for below in calls:
            gain = x**2 - 1.0 / power - below * error
            found = mean_at_power(-0.5 * x**2, gain, power, draws)
            told = PlanAtPower(**{**vars(found), "gain": found.mean, "usable": found.usable})
            calls[below] += bool(plan_turns((told,)))
    assert calls[0.0] <= 2.0 * LEVEL * runs
    assert calls[4.0] >= 0.8 * runs


def planted(seed: int = 1) -> pd.DataFrame:
    """Two years of sales by tv (ROI 2), search (ROI 2), and a radio that costs next to nothing."""
    rng, weeks = np.random.default_rng(seed), 104
    spend = {name: rng.lognormal(0.0, 0.6, weeks) for name in ("tv", "search", "radio")}
    spend["tv"] *= 100.0 * (rng.random(weeks) < 0.6)
    spend["search"] *= 100.0 * (rng.random(weeks) < 0.7)
    spend["radio"] *= 0.05
    sales = 1000.0 + 2.0 * spend["tv"] + 2.0 * spend["search"] + spend["radio"]
    table = {"week": pd.date_range("2022-01-03", periods=weeks, freq="7D").strftime("%Y-%m-%d")}
    return pd.DataFrame({**table, "sales": sales + rng.normal(0.0, 70.0, weeks), **spend})


@pytest.mark.slow
def test_a_planted_conflict_and_a_tiny_channel_are_told_apart() -> None:
    """tv is stated to return 0.5, 0.9 at most, and returns 2; radio is too small to be seen."""
    plain = {"adstock": {"kind": "none"}, "saturation": {"kind": "none"}}
    document = {
        "kpi": {"column": "sales", "kind": "revenue"},
        "date": "week",
        "channels": [
            {"name": "tv", "column": "tv", **plain, "prior": {"roi": {"median": 0.5, "p95": 0.9}}},
            {"name": "search", "column": "search", **plain},
            {"name": "radio", "column": "radio", **plain},
        ],
        "seasonality": {"yearly": 0},
        "trend": {"kind": "none"},
    }
    spec = parse_spec(document)
    design = design_of(spec, build_panel(planted(), spec))
    model = fit(design, SamplingSpec(draws=1000, tune=500, chains=2, seed=1))
    found = {row.name: row for row in prior_sensitivity(model).quantities if row.quantity == "roi"}
    assert found["tv"].leaning == "conflict"
    assert found["tv"].shift_by_likelihood > 0.0 > found["tv"].shift_by_prior
    assert found["radio"].leaning == "prior_driven"
    assert found["search"].leaning == "fine"
    plan = GainOfPlan(np.ones(model.posterior.n_draws), {"tv": 1.0}, 13, "given")
    assert prior_sensitivity(model, plan).turns is False


@pytest.mark.parametrize(("turns", "status"), [(True, "caution"), (False, "trusted")])
def test_the_verdict_listens_to_a_plan_that_turns(turns: bool, status: str) -> None:
    verdict = fake_model().verdict
    found = PriorSensitivity(threshold=0.05, quantities=(), turns=turns, heaviest="tv", level=LEVEL)
    after = lowered(verdict, TrustRecord(prior_sensitivity=found))
    assert after.status == status
    (check,) = [check for check in after.checks if check.name == "plan_and_prior"]
    assert check.passed is not turns
    assert lowered(after, TrustRecord()).status == "trusted"
