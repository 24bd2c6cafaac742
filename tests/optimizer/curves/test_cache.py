"""What is kept of a response: the same numbers as asking anew, within its bytes."""

import gc

import numpy as np

from optimizer.curves.cache import CurveCache, cached_curve_bytes, curve_cache_of
from tests.optimizer.worlds import Sums, sums

PAIR = 2 * 8
FEWEST = 40


def response_of_cells() -> Sums:
    return sums(7, cells=4, draws=50)


def test_what_is_kept_is_what_the_response_answers() -> None:
    response, cache = response_of_cells(), CurveCache(most_bytes=0)
    dice = np.random.default_rng(0)
    for _ in range(60):
        levels = np.append(0.0, np.unique(dice.integers(1, 200, 9))).astype(float)
        cell = int(dice.integers(len(response.names)))
        for kept, fresh in zip(
            cache.curve(response, cell, levels), response.curve(cell, levels), strict=True
        ):
            np.testing.assert_array_equal(kept, fresh.T)
        for kept, fresh in zip(
            cache.slope_range(response, cell, levels),
            response.slope_range(cell, levels),
            strict=True,
        ):
            np.testing.assert_array_equal(kept, fresh.T)


def test_what_is_kept_stays_within_bytes_however_much_is_asked() -> None:
    """A cell may be over by one question, and never holds less than the next problem needs."""
    response, levels_per_call = response_of_cells(), 9
    cells, draws = len(response.names), response.draws(np.zeros(len(response.names))).size
    levels_affordable = 60
    cache = CurveCache(most_bytes=levels_affordable * cells * draws * PAIR)
    dice = np.random.default_rng(1)
    most = 2 * cells * (levels_affordable + levels_per_call) * draws * PAIR
    for _ in range(600):
        levels = np.sort(dice.uniform(0.0, 100.0, levels_per_call))
        cache.curve(response, int(dice.integers(cells)), levels)
        cache.slope_range(response, int(dice.integers(cells)), levels)
        assert cache.bytes <= most
    assert cache.bytes > cells * FEWEST * draws * PAIR


def test_what_is_kept_goes_with_its_response() -> None:
    response = response_of_cells()
    assert cached_curve_bytes(response) == 0
    curve_cache_of(response).curve(response, 0, np.array([0.0, 1.0]))
    assert (
        cached_curve_bytes(response)
        == 2 * response.draws(np.zeros(len(response.names))).size * PAIR
    )
    kept = curve_cache_of(response)
    del response
    gc.collect()
    assert curve_cache_of(response_of_cells()) is not kept
