"""Scores against their definitions, and what overlapping windows are worth against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mmm.trust.backtest.scores import crps, effective_windows, interval_score, pit

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20)


@given(NUMBERS, st.floats(-1e3, 1e3))
def test_crps_is_its_definition(values, outcome) -> None:
    draws = np.array(values)
    pairs = np.abs(draws[:, None] - draws[None, :]).mean()
    expected = np.abs(draws - outcome).mean() - 0.5 * pairs
    assert crps(draws, outcome) == pytest.approx(expected, abs=1e-8)
    assert crps(draws, outcome) >= -1e-9


def test_crps_of_a_normal_is_its_closed_form() -> None:
    draws = stats.norm(2.0, 3.0).ppf((np.arange(20_000) + 0.5) / 20_000)
    z = (4.0 - 2.0) / 3.0
    closed = 3.0 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(draws, 4.0) == pytest.approx(closed, rel=1e-3)


def test_pit_and_interval_score() -> None:
    assert pit(np.array([1.0, 2.0, 2.0, 3.0]), 2.0) == 0.5
    assert interval_score(1.0, 3.0, 2.0) == 2.0
    assert interval_score(1.0, 3.0, 3.5) == pytest.approx(12.0)


@pytest.mark.parametrize(("windows", "length"), [(12, 4), (12, 8), (12, 13), (24, 13)])
def test_effective_windows_are_what_the_variance_of_a_mean_of_sums_says(windows, length) -> None:
    rng = np.random.default_rng(windows + length)
    weekly = rng.standard_normal((20_000, windows * 4 + length))
    sums = np.stack([weekly[:, 4 * i : 4 * i + length].sum(1) for i in range(windows)], axis=1)
    worth = sums.var() / sums.mean(1).var()
    assert effective_windows(windows, length, 4) == pytest.approx(worth, rel=0.05)


def test_twelve_windows_of_thirteen_weeks_are_worth_four() -> None:
    assert effective_windows(12, 4, 4) == 12.0
    assert effective_windows(12, 13, 4) == pytest.approx(3.96, abs=0.01)
