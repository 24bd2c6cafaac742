"""Adstock and saturation against loops, mass, monotony and finite differences."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pytensor.compile.mode import Mode
from scipy.stats import gamma, weibull_min

from mmm.equations.transforms import (
    HALF_LIFE,
    LOG_WEIGHTS,
    SATURATION,
    SATURATION_DERIVATIVE,
    adstock_weights,
    concave,
    convolve,
    frequency_curve,
    from_half_life,
)
from mmm.spec.media import ADSTOCK_PARAMETERS, SATURATION_PARAMETERS

QUICK = Mode(linker="py", optimizer="fast_compile")
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
    if kind not in {"none", "power"}:
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


def test_michaelis_menten_is_hill_of_slope_one():
    x = np.linspace(0.0, 6.0, 13)
    expected = _curve("hill", x, 1.7, 1.0)
    np.testing.assert_allclose(_curve("michaelis_menten", x, 1.7, 0.0), expected, rtol=1e-14)


def test_tanh_is_logistic_at_twice_the_rate():
    x = np.linspace(0.0, 4.0, 9)
    np.testing.assert_allclose(_curve("tanh", x, 0.6, 0.0), _curve("logistic", x, 1.2, 0.0))


def test_power_has_constant_elasticity():
    exponent = _parameters("power", 0.8, 0.0)["saturation_power"][0]
    low, high = _curve("power", np.array([1.5, 3.0]), 0.8, 0.0)
    assert high / low == pytest.approx(2.0**exponent, rel=1e-13)


@given(shape=st.floats(0.4, 4.0), scale=st.floats(0.05, 20.0), max_lag=st.integers(0, 12))
def test_weibull_weights_follow_the_density_and_sum_to_one(shape, scale, max_lag):
    p = {"adstock_shape": np.array([shape]), "adstock_scale": np.array([scale])}
    weights = adstock_weights("weibull", p, max_lag, np)[0]
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    log_density = weibull_min.logpdf(np.arange(1, max_lag + 2), shape, scale=scale)
    density = np.exp(log_density - log_density.max())
    np.testing.assert_allclose(weights, density / density.sum(), rtol=1e-9, atol=1e-12)


@given(shape=st.floats(0.4, 4.0), mean=st.floats(0.1, 20.0), max_lag=st.integers(0, 12))
def test_gamma_weights_follow_the_density_half_a_week_on_and_sum_to_one(shape, mean, max_lag):
    p = {"adstock_shape": np.array([shape]), "adstock_mean": np.array([mean])}
    weights = adstock_weights("gamma", p, max_lag, np)[0]
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    log_density = gamma.logpdf(np.arange(max_lag + 1) + 0.5, shape, scale=mean / shape)
    density = np.exp(log_density - log_density.max())
    np.testing.assert_allclose(weights, density / density.sum(), rtol=1e-9, atol=1e-12)


def test_gamma_weights_of_shape_one_are_geometric():
    p = {"adstock_shape": np.array([1.0]), "adstock_mean": np.array([-1.0 / np.log(0.6)])}
    found = adstock_weights("gamma", p, 6, np)[0]
    np.testing.assert_allclose(found, weights_of("geometric", 0.6, 0.0, 6)[0], rtol=1e-13)


@pytest.mark.parametrize("half_life", [0.5, 2.0, 5.0])
def test_half_life_is_where_half_of_the_effect_is_past(half_life):
    alpha = from_half_life("geometric", np.array(half_life), {}, np)["adstock_alpha"]
    assert alpha**half_life == pytest.approx(0.5, rel=1e-13)
    alpha = from_half_life("delayed", np.array(half_life), {}, np)["adstock_alpha"]
    assert alpha ** (half_life**2) == pytest.approx(0.5, rel=1e-13)
    shape = {"adstock_shape": np.array(1.6)}
    scale = from_half_life("weibull", np.array(half_life), shape, np)["adstock_scale"]
    assert weibull_min.sf(half_life, 1.6, scale=scale) == pytest.approx(0.5, rel=1e-13)
    mean = from_half_life("gamma", np.array(half_life), shape, np)["adstock_mean"]
    # the approximation of the median that its docstring names
    assert gamma.sf(half_life, 1.6, scale=mean / 1.6) == pytest.approx(0.5, abs=0.003)


def test_half_life_gives_parameters_of_its_adstock():
    assert HALF_LIFE.keys() == LOG_WEIGHTS.keys() == ADSTOCK_PARAMETERS.keys() - {"none"}
    p = {"adstock_shape": np.array([1.3])}
    for kind in HALF_LIFE:
        assert from_half_life(kind, np.array([2.0]), p, np).keys() <= {*ADSTOCK_PARAMETERS[kind]}


@pytest.mark.parametrize("kind", list(SATURATION))
@pytest.mark.parametrize("slope", [0.8, 1.0, 1.4])
def test_concave_says_whether_the_slope_never_rises(kind, slope):
    rises = np.diff(_curve(kind, np.linspace(0.0, 5.0, 400), 1.1, slope), n=2) > 1e-12
    assert concave(kind, _parameters(kind, 1.1, slope)) == (not rises.any())


def test_one_s_shaped_draw_is_enough_not_to_be_concave():
    assert not concave("hill", {"saturation_slope": np.array([[0.7, 0.9], [0.8, 1.01]])})


def test_frequency_is_one_half_at_half_and_nothing_without_contacts():
    p = {"frequency_half": np.array([2.0, 3.0]), "frequency_slope": np.array([1.5, 0.8])}
    contacts = np.array([[2.0, 0.0], [0.0, 3.0]])[:, :, None]
    expected = np.array([[0.5, 0.0], [0.0, 0.5]])[:, :, None]
    np.testing.assert_allclose(frequency_curve(contacts, p, np), expected, rtol=1e-14)


@pytest.mark.parametrize("kind", list(SATURATION))
def test_saturation_in_pytensor_equals_numpy_and_its_gradient_the_derivative(kind):
    """Zero included; there every gradient is finite, and where the curve has one, equal."""
    x, p = np.array([0.0, 0.3, 1.0, 4.0]), _parameters(kind, 1.3, 1.8)
    symbol = pt.dvector("x")
    constants = {name: pt.constant(value) for name, value in p.items()}
    column = symbol[None, :, None]
    outputs = [table[kind](column, constants, pt) for table in (SATURATION, SATURATION_DERIVATIVE)]
    gradient = pytensor.grad(outputs[0].sum(), symbol)
    compiled = pytensor.function([symbol], [*outputs, gradient], mode=QUICK)
    curve, derivative, slope = compiled(x)
    np.testing.assert_allclose(curve[0, :, 0], _curve(kind, x, 1.3, 1.8), rtol=1e-13)
    expected = _curve(kind, x, 1.3, 1.8, table=SATURATION_DERIVATIVE)
    np.testing.assert_allclose(derivative[0, :, 0], expected, rtol=1e-13)
    np.testing.assert_allclose(slope, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", list(LOG_WEIGHTS))
def test_weights_in_pytensor_equal_numpy(kind):
    values = {"adstock_alpha": [0.3, 0.7], "adstock_theta": [0.0, 2.5]}
    values |= {"adstock_shape": [0.8, 1.9], "adstock_scale": [1.5, 4.0]}
    values |= {"adstock_mean": [0.6, 3.0]}
    p = {name: np.array(values[name]) for name in ADSTOCK_PARAMETERS[kind]}
    p |= from_half_life(kind, np.array([1.0, 3.0]), p, np)
    symbols = {name: pt.constant(value) for name, value in p.items()}
    symbols |= from_half_life(kind, pt.constant([1.0, 3.0]), symbols, pt)
    built = adstock_weights(kind, symbols, 5, pt).eval(mode=QUICK)
    np.testing.assert_allclose(built, adstock_weights(kind, p, 5, np), rtol=1e-13)
    np.testing.assert_allclose(built.sum(1), 1.0, rtol=1e-13)


def _none(max_lag: int) -> np.ndarray:
    return np.zeros((1, max_lag, 2))


def _curve(kind: str, x: np.ndarray, a: float, b: float, table: dict = SATURATION) -> np.ndarray:
    return np.asarray(table[kind](x[None, :, None], _parameters(kind, a, b), np))[0, :, 0]


def _parameters(kind: str, a: float, b: float) -> dict[str, np.ndarray]:
    """Parameters of one medium from two positive numbers; an exponent is squeezed below one."""
    first = a / (1.0 + a) if kind == "power" else a
    names = SATURATION_PARAMETERS[kind]
    return {name: np.array([value]) for name, value in zip(names, (first, b), strict=False)}
