"""Bases of time: kinks, and the kernel that the waves approximate."""

import numpy as np
import pytensor.tensor as pt
import pytest

from mmm.data.time_basis import (
    piecewise_basis,
    smooth_basis,
    smooth_size,
    spectral_sd,
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


def test_spectral_sd_in_pytensor_equals_numpy_and_takes_draws():
    expected = spectral_sd(8, 1.1, 0.3, np)
    built = spectral_sd(8, 1.1, pt.constant(0.3), pt).eval()
    np.testing.assert_allclose(built, expected, rtol=1e-14)
    draws = spectral_sd(8, 1.1, np.array([[0.3], [0.5]]), np)
    np.testing.assert_allclose(draws[0], expected, rtol=1e-14)
    assert draws.shape == (2, 8)
