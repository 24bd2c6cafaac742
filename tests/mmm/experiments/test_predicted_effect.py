"""What a model expects of a test to come, held to its own what-if answers."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.errors import QueryError
from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import TINY, fake_model

COOLDOWN = 12
"""Weeks that hold all carry-over of the fakes."""


@pytest.mark.parametrize("channel", ["tv", "search"])
@pytest.mark.parametrize("scale", [0.0, 1.5])
def test_its_lift_is_the_effect_of_the_same_do(channel, scale):
    model = fake_model(weeks=60)
    found = predicted_effect(model, PlannedTest(channel, SpendPath(scale=scale), 4, COOLDOWN))
    end = found.start + timedelta(weeks=3)
    asked = Counterfactual.model_validate(
        {
            "window": {"start": found.start, "end": end},
            "do": [{"variable": channel, "scale": scale}],
            "after": "continue",
        }
    )
    told = answer(model, asked).effect
    assert found.lift.mean() == pytest.approx(told.mean, rel=1e-9)
    assert np.quantile(found.lift, 0.95) == pytest.approx(told.p95, rel=1e-9)


def test_money_is_the_value_of_the_lift_and_the_spend():
    model = fake_model(weeks=60)
    cut = predicted_effect(model, PlannedTest("tv", SpendPath(scale=0.0), 4, 6))
    first = model.panel.weeks.index(cut.start)
    spent = model.panel.array("spend")[first : first + 4, 0, model.structure.channels.index("tv")]
    assert cut.spend == pytest.approx(-spent.sum())
    np.testing.assert_allclose(cut.value, 7.0 * cut.lift)
    np.testing.assert_allclose(cut.cost, -spent.sum() - 7.0 * cut.lift)
    assert cut.kpi == pytest.approx(model.panel.array("kpi")[first : first + 10].sum())


def test_its_weeks_are_the_latest_in_which_the_channel_was_on():
    model = fake_model(weeks=60)
    spend = model.panel.array("spend")[:, 0, model.structure.channels.index("radio")]
    spend[-20:] = 0.0
    found = predicted_effect(model, PlannedTest("radio", SpendPath(scale=0.0), 4, 2))
    first, usual = model.panel.weeks.index(found.start), 4 * spend[-52:].mean()
    assert spend[first : first + 4].sum() >= usual
    later = [spend[k : k + 4].sum() for k in range(first + 1, len(spend) - 5)]
    assert max(later) < usual


def test_treated_geos_alone_are_changed():
    model = fake_model(weeks=60, geos=4)
    apart = [
        predicted_effect(model, PlannedTest("tv", SpendPath(scale=2.0), 4, 2, geos))
        for geos in (("r0", "r2"), ("r1", "r3"), None)
    ]
    both, whole = apart[0].lift + apart[1].lift, apart[2].lift
    np.testing.assert_allclose(both, whole, rtol=1e-9)
    assert apart[0].spend + apart[1].spend == pytest.approx(apart[2].spend)


def test_a_part_of_a_national_series_gives_its_share():
    model = fake_model(weeks=60)
    whole = predicted_effect(model, PlannedTest("tv", SpendPath(scale=0.0), 4))
    part = predicted_effect(model, PlannedTest("tv", SpendPath(scale=0.0), 4, treated_share=0.25))
    np.testing.assert_allclose(part.lift, 0.25 * whole.lift, rtol=1e-9)
    assert part.spend == pytest.approx(0.25 * whole.spend)


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (PlannedTest("radoi", SpendPath(scale=0.0), 4), "'radoi' is not a channel"),
        (PlannedTest("tv", SpendPath(scale=0.0), 50, 30), "the data have 60"),
        (PlannedTest("tv", SpendPath(scale=1.0), 4), "nothing to measure"),
        (PlannedTest("tv", SpendPath(scale=0.0), 4, geos=("x",)), "'x' is not a geo"),
    ],
)
def test_a_test_that_cannot_be_run_is_refused(test, told):
    with pytest.raises(QueryError) as caught:
        predicted_effect(fake_model(weeks=60), test)
    assert told in str(caught.value)


def test_a_share_of_a_model_with_geos_is_refused():
    part = PlannedTest("tv", SpendPath(scale=0.0), 4, treated_share=0.5)
    with pytest.raises(QueryError, match="name the treated ones"):
        predicted_effect(fake_model(weeks=60, geos=2), part)


def test_a_model_without_a_price_is_asked_like_any_other():
    found = predicted_effect(fake_model(TINY, weeks=60), PlannedTest("tv", SpendPath(scale=0.0), 4))
    np.testing.assert_allclose(found.value, found.lift)
    assert found.spend < 0.0
