"""Adstock and saturation against loops, mass, monotony and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmm.transforms import (
    SATURATION,
    SATURATION_DERIVATIVE,
    SATURATION_PARAMETERS,
    adstock_weights,
    convolve,
)

spends = arrays(np.float64, (14, 2), elements=st.floats(0.0, 1e6))
alphas = st.floats(0.01, 0.99)


def weights_of(kind: str, alpha: float, theta: float, max_lag: int) -> np.ndarray:
    p = {"adstock_alpha": np.array([alpha]), "adstock_theta": np.array([theta])}
    return np.asarray(adstock_weights(kind, p, max_lag, np))


def adstock_by_loop(x: np.ndarray, alpha: float, theta: float | None, max_lag: int) -> np.ndarray:
    """The textbook definition, one week, geo and lag at a time."""
    raw = [alpha ** (lag if theta is None else (lag - theta) ** 2) for lag in range(max_lag + 1)]
    out = np.zeros_like(x)
    for week in range(x.shape[0]):
        for geo in range(x.shape[1]):
            for lag in range(max_lag + 1):
                if week - lag >= 0:
                    out[week, geo] += raw[lag] / sum(raw) * x[week - lag, geo]
    return out


@pytest.mark.parametrize("kind", ["geometric", "delayed"])
@given(x=spends, alpha=alphas, theta=st.floats(0.0, 5.0), max_lag=st.integers(0, 6))
def test_adstock_equals_the_loop(kind, x, alpha, theta, max_lag):
    weights = weights_of(kind, alpha, theta, max_lag)
    before = np.zeros((1, max_lag, 2))
    fast = convolve(x[None], weights, before, max_lag, np)[0]
    slow = adstock_by_loop(x, alpha, None if kind == "geometric" else theta, max_lag)
    # sums of up to seven products of numbers up to 1e6: rounding of a few ulp of the largest
    np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-8)


@pytest.mark.parametrize("kind", ["geometric", "delayed"])
@given(x=spends, alpha=alphas, theta=st.floats(0.0, 5.0), max_lag=st.integers(0, 6))
def test_adstock_conserves_mass(kind, x, alpha, theta, max_lag):
    tail = np.concatenate([x, np.zeros((max_lag, 2))])
    spread = convolve(
        tail[None], weights_of(kind, alpha, theta, max_lag), _none(max_lag), max_lag, np
    )
    assert spread.sum() == pytest.approx(x.sum(), rel=1e-9, abs=1e-6)
    assert (spread >= 0.0).all()


def test_exposure_before_the_data_carries_in():
    weights = weights_of("geometric", 0.5, 0.0, 2)
    ahead = np.full((1, 2, 1), 3.0)
    steady = convolve(np.full((1, 4, 1), 3.0), weights, ahead, 2, np)
    np.testing.assert_allclose(steady, 3.0, rtol=1e-14)


def test_delayed_weights_peak_at_theta():
    assert int(np.argmax(weights_of("delayed", 0.6, 3.0, 8))) == 3


@pytest.mark.parametrize("kind", list(SATURATION))
@given(
    x=st.floats(0.0, 20.0), step=st.floats(1e-3, 5.0), a=st.floats(0.2, 4.0), b=st.floats(0.4, 3.0)
)
def test_response_is_monotone_and_starts_at_zero(kind, x, step, a, b):
    low, high = _curve(kind, np.array([x, x + step]), a, b)
    assert high >= low
    assert _curve(kind, np.zeros(1), a, b)[0] == 0.0
    if kind != "none":
        assert high <= 1.0


@pytest.mark.parametrize("kind", list(SATURATION))
@given(x=st.floats(0.05, 10.0), a=st.floats(0.2, 4.0), b=st.floats(0.4, 3.0))
def test_derivative_equals_finite_difference(kind, x, a, b):
    h = 1e-5 * x
    up, down = _curve(kind, np.array([x + h, x - h]), a, b)
    exact = _curve(kind, np.array([x]), a, b, table=SATURATION_DERIVATIVE)[0]
    # central differences of curves bounded by one: error of order h^2 and cancellation 1e-16 / h
    assert exact == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-8)


def test_hill_is_one_half_at_half_saturation():
    assert _curve("hill", np.array([1.7]), 1.7, 2.3)[0] == pytest.approx(0.5, rel=1e-14)


def test_logistic_equals_the_published_form():
    x, rate = np.linspace(0.0, 4.0, 9), 1.3
    published = (1 - np.exp(-rate * x)) / (1 + np.exp(-rate * x))
    np.testing.assert_allclose(_curve("logistic", x, rate, 1.0), published, atol=1e-15)


def _none(max_lag: int) -> np.ndarray:
    return np.zeros((1, max_lag, 2))


def _curve(kind: str, x: np.ndarray, a: float, b: float, table: dict = SATURATION) -> np.ndarray:
    names = SATURATION_PARAMETERS[kind]
    p = {name: np.array([value]) for name, value in zip(names, (a, b), strict=False)}
    return np.asarray(table[kind](x[None, :, None], p, np))[0, :, 0]
