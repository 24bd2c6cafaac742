"""What a reading tells adds up, names who strays, and says what it does not know."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.experiments import GeoTest, read_test
from mmm.experiments.reading.tell import answer_of
from tests.mmm.experiments.test_read import market


def with_money(test: GeoTest, extra: float) -> GeoTest:
    usual = np.full(test.kpi.shape, 40.0)
    spend = usual + extra * np.where(test.is_treated, 1.0, 0.0) * np.where(
        np.arange(len(usual))[:, None] >= test.history, 1.0, 0.0
    )
    return replace(test, spend=spend, usual_spend=usual, value_per_unit=2.0)


def test_figures_belong_together() -> None:
    told = answer_of(read_test(with_money(market(0.15), 10.0)))
    assert told.spend is not None
    assert told.spend.extra == pytest.approx(150.0)
    assert told.iroas is not None
    assert told.iroas.p97_5 == pytest.approx(2.0 * told.incremental.p97_5 / 150.0)
    assert told.incremental.p50 == pytest.approx(told.observed - told.undisturbed.p50)
    assert told.lift.p50 == pytest.approx(told.observed / told.undisturbed.p50 - 1.0)
    assert sum(each.weight for each in told.estimators) == pytest.approx(1.0)
    for each in told.estimators:
        assert sum(donor.weight for donor in each.donors) == pytest.approx(1.0, abs=0.05)
    assert told.incremental.p2_5 < told.incremental.p5 < told.incremental.mean
    assert told.incremental.mean < told.incremental.p95 < told.incremental.p97_5
    window = [each for each in told.periods if each.phase == "window"]
    assert sum(each.observed for each in window) == pytest.approx(told.observed)
    assert sum(each.predicted for each in window) == pytest.approx(told.undisturbed.p50, rel=0.02)


def test_the_95_percent_interval_leaves_zero_out_exactly_where_p_is_below() -> None:
    for seed in range(12):
        told = answer_of(read_test(market(0.03, seed), placebos=False))
        outside = not told.incremental.p2_5 <= 0.0 <= told.incremental.p97_5
        assert outside == (told.p_value < 0.05)


def test_a_cut_that_loses_sales_has_a_positive_return() -> None:
    told = answer_of(read_test(with_money(market(-0.15), -20.0)))
    assert told.iroas is not None
    assert told.incremental.p97_5 < 0.0 < told.iroas.p2_5
    assert "A unit of spend saved lost" in told.summary


def test_cooldown_counts_and_ramp_is_told_apart() -> None:
    test = market(0.2)
    longer = replace(test, end=test.dates[-6], cooldown=5, ramp=4)
    told = answer_of(read_test(longer))
    whole = answer_of(read_test(test))
    assert told.incremental.p50 == pytest.approx(whole.incremental.p50, rel=1e-9)
    assert told.window_incremental is not None
    assert told.lift_after_ramp is not None
    assert 0.5 < told.window_incremental.p50 / told.incremental.p50 < 0.8
    assert told.lift_after_ramp.p2_5 < 0.2 < told.lift_after_ramp.p97_5
    assert [each.phase for each in told.periods].count("cooldown") == 5


def test_a_donor_that_moved_and_one_that_strays_are_named() -> None:
    test = market(geos=14)
    kpi = test.kpi.copy()
    kpi[-15:, 5] *= 1.5
    rng = np.random.default_rng(2)
    kpi[:, 9] *= np.exp(rng.normal(0.0, 0.6, len(kpi)))
    told = answer_of(read_test(replace(test, kpi=kpi)))
    assert any("the donor geo5 moved by +" in warning for warning in told.warnings)
    assert any("the donor geo9 moves unlike the others" in warning for warning in told.warnings)
    assert not any("geo7" in warning for warning in told.warnings)


def test_a_donor_whose_spend_moved_is_named() -> None:
    test = with_money(market(), 10.0)
    assert test.spend is not None
    spend = test.spend.copy()
    spend[-15:, 3] += 30.0
    told = answer_of(read_test(replace(test, spend=spend)))
    said = "the donor geo3 spent 1,050 in the window where 600 is usual"
    assert any(said in warning for warning in told.warnings)


def test_a_small_p_is_doubted_where_untreated_geos_move_as_much() -> None:
    test = market(0.25, geos=12)
    kpi = test.kpi.copy()
    kpi[-15:, 3:6] *= np.array([0.6, 1.7, 0.55])
    told = answer_of(read_test(replace(test, kpi=kpi)))
    assert told.placebos_in_space.rank_p_value is not None
    assert told.p_value < 0.001
    assert told.placebos_in_space.rank_p_value > 0.1
    assert "3 of 11 untreated geos moved by as much" in told.summary
    assert "take it for unproven" in told.summary


def test_what_is_within_chance_says_what_would_have_been_missed() -> None:
    told = answer_of(read_test(market(0.0)))
    assert told.p_value > 0.05
    assert "does not say that there was no effect" in told.summary
    assert told.detectable.increase is not None
    assert f"{told.detectable.increase:.0%}" in told.summary
