"""Quantiles, p-values and densities of a mixture, against its own definition."""

import numpy as np
import pytest
from scipy import integrate, stats

from mmm.experiments.estimators.mixture import Mixture, of_series, stacked

MIXED = Mixture(
    np.array([0.3, 0.7]),
    np.array([10.0, np.log(12.0)]),
    np.array([1.5, 0.2]),
    np.array([4.0, 9.0]),
    np.array([False, True]),
)


@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.5, 0.9, 1.0 - 1e-6])
def test_quantiles_invert_the_distribution(probability: float) -> None:
    assert MIXED.cdf(MIXED.quantile(probability)) == pytest.approx(probability, abs=1e-12)


def test_the_density_is_that_of_its_parts() -> None:
    x = 11.0
    plain = stats.t(4, 10.0, 1.5).pdf(x)
    of_log = stats.t(9, np.log(12.0), 0.2).pdf(np.log(x)) / x
    assert np.exp(MIXED.log_density(x)) == pytest.approx(0.3 * plain + 0.7 * of_log)
    mass = integrate.quad(lambda at: float(np.exp(MIXED.log_density(at))), 8.0, 13.0)[0]
    assert mass == pytest.approx(float(MIXED.cdf(13.0) - MIXED.cdf(8.0)), abs=1e-8)


def test_stacking_keeps_every_part_in_its_share() -> None:
    both = stacked([MIXED, MIXED], np.array([0.25, 0.75]))
    assert both.cdf(11.0) == pytest.approx(MIXED.cdf(11.0))
    assert both.weight.sum() == pytest.approx(1.0)


def test_what_is_left_out_of_a_series_moves_no_figure() -> None:
    many = Mixture(
        np.array([[0.3, 0.7 - 1e-9, 1e-9]]),
        np.array([[10.0, np.log(12.0), 99.0]]),
        np.array([[1.5, 0.2, 1.0]]),
        np.array([[4.0, 9.0, 5.0]]),
        np.array([False, True, False]),
    )
    one = of_series(many, 0)
    assert one.weight.shape == (2,)
    assert one.quantile(0.975) == pytest.approx(MIXED.quantile(0.975), rel=1e-7)
