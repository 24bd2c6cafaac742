"""The verdict: optional checks, limits from data, and advice that fits the model."""

import json
from typing import Any

import numpy as np
import pytest

from mmm.checks.predictive import predictive_values, uncertainty_ratio
from mmm.posterior.verdict import judge, told_apart
from mmm.posterior.verdict_limits import OPTIONAL_RULES, RULES
from mmm.spec.model import parse_spec

GOOD = {rule.name: rule.caution for rule in RULES}
KPI = {"column": "y", "kind": "units"}
BASE: dict[str, Any] = {"kpi": KPI, "date": "week", "channels": ["tv"], "geo": "geo"}


def check_of(verdict, name):
    return next(check for check in verdict.checks if check.name == name)


def spec(**changes):
    return parse_spec({**BASE, **changes})


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_required_value_must_be_there(rule):
    with pytest.raises(KeyError, match=rule.name):
        judge({name: value for name, value in GOOD.items() if name != rule.name})


@pytest.mark.parametrize("rule", OPTIONAL_RULES, ids=[rule.name for rule in OPTIONAL_RULES])
def test_an_optional_check_is_made_where_it_has_a_value(rule):
    worse = -1e-6 if rule.below else 1e-6
    assert rule.name not in [check.name for check in judge(GOOD).checks]
    assert judge({**GOOD, rule.name: rule.caution}).status == "trusted"
    verdict = judge({**GOOD, rule.name: rule.caution + worse})
    assert verdict.status == "caution"
    assert check_of(verdict, rule.name).advice


@pytest.mark.parametrize("bad", [1e9, float("nan")])
def test_only_a_lift_test_among_them_can_reject(bad):
    for rule in OPTIONAL_RULES:
        verdict = judge({**GOOD, rule.name: -bad if rule.below else bad})
        rejects = rule.name == "lift_tests"
        assert verdict.status == ("rejected" if rejects else "caution"), rule.name
        json.dumps(check_of(verdict, rule.name).limit, allow_nan=False)


def test_a_lift_test_four_deviations_away_rejects():
    assert judge({**GOOD, "lift_tests": 4.0}).status == "caution"
    assert judge({**GOOD, "lift_tests": 4.1}).status == "rejected"


def test_the_larger_of_chance_and_importance_decides():
    def status(value, limit):
        named = {"residual_tails": value, "residual_tails_limit": limit}
        found = check_of(judge({**GOOD, **named}), "residual_tails")
        return found.status, found.limit

    assert status(1.2, 0.3) == ("caution", 1.0)
    assert status(1.2, 1.5) == ("trusted", 1.5)
    assert status(1.6, 1.5) == ("caution", 1.5)


def test_chance_moves_no_limit_of_rejection():
    values = {**GOOD, "residual_autocorrelation": 0.81, "residual_autocorrelation_limit": 0.3}
    assert judge(values).status == "rejected"


@pytest.mark.parametrize(
    ("name", "word", "richer"),
    [
        ("residual_autocorrelation", "'ar1'", {"noise": {"kind": "ar1"}}),
        ("residual_tails", "'student_t'", {"kpi": {**KPI, "likelihood": "student_t"}}),
        ("residual_tails", "'lognormal'", {"kpi": {**KPI, "likelihood": "lognormal"}}),
        (
            "residual_spread_by_mean",
            "'lognormal'",
            {"kpi": {**KPI, "likelihood": "lognormal"}},
        ),
        (
            "residual_spread_by_mean",
            "'negative_binomial'",
            {"kpi": {**KPI, "likelihood": "negative_binomial"}},
        ),
        ("residual_spread_by_geo", "'geo'", {"noise": {"scale": "geo"}}),
    ],
)
def test_the_advice_names_the_richer_noise_until_the_model_has_it(name, word, richer):
    values = {**GOOD, name: 5.0 if name != "residual_autocorrelation" else 0.5}
    for plain in (None, spec()):
        assert word in check_of(judge(values, plain), name).advice
    beyond = check_of(judge(values, spec(**richer)), name).advice
    assert beyond
    assert word not in beyond


@pytest.mark.parametrize(("name", "bad"), [("r_hat", 1.2), ("ess_bulk", 20.0)])
def test_beside_latent_demand_chains_that_disagree_ask_for_a_lift_test(name, bad):
    latent = spec(demand={"kind": "latent", "drives": ["tv"]})
    told, plain = (check_of(judge({**GOOD, name: bad}, s), name).advice for s in (latent, spec()))
    assert "lift test" in told
    assert "'series'" in told
    assert "lift test" not in plain


@pytest.mark.parametrize("noise", ["iid", "ar1"])
def test_counts_are_sent_to_noise_that_remembers_unless_theirs_does(noise):
    counts = spec(kpi={**KPI, "likelihood": "negative_binomial"}, noise={"kind": noise})
    verdict = judge({**GOOD, "residual_autocorrelation": 0.5}, counts)
    assert ("ar1" in check_of(verdict, "residual_autocorrelation").advice) == (noise == "iid")


def test_one_step_draws_clear_a_model_that_knows_the_memory():
    """AR(1) noise of rho 0.7: forecast from week to week its residuals are innovations."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(150, 1))
    for t in range(1, 150):
        noise[t] += 0.7 * noise[t - 1]
    mean = np.zeros((800, 150, 1))
    carried = np.vstack([np.zeros((1, 1)), 0.7 * noise[:-1]])
    fresh = rng.normal(size=mean.shape)
    knows = predictive_values(noise, mean, mean + carried + fresh)
    ignores = predictive_values(noise, mean, mean + fresh / np.sqrt(1.0 - 0.49))
    assert check_of(judge(GOOD | knows), "residual_autocorrelation").passed
    assert check_of(judge(GOOD | knows), "predictive_coverage").passed
    assert not check_of(judge(GOOD | ignores), "residual_autocorrelation").passed


def test_weeks_left_out_of_the_likelihood_do_not_count():
    rng = np.random.default_rng(1)
    observed, draws = rng.normal(size=(60, 2)), rng.normal(size=(400, 60, 2))
    unseen = np.where(np.arange(60)[:, None] >= 50, np.nan, observed)
    found = predictive_values(unseen, np.zeros((5, 60, 2)), draws)
    expected = predictive_values(observed[:50], np.zeros((5, 50, 2)), draws[:, :50])
    assert found == pytest.approx(expected)
    assert all(np.isfinite(value) for value in found.values())


def test_the_uncertainty_ratio_is_that_of_the_channel_which_narrows_most():
    at_largest = np.array([[1.0, 2.0, 5.0], [3.0, 6.0, 5.0]])
    at_twice = np.array([[2.0, 3.0, 5.0], [6.0, 6.0, 9.0]])
    assert uncertainty_ratio(at_largest, at_twice) == 0.75
    assert uncertainty_ratio(at_largest[:, 2:], at_twice[:, 2:]) == 1.0
    verdict = judge({**GOOD, "extrapolation": 0.75})
    assert "extrapolation" in check_of(verdict, "extrapolation").message


def test_a_flat_response_is_not_extrapolation():
    flat = np.random.default_rng(2).normal(size=(400, 1))
    ratio = uncertainty_ratio(flat, flat * (1.0 - 1e-13))
    assert check_of(judge({**GOOD, "extrapolation": ratio}), "extrapolation").passed


@pytest.mark.parametrize(
    ("value", "limit", "told"),
    [
        (1.0103, 1.01, ("1.0103", "1.01")),
        (1.0134, 1.01, ("1.013", "1.01")),
        (1.35, 1.01, ("1.35", "1.01")),
        (0.04996, 0.05, ("0.04996", "0.05")),
        (1.01, 1.01, ("1.01", "1.01")),
        (float("nan"), 1.01, ("nan", "1.01")),
    ],
)
def test_a_value_beyond_its_limit_is_not_told_as_the_limit(value, limit, told) -> None:
    assert told_apart(value, limit) == told
