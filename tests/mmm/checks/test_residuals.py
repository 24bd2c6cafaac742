"""Residual checks: silent on the noise that the model claims, loud on any other."""

import numpy as np
import pytest
from scipy import stats

from mmm.checks.residuals import (
    correlation_of_geos,
    excess_kurtosis,
    mean_autocorrelation,
    normal_scores,
    residual_values,
)
from mmm.posterior.verdict_limits import OPTIONAL_RULES, RULES

FLOORS = {rule.name: rule.caution for rule in (*RULES, *OPTIONAL_RULES)}
ALL = (
    "residual_autocorrelation",
    "residual_persistence",
    "residual_tails",
    "residual_spread_by_mean",
    "residual_spread_by_geo",
    "residual_correlation_of_geos",
)
CHANCE_ALONE = dict.fromkeys(ALL, -np.inf)


def standard(noise):
    return (noise - noise.mean(0)) / noise.std(0)


def wavy_mean(weeks, geos, rng):
    """A fitted mean that varies by about 30 %, half of it with the season."""
    season = np.sin(2.0 * np.pi * np.arange(weeks)[:, None] / 52.0 + rng.normal(size=geos))
    return np.exp(0.27 * season + 0.23 * rng.normal(size=(weeks, geos)))


def design(weeks, rng):
    """Level, trend, season, three carried-over media and two slow series: 11 regressors."""
    t = np.arange(weeks)
    columns = [np.ones(weeks), t / weeks]
    columns += [f(2.0 * np.pi * k * t / 52.18) for k in (1, 2) for f in (np.sin, np.cos)]
    spend = rng.lognormal(3.0, 0.6, (weeks, 3)) * (rng.random((weeks, 3)) < 0.7)
    sources = [*spend.T, *rng.normal(size=(2, weeks))]
    for memory, source in zip((0.2, 0.5, 0.8, 0.9, 0.8), sources, strict=True):
        carried = [source[0]]
        for value in source[1:]:
            carried.append(value + memory * carried[-1])
        columns.append(np.array(carried) / np.std(carried))
    return np.stack(columns, axis=1)


def fitted_away(noise, rng):
    """What is left of ``noise`` after least squares, and after a common shock in a panel."""
    if noise.shape[1] > 1:
        noise = noise - 0.95 * noise.mean(1, keepdims=True)
    basis = design(noise.shape[0], rng)
    target = noise.mean(1, keepdims=True)
    left = noise - basis @ np.linalg.lstsq(basis, target, rcond=None)[0]
    return left - left.mean(0)


def normal(weeks, geos, rng, mean):
    return rng.normal(size=(weeks, geos))


def autoregressive(weeks, geos, rng, mean):
    noise = rng.normal(size=(weeks, geos))
    for t in range(1, weeks):
        noise[t] = 0.5 * noise[t - 1] + np.sqrt(0.75) * noise[t]
    return noise


def heavy(weeks, geos, rng, mean):
    return rng.standard_t(3, size=(weeks, geos))


def proportional(weeks, geos, rng, mean):
    return mean * rng.normal(size=(weeks, geos))


def uneven(weeks, geos, rng, mean):
    return np.geomspace(1.0, 3.0, geos) * rng.normal(size=(weeks, geos))


def shared_by_half(weeks, geos, rng, mean):
    return rng.normal(size=(weeks, geos)) + rng.normal(size=(weeks, 1)) * (np.arange(geos) % 2)


def slow_in_each_geo(weeks, geos, rng, mean):
    slow = rng.normal(size=(weeks, geos))
    for t in range(1, weeks):
        slow[t] = 0.9 * slow[t - 1] + np.sqrt(0.19) * slow[t]
    return rng.normal(size=(weeks, geos)) + 0.55 * slow


def alarms(noise, weeks, geos, *, repeats, fit, floors=FLOORS):
    """Share of ``repeats`` data sets in which each check speaks up."""
    rng = np.random.default_rng(7)
    found = dict.fromkeys((*ALL, "any"), 0.0)
    for _ in range(repeats):
        mean = wavy_mean(weeks, geos, rng)
        residual = noise(weeks, geos, rng, mean)
        values = residual_values(fitted_away(residual, rng) if fit else residual, mean)
        broken = [
            name
            for name in ALL
            if name in values and values[name] > max(floors[name], values[f"{name}_limit"])
        ]
        for name in [*broken, *(["any"] if broken else [])]:
            found[name] += 1.0 / repeats
    return found


# The nominal rate of each check is 1 %. Of 200 data sets a true 1 % passes 5 % with a chance below
# 1e-4, and a true 10 % with a chance of 1 %.
@pytest.mark.parametrize("fit", [False, True], ids=["noise", "residual of a fit"])
@pytest.mark.parametrize(("weeks", "geos"), [(52, 1), (104, 1), (208, 1), (52, 2), (80, 5)])
def test_claimed_noise_raises_no_alarm(weeks, geos, fit):
    found = alarms(normal, weeks, geos, repeats=200, fit=fit, floors=CHANCE_ALONE)
    assert max(found[name] for name in ALL) <= 0.05, found
    verdicts = alarms(normal, weeks, geos, repeats=200, fit=fit)
    assert verdicts["any"] <= 0.08, verdicts


@pytest.mark.parametrize("fit", [False, True], ids=["noise", "residual of a fit"])
def test_many_geos_of_claimed_noise_raise_no_alarm(fit):
    found = alarms(normal, 52, 20, repeats=100, fit=fit)
    assert max(found[name] for name in ALL) <= 0.05, found


@pytest.mark.parametrize(
    ("noise", "weeks", "geos", "name", "power"),
    [
        (autoregressive, 104, 1, "residual_autocorrelation", 0.75),
        (autoregressive, 104, 5, "residual_autocorrelation", 0.95),
        (slow_in_each_geo, 104, 20, "residual_persistence", 0.75),
        (heavy, 104, 1, "residual_tails", 0.65),
        (heavy, 104, 5, "residual_tails", 0.95),
        (proportional, 104, 1, "residual_spread_by_mean", 0.75),
        (proportional, 104, 5, "residual_spread_by_mean", 0.95),
        (uneven, 104, 5, "residual_spread_by_geo", 0.9),
        (shared_by_half, 104, 6, "residual_correlation_of_geos", 0.9),
    ],
)
def test_a_clear_departure_is_found_after_a_fit(noise, weeks, geos, name, power):
    assert alarms(noise, weeks, geos, repeats=60, fit=True)[name] >= power


@pytest.mark.parametrize("noise", [autoregressive, heavy], ids=["memory", "heavy tails"])
def test_memory_and_tails_do_not_look_like_differences_between_geos(noise):
    found = alarms(noise, 104, 12, repeats=60, fit=False, floors=CHANCE_ALONE)
    assert found["residual_spread_by_geo"] <= 0.07
    assert found["residual_correlation_of_geos"] <= 0.07


def test_two_geos_that_mirror_each_other_count_once():
    """A common shock leaves two geos with opposite residuals: 104 numbers of which 52 are news."""
    one = standard(np.random.default_rng(0).normal(size=(52, 1)))
    mirrored = mean_autocorrelation(np.hstack([one, -one]), 1)
    assert mirrored == pytest.approx(mean_autocorrelation(one, 1))


def test_scores_are_normal_quantiles_of_the_share_of_draws_below():
    rng = np.random.default_rng(1)
    observed = rng.normal(3.0, 2.0, (30, 2))
    scores = normal_scores(observed, rng.normal(3.0, 2.0, (20_000, 30, 2)))
    # Standard error of a quantile's score from 20,000 draws: 0.01 in the middle, 0.06 at 3 s.d.
    assert scores == pytest.approx((observed - 3.0) / 2.0, abs=0.2)


def test_equal_draws_count_half_and_unseen_weeks_stay_unseen():
    scores = normal_scores(np.array([[5.0], [np.nan], [6.0]]), np.full((99, 3, 1), 5.0))
    assert scores[:, 0] == pytest.approx([0.0, np.nan, -stats.norm.ppf(1.0 / 200.0)], nan_ok=True)


def test_heavy_tails_that_the_model_has_are_no_departure():
    rng = np.random.default_rng(2)
    observed = rng.standard_t(3, (156, 4))
    claimed = {
        "student_t": rng.standard_t(3, (2000, 156, 4)),
        "normal": rng.normal(0.0, np.sqrt(3.0), (2000, 156, 4)),
    }
    found = {
        name: residual_values(normal_scores(observed, draws), np.ones((156, 4)))["residual_tails"]
        for name, draws in claimed.items()
    }
    assert found["student_t"] < FLOORS["residual_tails"] < found["normal"]


def test_the_limit_of_the_kurtosis_is_where_scipy_finds_one_per_cent():
    quantiles = stats.norm.ppf((np.arange(120) + 0.5) / 120.0)

    def estimate(stretch):
        return excess_kurtosis(standard(np.sinh(stretch * quantiles)[:, None]))

    low, high = 0.01, 3.0
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        found = estimate(middle)
        low, high = (middle, high) if found.value < found.limit else (low, middle)
    at_limit = stats.kurtosistest(np.sinh(low * quantiles), alternative="greater")
    assert at_limit.pvalue == pytest.approx(0.01, abs=1e-6)


@pytest.mark.parametrize("geos", [2, 3, 10, 40])
def test_the_limit_of_correlations_is_chi_squared(geos):
    z = standard(np.random.default_rng(3).normal(size=(100, geos)))
    z[1::2] = -np.abs(z[1::2]) * np.sign(z[::2])  # no positive lag-1 autocorrelation left
    pairs = geos * (geos - 1) // 2
    expected = np.sqrt(stats.chi2.isf(0.01, pairs) / (100.0 * pairs))
    assert correlation_of_geos(z).limit == pytest.approx(expected, rel=0.01)


def test_weeks_that_the_likelihood_leaves_out_change_nothing():
    rng = np.random.default_rng(4)
    scores, mean = rng.normal(size=(60, 3)), wavy_mean(60, 3, rng)
    unseen = np.full((8, 3), np.nan)
    padded = residual_values(np.vstack([unseen, scores, unseen]), np.pad(mean, ((8, 8), (0, 0))))
    assert padded == pytest.approx(residual_values(scores, mean))


def test_the_sizes_of_the_geos_matter_to_one_check_only():
    rng = np.random.default_rng(5)
    scores, mean = rng.normal(size=(60, 3)), wavy_mean(60, 3, rng)
    first, second = (residual_values(s, mean) for s in (scores, scores * [1.0, 5.0, 25.0]))
    changed = {name for name in first if first[name] != pytest.approx(second[name])}
    assert changed == {"residual_spread_by_geo"}


def test_geos_with_nothing_to_tell_are_left_out():
    rng = np.random.default_rng(6)
    scores, mean = rng.normal(size=(60, 3)), wavy_mean(60, 3, rng)
    scores[11:, 1], scores[:, 2] = np.nan, 1.5
    assert residual_values(scores, mean) == residual_values(scores[:, :1], mean[:, :1])
    assert residual_values(scores[:, 2:], mean[:, 2:]) == {"residual_autocorrelation": 0.0}


def test_a_constant_mean_says_nothing_of_spread():
    values = residual_values(np.random.default_rng(8).normal(size=(60, 1)), np.ones((60, 1)))
    assert values["residual_spread_by_mean"] == 0.0
