"""Bases of time: kinks, and the kernel that the waves approximate."""

import numpy as np
import pytensor.tensor as pt
import pytest

from mmm.data.time_basis import (
    piecewise_basis,
    smooth_basis,
    smooth_size,
    spectral_sd,
    walk_basis,
    walk_size,
    window_units,
)


def test_kinks_are_even_over_nine_tenths_and_go_on_past_the_window():
    position = np.array([-0.5, -0.2, 0.1, 0.4, 0.5, 0.8])
    expected = [[0, 0, 0.3, 0.6, 0.7, 1.0], [0, 0, 0, 0.3, 0.4, 0.7], [0, 0, 0, 0, 0.1, 0.4]]
    np.testing.assert_allclose(piecewise_basis(position, 3), expected, atol=1e-15)


def _covariance(position: np.ndarray, span_weeks: int, lengthscale: float) -> np.ndarray:
    size = smooth_size(span_weeks, lengthscale)
    scale = spectral_sd(*size, window_units(lengthscale, span_weeks), np)
    weighted = scale[:, None] * smooth_basis(position, *size)
    return np.asarray(weighted.T @ weighted)


@pytest.mark.parametrize(
    ("span", "lengthscale"), [(156, 4.0), (156, 13.0), (104, 26.0), (104, 52.0), (52, 260.0)]
)
def test_smooth_covariance_equals_the_kernel_up_to_a_lengthscale_past_the_data(span, lengthscale):
    scale = window_units(lengthscale, span)
    position = np.linspace(-0.5 - scale, 0.5 + scale, 81)
    exact = np.exp(-0.5 * ((position[:, None] - position) / scale) ** 2)
    # 0.6 % of the spectrum lies above the last function; at the far edge exp(-4.5) of the variance
    np.testing.assert_allclose(_covariance(position, span, lengthscale), exact, atol=0.018)
    inside = np.abs(position) <= 0.5
    error = np.abs(_covariance(position, span, lengthscale) - exact)[np.ix_(inside, inside)]
    assert error.max() < 0.01


def test_smooth_wave_keeps_its_last_value_far_out():
    size = smooth_size(104, 26.0)
    edge = 0.5 + window_units(26.0, 104)
    far = smooth_basis(np.array([edge * 0.9, 3.0, 30.0]), *size)
    np.testing.assert_array_equal(far[:, 1], far[:, 2])
    assert np.abs(far[:, 0] - far[:, 1]).max() > 0.01


def test_smooth_size_meets_the_published_rules():
    for span, lengthscale in [(156, 4.0), (104, 26.0), (104, 104.0), (52, 260.0)]:
        n_functions, boundary = smooth_size(span, lengthscale)
        ratio = window_units(lengthscale, span) / 0.5
        factor = boundary / 0.5
        assert factor >= max(3.2 * ratio, 1.2) * (1 - 1e-12)
        assert n_functions >= 1.75 * factor / ratio * (1 - 1e-12)


def test_a_walk_has_the_covariance_of_a_random_walk():
    """Share of a standard Brownian motion's variance after 24 terms: 2 / (24 pi^2) is missing."""
    week = np.arange(156.0)
    basis = walk_basis(week, 156, 156)
    exact = np.minimum(week[:, None], week) / 155.0
    assert basis.shape[0] == walk_size(156, 156) == 24
    np.testing.assert_allclose(basis.T @ basis, exact, atol=2.0 / (24.0 * np.pi**2) + 1e-3)
    assert np.all(basis[:, 0] == 0.0)


@pytest.mark.parametrize("more", [1, 26, 104])
def test_a_walk_over_more_weeks_walks_as_far_in_a_week(more):
    """A refit: the covariance of the weeks that both have is the same but for the cut terms."""
    week, ahead = np.arange(104.0), np.arange(104.0 + more)
    first, then = walk_basis(week, 104, 104), walk_basis(ahead, 104, 104 + more)
    assert len(then) >= len(first)
    np.testing.assert_allclose(
        (then.T @ then)[:104, :104], first.T @ first, atol=2.0 * 2.0 / (24.0 * np.pi**2)
    )
    far = (then.T @ then)[-1, -1]
    assert far == pytest.approx((103.0 + more) / 103.0, rel=0.02)


def test_a_walk_stays_where_the_data_end():
    basis = walk_basis(np.array([-5.0, 0.0, 103.0, 110.0, 400.0]), 104, 104)
    np.testing.assert_array_equal(basis[:, 0], basis[:, 1])
    np.testing.assert_array_equal(basis[:, 2], basis[:, 3])
    np.testing.assert_array_equal(basis[:, 2], basis[:, 4])


def test_spectral_sd_in_pytensor_equals_numpy_and_takes_draws():
    expected = spectral_sd(8, 1.1, 0.3, np)
    built = spectral_sd(8, 1.1, pt.constant(0.3), pt).eval()
    np.testing.assert_allclose(built, expected, rtol=1e-14)
    draws = spectral_sd(8, 1.1, np.array([[0.3], [0.5]]), np)
    np.testing.assert_allclose(draws[0], expected, rtol=1e-14)
    assert draws.shape == (2, 8)
