"""Conformal inference: its long-run bound for any series, its coverage, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.errors import QueryError
from mmm.posterior.trust.backtest import WeekAhead
from mmm.trust.conformal import (
    MISS,
    STEP,
    adapted,
    conformal_of,
    miss_bound,
    quantile_at,
    split_windows,
)
from tests.app.fake_backtest import FIRST, made_up, origin

SERIES = st.lists(
    st.one_of(st.floats(0.0, 1e6), st.sampled_from([0.0, 1.0, 1e9])), min_size=25, max_size=150
)


@given(SERIES, st.booleans())
def test_the_long_run_bound_holds_for_any_series(values, sorts) -> None:
    """Gibbs & Candes (2021), Proposition 4.1; rising scores are the worst that can come."""
    scores = np.sort(values) if sorts else np.array(values)
    misses, levels, _ = adapted(scores)
    assert abs(misses.mean() - MISS) <= miss_bound(len(misses)) + 1e-12
    assert np.all((levels >= -STEP) & (levels <= 1.0 + STEP))


@pytest.mark.parametrize("wish", ["always", "never", "at random", "in turn"])
def test_the_bound_has_content_in_the_long_run(wish) -> None:
    """Against an adversary that picks every score after seeing the interval."""
    level, misses = MISS, []
    past, rng = np.linspace(0.0, 1.0, 20), np.random.default_rng(0)
    for week in range(2000):
        edge = quantile_at(past, level)
        wants = {
            "always": True,
            "never": False,
            "at random": rng.random() < 0.5,
            "in turn": week % 40 < 20,
        }[wish]
        miss = float(edge == -np.inf or (wants and np.isfinite(edge)))
        misses.append(miss)
        level += STEP * (MISS - miss)
    assert miss_bound(2000) < 0.03
    assert abs(np.mean(misses) - MISS) <= miss_bound(2000) + 1e-12


def test_split_conformal_covers_what_it_says() -> None:
    """A new score of the same kind lies below the edge in at least 90 %, nearly exactly."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(3000):
        scores = rng.exponential(1.0, 20)
        widen = split_windows(scores[:19], 4, 4).widen
        assert widen is not None
        held.append(scores[19] <= widen)
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


def test_too_few_windows_reach_less_than_90_percent() -> None:
    twelve = split_windows(np.arange(12.0), 13, 4)
    assert twelve.widen is None
    assert twelve.largest == pytest.approx(0.798, abs=0.002)
    assert split_windows(np.arange(9.0), 4, 4).widen == 8.0
    assert split_windows(np.arange(8.0), 4, 4).widen is None


def weeks_of(outcomes) -> tuple[WeekAhead, ...]:
    """Weeks whose interval is [-1, 1]."""
    return tuple(
        WeekAhead(week=FIRST, outcome=o, mean=0.0, p5=-1.0, p50=0.0, p95=1.0, pit=0.5)
        for o in outcomes
    )


def backtest(outcomes):
    origins = [origin(i) for i in range(12)]
    origins[-1] = origins[-1].model_copy(update={"weeks_ahead": weeks_of(outcomes)})
    return made_up(origins, {"horizons": [4], "every": 4}).backtest


def test_intervals_that_hold_stand_as_they_are() -> None:
    rng = np.random.default_rng(1)
    found = conformal_of(backtest(rng.uniform(-1.0, 1.0, 57)), 4)
    assert found.widen == {1: 1.0, 4: 1.0}
    assert "stands as it is" in found.sentences[0]


def test_intervals_that_miss_are_widened_by_what_the_past_showed() -> None:
    """Outcomes three times as wide as the model says: its edge at 90 % is 2.7 half-widths."""
    rng = np.random.default_rng(2)
    found = conformal_of(backtest(rng.uniform(-3.0, 3.0, 400)), 4)
    assert found.adapted.model_missed == pytest.approx(2 / 3, abs=0.06)
    assert found.adapted.missed == pytest.approx(0.1, abs=found.adapted.missed_bound)
    assert found.widen[1] == pytest.approx(2.7, abs=0.2)
    assert "times as wide" in found.sentences[0]


def test_fewer_than_52_weeks_are_refused_by_name() -> None:
    with pytest.raises(QueryError, match="51 weeks were forecast one ahead"):
        conformal_of(backtest(np.zeros(51)), 4)
