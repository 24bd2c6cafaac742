"""Naive forecasts against SciPy's multivariate t, and against what they say in words."""

import numpy as np
import pytest
from scipy import stats

from mmm.trust.backtest.naive import NEEDED, YEAR, naive_forecasts

WEEKS = 120


def series(geos: int) -> np.ndarray:
    rng = np.random.default_rng(geos)
    common = rng.normal(0.0, 4.0, (WEEKS, 1))
    return 100.0 + 5.0 * np.arange(1, geos + 1) + common + rng.normal(0.0, 3.0, (WEEKS, geos))


@pytest.mark.parametrize("geos", [1, 3])
def test_scores_are_those_of_a_multivariate_t(geos) -> None:
    kpi, origin, weeks = series(geos), 100, 5
    found = naive_forecasts(kpi, origin, weeks, 0)
    steps = np.diff(kpi, axis=0)
    errors = {
        "last_year": (kpi[YEAR:] - kpi[:-YEAR], origin - YEAR),
        "seasonal_random_walk": (steps[YEAR:] - steps[:-YEAR], origin - YEAR - 1),
    }
    for name, (all_errors, known) in errors.items():
        past, came = all_errors[:known], all_errors[known : known + weeks]
        scale = np.sqrt((past**2).mean(0))
        standard = past / scale
        products = standard.T @ standard / known
        together = 0.0 if geos == 1 else max(0.0, (products.sum() - geos) / (geos * (geos - 1)))
        correlation = together + (1.0 - together) * np.eye(geos)
        shape = np.kron(np.eye(weeks), correlation * np.outer(scale, scale))
        expected = stats.multivariate_t(np.zeros(weeks * geos), shape, df=known).logpdf(
            came.ravel()
        )
        assert found[name].score[-1] == pytest.approx(expected, rel=1e-9), name


def test_totals_are_centred_on_what_the_names_say() -> None:
    kpi, origin = series(2), 100
    found = naive_forecasts(kpi, origin, 4, 1)
    total = kpi.sum(1)
    last_year = total[origin - YEAR : origin - YEAR + 4].cumsum()
    walk, level = [], total[origin - 1]
    for week in range(origin, origin + 4):
        level = level + total[week - YEAR] - total[week - YEAR - 1]
        walk.append(level)
    centre = {"last_year": last_year, "seasonal_random_walk": np.cumsum(walk)}
    for name, expected in centre.items():
        error = found[name].totals.std(0) / np.sqrt(len(found[name].totals))
        assert np.all(np.abs(found[name].totals.mean(0) - expected) < 4.0 * error), name


def test_the_fewest_weeks_that_both_need_suffice() -> None:
    found = naive_forecasts(series(1), NEEDED, 13, 0)
    assert all(np.isfinite(each.score).all() for each in found.values())
