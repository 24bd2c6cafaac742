"""Loops behind ``media_curve``: carryover and saturation of media, with gradients, block by block.

    x[m, t, g] = sum_l w[m, l] padded[m, max_lag - l + t, g]
    hill       y = x^s / (k^s + x^s)    u = dy y (1 - y)    ds = sum u log(x / k)
               dx = s u / x             dk = -s / k sum u   y and dx are 0 at x = 0
    logistic   y = tanh(r x / 2)        u = dy (1 - y^2) / 2    dr = sum u x         dx = r u
    dw[m, l] = sum dx[m, t, g] padded[m, max_lag - l + t, g]

A cell is a week of a geo. Loops run over slices that are arrays of their own, so that no index can
be negative and the compiler vectorises them.
"""

import numpy as np
from numba import njit

from mmm.ops.vector_math import OPTIONS, SUMS, exp, log
from mmm.types import Array

BLOCK = 512
"""Number of cells that take all steps before the next block, so that they stay in the L1 cache."""
SMALL = 0.01
"""Below this z, tanh(z / 2) is computed by its series to z^5, to avoid cancellation in 1 - e^-z."""


@njit(**SUMS)
def hill(padded: Array, weights: Array, half: Array, slope: Array) -> tuple[Array, Array, Array]:
    """Curve, exposure and its logarithm (of 1 where it is 0), each (member, week, geo)."""
    shape = (len(weights), padded.shape[1] - weights.shape[1] + 1, padded.shape[2])
    curve, x, logs = np.empty(shape), np.empty(shape), np.empty(shape)
    write_hill(padded, weights, half, slope, curve, x, logs)
    return curve, x, logs


@njit(**SUMS)
def write_hill(
    padded: Array,
    weights: Array,
    half: Array,
    slope: Array,
    curve: Array,
    x: Array,
    logs: Array,
) -> None:
    """The same, written to the last three arrays."""
    for m in range(len(weights)):
        past = np.ascontiguousarray(padded[m]).reshape(-1)
        y, total, log_x = curve[m].reshape(-1), x[m].reshape(-1), logs[m].reshape(-1)
        unit, exponent = np.log(half[m]), slope[m]
        for start in range(0, y.size, BLOCK):
            cells = slice(start, min(start + BLOCK, y.size))
            _convolve(past[start:], weights[m], padded.shape[2], total[cells])
            _hill_block(total[cells], unit, exponent, log_x[cells], y[cells])


@njit(**SUMS)
def hill_gradient(
    padded: Array,
    weights: Array,
    half: Array,
    slope: Array,
    curve: Array,
    x: Array,
    logs: Array,
    cotangent: Array,
) -> tuple[Array, Array, Array]:
    """Gradients of weights, half and slope."""
    d_weights, d_half, d_slope = np.empty_like(weights), np.empty_like(half), np.empty_like(slope)
    write_hill_gradient(
        padded, weights, half, slope, curve, x, logs, cotangent, d_weights, d_half, d_slope
    )
    return d_weights, d_half, d_slope


@njit(**SUMS)
def write_hill_gradient(
    padded: Array,
    weights: Array,
    half: Array,
    slope: Array,
    curve: Array,
    x: Array,
    logs: Array,
    cotangent: Array,
    d_weights: Array,
    d_half: Array,
    d_slope: Array,
) -> None:
    """The same, written to the last three arrays."""
    d_weights[:] = 0.0
    buffer = np.empty(BLOCK)
    for m in range(len(weights)):
        past, d_y = _flat(padded[m]), _flat(cotangent[m])
        y, total, log_x = _flat(curve[m]), _flat(x[m]), _flat(logs[m])
        sum_u, sum_u_log = 0.0, 0.0
        for start in range(0, y.size, BLOCK):
            cells = slice(start, min(start + BLOCK, y.size))
            d_x = buffer[: cells.stop - start]
            sums = _hill_block_gradient(d_y[cells], y[cells], total[cells], log_x[cells], d_x)
            sum_u, sum_u_log = sum_u + sums[0], sum_u_log + sums[1]
            _add_weight_gradient(past[start:], d_x, padded.shape[2], d_weights[m])
        d_weights[m] *= slope[m]
        d_half[m] = -slope[m] / half[m] * sum_u
        d_slope[m] = sum_u_log - np.log(half[m]) * sum_u


@njit(**SUMS)
def logistic(padded: Array, weights: Array, rate: Array) -> tuple[Array, Array]:
    """Curve and exposure, each (member, week, geo)."""
    shape = (len(weights), padded.shape[1] - weights.shape[1] + 1, padded.shape[2])
    curve, x = np.empty(shape), np.empty(shape)
    write_logistic(padded, weights, rate, curve, x)
    return curve, x


@njit(**SUMS)
def write_logistic(padded: Array, weights: Array, rate: Array, curve: Array, x: Array) -> None:
    """The same, written to the last two arrays."""
    for m in range(len(weights)):
        past = np.ascontiguousarray(padded[m]).reshape(-1)
        y, total = curve[m].reshape(-1), x[m].reshape(-1)
        for start in range(0, y.size, BLOCK):
            cells = slice(start, min(start + BLOCK, y.size))
            _convolve(past[start:], weights[m], padded.shape[2], total[cells])
            _logistic_block(total[cells], rate[m], y[cells])


@njit(**SUMS)
def logistic_gradient(
    padded: Array, weights: Array, rate: Array, curve: Array, x: Array, cotangent: Array
) -> tuple[Array, Array]:
    """Gradients of weights and rate."""
    d_weights, d_rate = np.empty_like(weights), np.empty_like(rate)
    write_logistic_gradient(padded, weights, rate, curve, x, cotangent, d_weights, d_rate)
    return d_weights, d_rate


@njit(**SUMS)
def write_logistic_gradient(
    padded: Array,
    weights: Array,
    rate: Array,
    curve: Array,
    x: Array,
    cotangent: Array,
    d_weights: Array,
    d_rate: Array,
) -> None:
    """The same, written to the last two arrays."""
    d_weights[:] = 0.0
    d_rate[:] = 0.0
    buffer = np.empty(BLOCK)
    for m in range(len(weights)):
        past, d_y = _flat(padded[m]), _flat(cotangent[m])
        y, total = _flat(curve[m]), _flat(x[m])
        for start in range(0, y.size, BLOCK):
            cells = slice(start, min(start + BLOCK, y.size))
            u = buffer[: cells.stop - start]
            d_rate[m] += _logistic_block_gradient(d_y[cells], y[cells], total[cells], u)
            _add_weight_gradient(past[start:], u, padded.shape[2], d_weights[m])
        d_weights[m] *= rate[m]


@njit(**SUMS)
def _flat(values: Array) -> Array:
    return np.ascontiguousarray(values).reshape(-1)


@njit(**SUMS)
def _convolve(past: Array, weights: Array, step: int, total: Array) -> None:
    """Write to ``total (cell,)`` the weighted sum of the past; one lag is ``step`` numbers."""
    total[:] = 0.0
    for lag in range(weights.size):
        at, weight = past[(weights.size - 1 - lag) * step :], weights[lag]
        for i in range(total.size):
            total[i] += weight * at[i]


@njit(**SUMS)
def _add_weight_gradient(past: Array, d_x: Array, step: int, d_weights: Array) -> None:
    """Add to ``d_weights (lag,)`` the products of the past with ``d_x (cell,)``."""
    for lag in range(d_weights.size):
        at, product = past[(d_weights.size - 1 - lag) * step :], 0.0
        for i in range(d_x.size):
            product += d_x[i] * at[i]
        d_weights[lag] += product


@njit(**OPTIONS)
def _hill_block(x: Array, unit: float, exponent: float, logs: Array, y: Array) -> None:
    for i in range(x.size):
        logs[i] = log(x[i] if x[i] > 0.0 else 1.0)
    for i in range(x.size):
        ratio = exp(exponent * (logs[i] - unit))
        y[i] = ratio / (1.0 + ratio) if x[i] > 0.0 else 0.0


@njit(**SUMS)
def _hill_block_gradient(
    d_y: Array, y: Array, x: Array, logs: Array, d_x: Array
) -> tuple[float, float]:
    """Write to ``d_x`` the exposure's gradient at slope one; return the sums of u and u log x."""
    sum_u, sum_u_log = 0.0, 0.0
    for i in range(y.size):
        u = d_y[i] * y[i] * (1.0 - y[i])
        sum_u += u
        sum_u_log += u * logs[i]
        d_x[i] = u / (x[i] if x[i] > 0.0 else 1.0)
    return sum_u, sum_u_log


@njit(**OPTIONS)
def _logistic_block(x: Array, rate: float, y: Array) -> None:
    for i in range(x.size):
        z = rate * x[i]
        rest = exp(-z)
        series = z * (0.5 - z * z * (1.0 / 24.0 - z * z / 240.0))
        y[i] = series if z < SMALL else (1.0 - rest) / (1.0 + rest)


@njit(**SUMS)
def _logistic_block_gradient(d_y: Array, y: Array, x: Array, u: Array) -> float:
    """Write to ``u`` the gradient of rate times exposure; return the sum of u times exposure."""
    total = 0.0
    for i in range(y.size):
        u[i] = 0.5 * d_y[i] * (1.0 - y[i] * y[i])
        total += u[i] * x[i]
    return total
