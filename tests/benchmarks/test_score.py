"""The scores of the comparison: worlds repeat, the truth scores best, worlds pool as sums."""

import numpy as np
import pytest

from benchmarks.score import attribution, future_response, pooled, score_plan
from benchmarks.worlds import LAGS, make


def test_a_world_repeats_itself() -> None:
    assert make("small", 101).frame.equals(make("small", 101).frame)


def test_the_truth_attributes_itself_without_error() -> None:
    world = make("small", 101)
    found = attribution(world, np.tile(world.contribution, (10, 1)))
    assert found == {
        "mape": pytest.approx(0.0),
        "coverage_90": 1.0,
        "width_90": 0.0,
        "interval_score_90": 0.0,
    }


def test_the_interval_score_counts_a_miss_twenty_times() -> None:
    world = make("small", 101)
    draws = np.linspace(1.1, 1.3, 2001)[:, None] * world.contribution
    found = attribution(world, draws)
    low, high = 1.1 + 0.05 * 0.2, 1.1 + 0.95 * 0.2
    assert found["interval_score_90"] == pytest.approx(high - low + 20.0 * (low - 1.0))


def test_the_response_counts_carry_in_and_carry_out() -> None:
    world = make("small", 101)
    weekly = world.weekly_spend
    once = future_response(world, weekly)
    path = np.concatenate(
        [
            world.truth.spend[-LAGS:],
            np.repeat(weekly[None, None], 13, axis=0),
            np.zeros((LAGS, 1, weekly.size)),
        ]
    )
    without = path.copy()
    without[LAGS:-LAGS] = 0.0
    difference = world.response(path)[LAGS:] - world.response(without)[LAGS:]
    assert once == pytest.approx(difference.sum())


def test_the_status_quo_gains_nothing_and_no_plan_beats_the_best() -> None:
    world = make("small", 102)
    usual = world.weekly_spend
    score = score_plan(world, usual)
    assert score.plan == pytest.approx(score.status_quo)
    rng = np.random.default_rng(0)
    for _ in range(20):
        plan = np.clip(usual * rng.uniform(0.5, 1.5, usual.size), 0.3 * usual, 2.0 * usual)
        plan = plan * usual.sum() / plan.sum()
        if np.all(plan >= 0.3 * usual) and np.all(plan <= 2.0 * usual):
            assert score_plan(world, plan).plan <= score.best * (1 + 1e-9)


def test_worlds_are_pooled_as_sums_and_harm_is_counted() -> None:
    worlds = [
        {"status_quo": 100.0, "best": 110.0, "plan": 108.0},
        {"status_quo": 50.0, "best": 51.0, "plan": 49.0},
    ]
    captured, harmed = pooled(worlds)
    assert captured == pytest.approx((8.0 - 1.0) / 11.0)
    assert harmed == 1
