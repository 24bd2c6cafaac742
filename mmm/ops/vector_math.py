"""Exponential and logarithm that a compiled loop can vectorise.

Calls of the C library prevent vector instructions; these functions are plain arithmetic:

    exp x = 2^n e^r   n = round(x / log 2), |r| <= log(2) / 2, e^r by its series to r^13
    log x = e log 2 + 2 atanh((m - 1) / (m + 1))   x = 2^e m, m in [1/sqrt 2, sqrt 2), by 12 terms

Both are within two units of the last place (log 2 in two parts, after Cody and Waite 1980, Software
Manual for the Elementary Functions). ``exp`` is constant below -708 and above 709; ``log`` takes
positive normal numbers only. Arguments are not checked.
"""

from collections.abc import Callable
from math import factorial
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

OPTIONS: dict[str, Any] = {
    "fastmath": {"contract", "nsz"},
    "error_model": "numpy",
    "cache": True,
}
"""Division by zero is infinite as in NumPy: a test for it would prevent vectorisation. The code is
kept in Numba's own cache, for whoever calls a loop from Python."""

SUMS: dict[str, Any] = OPTIONS | {"fastmath": {"contract", "nsz", "reassoc"}}
"""The same options, with leave to add up the elements of a vector in any order."""

LOG2_HIGH, LOG2_LOW = 0.6931471803691238, 1.9082149292705877e-10
SHIFTER = 1.5 * 2.0**52
"""A number so large that adding it rounds to a whole number, held in the last bits of the sum."""
_ROOT_HALF = 0x3FE6A09E667F3BCD
_INTEGERS = 0x4330000000000000
_BIAS = 2048
"""Bits of 1/sqrt 2 and of 2^52; the offset that makes exponents positive."""
_EXP = tuple(1.0 / factorial(k) for k in range(13, 1, -1))
_LOG = tuple(1.0 / k for k in range(23, 2, -2))


@intrinsic
def _bits(_: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    """The bits of a double."""
    return types.int64(x), lambda _c, builder, _s, given: builder.bitcast(given[0], ir.IntType(64))


@intrinsic
def _double(_: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    """The double with these bits."""
    return types.float64(x), lambda _c, builder, _s, given: builder.bitcast(
        given[0], ir.DoubleType()
    )


@njit(**OPTIONS)
def exp(x: float) -> float:
    x = min(max(x, -708.0), 709.0)
    shifted = x * 1.4426950408889634 + SHIFTER
    n = shifted - SHIFTER
    r = x - n * LOG2_HIGH - n * LOG2_LOW
    series = 0.0
    for coefficient in _EXP:
        series = series * r + coefficient
    return (series * r * r + r + 1.0) * _double((_bits(shifted) + 1023) << 52)


@njit(**OPTIONS)
def log(x: float) -> float:
    exponent = (_bits(x) - _ROOT_HALF) >> 52
    m = _double(_bits(x) - (exponent << 52))
    e = _double(exponent + (_INTEGERS + _BIAS)) - (2.0**52 + _BIAS)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 0.0
    for coefficient in _LOG:
        series = series * z + coefficient
    return e * LOG2_HIGH + (2.0 * s + (2.0 * series * z * s + e * LOG2_LOW))
