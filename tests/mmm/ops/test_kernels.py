"""Operations of the graph that are loops of their own: the numbers and gradients of plain ones."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from numba import njit

from mmm.equations.transforms import SATURATION, convolve
from mmm.ops import vector_math
from mmm.ops.evidence import regression_evidence
from mmm.ops.media_curve import FUSED_MEDIA_CURVES
from mmm.ops.media_loops import BLOCK, SMALL
from mmm.ops.vector_math import OPTIONS
from mmm.spec.media import SATURATION_PARAMETERS

ULP = np.finfo(float).eps


@njit(**OPTIONS)
def _exp(x: np.ndarray) -> np.ndarray:
    found = np.empty_like(x)
    for i in range(x.size):
        found[i] = vector_math.exp(x[i])
    return found


@njit(**OPTIONS)
def _log(x: np.ndarray) -> np.ndarray:
    found = np.empty_like(x)
    for i in range(x.size):
        found[i] = vector_math.log(x[i])
    return found


def test_exponentials_are_right_to_the_last_places() -> None:
    x = np.concatenate([np.linspace(-700.0, 700.0, 20_001), np.linspace(-1e-3, 1e-3, 2_001)])
    assert np.max(np.abs(_exp(x) / np.exp(x) - 1.0)) <= 3 * ULP


def test_exponentials_end_where_doubles_do() -> None:
    ends = _exp(np.array([-1e300, -708.0, 709.0, 1e300]))
    assert ends[0] == ends[1] > 0.0
    assert np.isfinite(ends[2])
    assert ends[2] == ends[3]


def test_logarithms_are_right_to_the_last_places() -> None:
    x = np.concatenate([10.0 ** np.linspace(-300.0, 300.0, 20_001), np.linspace(0.9, 1.1, 2_001)])
    plain = np.log(x)
    assert np.max(np.abs(_log(x) - plain) / np.maximum(np.abs(plain), 1e-3)) <= 3 * ULP


def _curve(kind: str, geos: int, weeks: int, *, at_once: bool) -> list[np.ndarray]:
    """A curve, and the gradients of a random sum of it, by a compiled graph."""
    rng = np.random.default_rng(weeks + geos)
    members, lags = 3, 5
    exposure = rng.gamma(1.0, 1.0, (members, weeks, geos)) * (
        rng.random((members, weeks, geos)) > 0.4
    )
    exposure[2, : weeks // 2] = 0.0
    before = np.repeat(rng.gamma(1.0, 1.0, (members, 1, geos)), lags - 1, axis=1)
    before[2] = 0.0
    shares = rng.dirichlet(np.ones(lags), members)
    numbers = [rng.uniform(0.5, 2.0, members) for _ in SATURATION_PARAMETERS[kind]]
    weights, *parameters = inputs = [pt.dmatrix(), *(pt.dvector() for _ in numbers)]
    q = dict(zip(SATURATION_PARAMETERS[kind], parameters, strict=True))
    x, ahead = pt.constant(exposure), pt.constant(before)
    if at_once:
        curve = FUSED_MEDIA_CURVES[kind](x, ahead, weights, q)
    else:
        curve = SATURATION[kind](convolve(x, weights, ahead, lags - 1, pt), q, pt)
    total = (curve * rng.standard_normal(exposure.shape)).sum()
    function = pytensor.function(inputs, [curve, *pytensor.grad(total, inputs)], mode="NUMBA")
    found: list[np.ndarray] = function(shares, *numbers)
    return found


@pytest.mark.parametrize("kind", sorted(FUSED_MEDIA_CURVES))
@pytest.mark.parametrize(("geos", "weeks"), [(1, 30), (3, 40), (1, BLOCK + 7), (4, BLOCK)])
def test_a_curve_at_once_is_the_curve_step_by_step(kind: str, geos: int, weeks: int) -> None:
    at_once, by_single_operations = (
        _curve(kind, geos, weeks, at_once=way) for way in (True, False)
    )
    assert at_once[0].shape == (3, weeks, geos)
    for one, other in zip(at_once, by_single_operations, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("z", [1e-12, 1e-6, 0.5 * SMALL, SMALL, 2.0 * SMALL, 1.0, 40.0, 1e4])
def test_a_logistic_curve_keeps_its_places_near_zero(z: float) -> None:
    one, none = np.ones((1, 1, 1)), np.zeros((1, 0, 1))
    curve = FUSED_MEDIA_CURVES["logistic"](
        pt.constant(one),
        pt.constant(none),
        pt.constant(one[0]),
        {"saturation_rate": pt.constant([z])},
    )
    assert curve.eval().item() == pytest.approx(np.tanh(z / 2.0), rel=1e-13)


def test_exposure_has_no_gradient() -> None:
    exposure, weights, rate = pt.tensor3(), pt.dmatrix(), pt.dvector()
    before = pt.zeros((1, 0, 1))
    curve = FUSED_MEDIA_CURVES["tanh"](exposure, before, weights, {"saturation_rate": rate})
    with pytest.raises(pytensor.gradient.NullTypeGradError, match="exposure is data"):
        pytensor.grad(curve.sum(), exposure)


def _evidence(k: int, n: int, *, at_once: bool) -> list[np.ndarray]:
    rng = np.random.default_rng(k)
    numbers = [3.0 * rng.standard_normal((k, n)), rng.standard_normal(n), np.asarray(0.07)]
    x, r, v = inputs = [pt.dmatrix(), pt.dvector(), pt.dscalar()]
    if at_once:
        value = regression_evidence(x, r, v)
    else:
        spread = v * pt.eye(n) + x.T @ x
        value = r @ pt.linalg.solve(spread, r) + pt.linalg.slogdet(spread)[1] - n * pt.log(v)
    outputs = [value, *pytensor.grad(3.0 * value, inputs)]
    found: list[np.ndarray] = pytensor.function(inputs, outputs, mode="NUMBA")(*numbers)
    return found


@pytest.mark.parametrize(("k", "n"), [(1, 12), (7, 40), (30, 60)])
def test_a_regression_has_the_evidence_of_its_whole_covariance(k: int, n: int) -> None:
    at_once, whole = (_evidence(k, n, at_once=way) for way in (True, False))
    for one, other in zip(at_once, whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8)


def test_an_extreme_design_never_looks_likelier_than_it_is() -> None:
    """Columns as under a price factor of many orders of magnitude, against their QR factors."""
    design, residual, variance = pt.dmatrix(), pt.dvector(), pt.dscalar()
    value = regression_evidence(design, residual, variance)
    function = pytensor.function([design, residual, variance], value, mode="NUMBA")
    numbers = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((5, 30)) * np.exp(rng.uniform(2.0, 14.0) * rng.standard_normal(30))
        r, v = rng.standard_normal(30), 10.0 ** rng.uniform(-5.0, -1.0)
        q, root = np.linalg.qr(np.vstack([x.T / np.sqrt(v), np.eye(5)]))
        whole = np.concatenate([r / np.sqrt(v), np.zeros(5)])
        left = whole - q @ (q.T @ whole)
        exact = left @ left + 2.0 * np.log(np.abs(np.diag(root))).sum()
        found = function(x, r, v).item()
        numbers += not np.isnan(found)
        assert np.isnan(found) or found > exact - 1e-4 * abs(exact), seed
    assert numbers > 350


def test_what_is_no_number_passes_through_a_regression() -> None:
    design = np.array([[1.0, np.nan, 2.0], [0.5, 1.0, -1.0]])
    value = regression_evidence(pt.constant(design), pt.constant(np.ones(3)), pt.constant(0.5))
    assert np.isnan(value.eval(mode="NUMBA"))
