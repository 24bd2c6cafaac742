"""Tests that could be run next: their parts of the market, and how likely they find an effect."""

import numpy as np
import pytest
from scipy.stats import norm

from mmm.experiments.candidates import Candidate, candidates
from mmm.experiments.expected_error import weekly_noise
from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import fake_model


def possible(models: list[FittedModel], channel: str) -> list[Candidate]:
    return candidates(models, channel, weekly_noise(models[0]))


def test_a_nation_is_treated_in_parts_of_it():
    model = fake_model(weeks=80)
    found = possible([model], "tv")
    assert {each.test.treated_share for each in found} == {0.1, 0.25, 0.5}
    some = next(each for each in found if each.test.treated_share == 0.25)
    direct = predicted_effect(model, some.test)
    np.testing.assert_allclose(some.effect.lift, direct.lift, rtol=1e-9)
    assert some.effect.spend == pytest.approx(direct.spend)
    assert some.share == pytest.approx(0.25)


def test_geos_of_about_each_share_are_treated_where_the_channel_spends():
    model = fake_model(weeks=80, geos=8)
    spend = model.panel.array("spend")
    spend[:, 3, model.structure.channels.index("tv")] = 0.0
    found = possible([model], "tv")
    areas = {each.test.geos for each in found}
    assert len(areas) >= 2
    assert all(geos and "r3" not in geos for geos in areas)
    for each in found:
        sales = model.panel.array("kpi").sum(axis=0)
        of_all = sales[[int(name[1:]) for name in each.test.geos or ()]].sum() / sales.sum()
        assert each.share == pytest.approx(of_all, rel=0.1)


def test_draws_of_several_models_stand_one_after_the_other():
    first, second = fake_model(weeks=80, draws=30), fake_model(weeks=80, draws=20, seed=5)
    joined = possible([first, second], "search")[0]
    apart = [predicted_effect(model, joined.test).lift for model in (first, second)]
    # The part of a nation is its share of the half that was predicted.
    np.testing.assert_allclose(joined.effect.lift, np.concatenate(apart), rtol=1e-9)


def test_the_cool_down_waits_for_most_of_the_effect():
    model = fake_model(weeks=80)
    none = possible([model], "mail")[0].test  # its adstock is none
    late = possible([model], "tv")[0].test  # up to six weeks, delayed
    assert none.cooldown == 0
    assert late.cooldown > 0
    cut = PlannedTest("tv", SpendPath(scale=0.0), 4)
    caught = [
        predicted_effect(model.thinned(50), PlannedTest(cut.channel, cut.change, 4, weeks))
        for weeks in (late.cooldown, 6)
    ]
    assert abs(caught[0].lift.mean()) >= 0.9 * abs(caught[1].lift.mean())


def with_lifts(lift: np.ndarray, error: float) -> Candidate:
    some = possible([fake_model(weeks=80)], "tv")[0]
    effect = some.effect.times(0.0)
    object.__setattr__(effect, "lift", lift)
    return Candidate(some.test, 0.25, effect, error)


def test_power_and_assurance_have_their_closed_forms():
    assert with_lifts(np.zeros(10), 1.0).assurance == pytest.approx(0.05)
    found = with_lifts(np.full(10, 3.0), 1.0)
    assert found.assurance == pytest.approx(norm.cdf(3.0 - 1.96) + norm.cdf(-4.96), abs=1e-4)
    at_limit = with_lifts(np.full(10, found.detectable), 1.0)
    assert at_limit.assurance == pytest.approx(0.8, abs=1e-4)
    # Averaged over Normal(m, s^2), y ~ Normal(m, s^2 + se^2): the chance that it leaves +-z se.
    m, s, z = 1.0, 2.0, norm.ppf(0.975)
    lift = m + s * norm.ppf((np.arange(4000) + 0.5) / 4000)
    spread = np.hypot(s, 1.0)
    expected = norm.cdf((m - z) / spread) + norm.cdf((-m - z) / spread)
    assert with_lifts(lift, 1.0).assurance == pytest.approx(expected, abs=1e-3)


def test_a_channel_that_was_off_for_a_year_has_no_tests():
    model = fake_model(weeks=80)
    model.panel.array("spend")[-52:, 0, model.structure.channels.index("radio")] = 0.0
    assert possible([model], "radio") == []
