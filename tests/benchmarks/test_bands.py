"""Simultaneous bands of uniform numbers: their stated level against simulation, and their power."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration.bands import uniform_band

RUNS = 2000


@pytest.mark.parametrize(("n", "points"), [(40, 21), (60, 51)])
def test_the_band_holds_as_often_as_it_says(n, points):
    band = uniform_band(n, points, 0.9)
    assert 0.9 <= band.level < 0.95  # counts are discrete: a level is reached or exceeded
    rng = np.random.default_rng(3)
    ranks = rng.integers(0, points, (RUNS, n))
    held = np.mean([band.holds((each + 1) / points) for each in ranks])
    # Three binomial standard errors of 2000 runs at 0.9 are 0.02.
    assert abs(held - band.level) < 0.02


def test_pointwise_intervals_are_narrower_and_bonferroni_wider():
    from scipy.stats import binom

    band = uniform_band(60, 50, 0.95)
    at = 24
    pointwise = [float(binom.ppf(p, 60, band.grid[at])) for p in (0.025, 0.975)]
    wide = [float(binom.ppf(p, 60, band.grid[at])) for p in (0.025 / 50, 1 - 0.025 / 50)]
    assert wide[0] <= band.low[at] <= pointwise[0]
    assert pointwise[1] <= band.high[at] <= wide[1]


@pytest.mark.parametrize(("a", "b"), [(2.0, 2.0), (0.5, 0.5), (1.0, 2.0)])
def test_what_is_not_uniform_leaves_it(a, b):
    """Too wide, too narrow and biased intervals, of 200 worlds."""
    band, rng = uniform_band(200, 21, 0.95), np.random.default_rng(4)
    ranks = np.floor(rng.beta(a, b, 200) * 21)
    assert not band.holds((ranks + 1) / 21)


@settings(max_examples=10, deadline=None)
@given(st.integers(5, 60), st.integers(5, 40), st.floats(0.5, 0.99))
def test_a_band_has_at_least_its_level_and_holds_a_perfect_sample(n, points, level):
    band = uniform_band(n, points, level)
    assert band.level >= level
    assert np.all(band.low <= band.high)
    # Counts as even as counts can be.
    assert np.all((band.low <= np.ceil(n * band.grid)) & (band.high >= np.floor(n * band.grid)))
