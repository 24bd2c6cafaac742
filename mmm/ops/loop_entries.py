"""Own loops as functions that machine code calls by address: arrays by the address of their first
item, items in order, then lengths. Each is compiled once for a machine, by Numba."""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from numba import carray, cfunc, types

from mmm.ops.evidence import invert_in_place
from mmm.ops.media_loops import (
    write_hill,
    write_hill_gradient,
    write_logistic,
    write_logistic_gradient,
)
from mmm.types import Array

_ARRAY = types.CPointer(types.float64)
_LOOPS: dict[str, tuple[Callable[..., None], int, int]] = {}


def machine_entry[F: Callable[..., None]](arrays: int, lengths: int) -> Callable[[F], F]:
    """Make a function of ``arrays`` addresses and ``lengths`` known to machine code by its name."""

    def known(function: F) -> F:
        _LOOPS[f"prudent{function.__name__}"] = (function, arrays, lengths)
        return function

    return known


@cache
def loop_entry(name: str) -> Any:
    """The compiled function of that name, with its ``address``; raises KeyError."""
    function, arrays, lengths = _LOOPS[name]
    signature = types.void(*[_ARRAY] * arrays, *[types.int64] * lengths)
    return cfunc(signature, cache=True)(function)


def run_loop(name: str, arrays: Sequence[Array], lengths: Sequence[int]) -> None:
    """Run that function on ``arrays`` of doubles in C order, some of which it writes; raises
    KeyError."""
    _from_python(name)(*(array.ctypes.data for array in arrays), *lengths)


@cache
def _from_python(name: str) -> Callable[..., None]:
    entry = loop_entry(name)  # which has the code, and is kept
    _, arrays, lengths = _LOOPS[name]
    kinds = [ctypes.c_void_p] * arrays + [ctypes.c_int64] * lengths
    return ctypes.CFUNCTYPE(None, *kinds)(entry.address)


def loop_names() -> list[str]:
    """The names of all such functions."""
    return list(_LOOPS)


@machine_entry(arrays=7, lengths=4)
def _hill(
    padded: Any,
    weights: Any,
    half: Any,
    slope: Any,
    curve: Any,
    x: Any,
    logs: Any,
    members: int,
    lags: int,
    weeks: int,
    geos: int,
) -> None:
    shape = (members, weeks, geos)
    write_hill(
        carray(padded, (members, weeks + lags - 1, geos)),
        carray(weights, (members, lags)),
        carray(half, members),
        carray(slope, members),
        carray(curve, shape),
        carray(x, shape),
        carray(logs, shape),
    )


@machine_entry(arrays=11, lengths=4)
def _hill_gradient(
    padded: Any,
    weights: Any,
    half: Any,
    slope: Any,
    curve: Any,
    x: Any,
    logs: Any,
    cotangent: Any,
    d_weights: Any,
    d_half: Any,
    d_slope: Any,
    members: int,
    lags: int,
    weeks: int,
    geos: int,
) -> None:
    shape = (members, weeks, geos)
    write_hill_gradient(
        carray(padded, (members, weeks + lags - 1, geos)),
        carray(weights, (members, lags)),
        carray(half, members),
        carray(slope, members),
        carray(curve, shape),
        carray(x, shape),
        carray(logs, shape),
        carray(cotangent, shape),
        carray(d_weights, (members, lags)),
        carray(d_half, members),
        carray(d_slope, members),
    )


@machine_entry(arrays=5, lengths=4)
def _logistic(
    padded: Any,
    weights: Any,
    rate: Any,
    curve: Any,
    x: Any,
    members: int,
    lags: int,
    weeks: int,
    geos: int,
) -> None:
    shape = (members, weeks, geos)
    write_logistic(
        carray(padded, (members, weeks + lags - 1, geos)),
        carray(weights, (members, lags)),
        carray(rate, members),
        carray(curve, shape),
        carray(x, shape),
    )


@machine_entry(arrays=8, lengths=4)
def _logistic_gradient(
    padded: Any,
    weights: Any,
    rate: Any,
    curve: Any,
    x: Any,
    cotangent: Any,
    d_weights: Any,
    d_rate: Any,
    members: int,
    lags: int,
    weeks: int,
    geos: int,
) -> None:
    shape = (members, weeks, geos)
    write_logistic_gradient(
        carray(padded, (members, weeks + lags - 1, geos)),
        carray(weights, (members, lags)),
        carray(rate, members),
        carray(curve, shape),
        carray(x, shape),
        carray(cotangent, shape),
        carray(d_weights, (members, lags)),
        carray(d_rate, members),
    )


@machine_entry(arrays=2, lengths=1)
def _inverse(a: Any, log_det: Any, k: int) -> None:
    log_det[0] = invert_in_place(carray(a, (k, k)))
