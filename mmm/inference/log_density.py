"""The compiled density as a function of NumPy arrays, for methods other than nutpie's sampler.

``nutpie`` hands its machine code to its own sampler by address. Here the same two functions are
called through ctypes: the log density of the unconstrained space with its gradient, and the map
from a point of that space to every named quantity.
"""

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmm.types import Array

_INTEGER, _POINTER = ctypes.c_uint64, ctypes.c_void_p
_LOGP = ctypes.CFUNCTYPE(ctypes.c_int64, _INTEGER, *[_POINTER] * 4)
_EXPAND = ctypes.CFUNCTYPE(ctypes.c_int64, _INTEGER, _INTEGER, *[_POINTER] * 3)


@dataclass(frozen=True)
class Density:
    """nutpie's compiled model ``code`` as functions of points (dimension,)."""

    code: Any

    @property
    def dimension(self) -> int:
        """Length of a point of the unconstrained space."""
        return int(self.code.n_dim)

    def start(self, seed: int) -> Array:
        """A point (dimension,) near the prior's centre, jittered by ``seed``."""
        return np.asarray(self.code.initial_point_func(seed), dtype=np.float64)

    def __call__(self, point: Array) -> tuple[float, Array]:
        """Log density and gradient (dimension,); -inf and zeros where there is no density."""
        point = np.ascontiguousarray(point, dtype=np.float64)
        value, gradient = np.empty(()), np.empty(self.dimension)
        call = _LOGP(self.code.compiled_logp_func.address)
        call(self.dimension, _at(point), _at(gradient), _at(value), self._data)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return -np.inf, np.zeros(self.dimension)
        return float(value), gradient

    def expand(self, points: Array) -> Mapping[str, Array]:
        """Every named quantity (draw, ...) at ``points (draw, dimension)``."""
        width = int(self.code.n_expanded)
        points, flat = np.ascontiguousarray(points), np.empty((len(points), width))
        call = _EXPAND(self.code.compiled_expand_func.address)
        for point, row in zip(points, flat, strict=True):
            if call(self.dimension, width, _at(point), _at(row), self._data) != 0:
                raise ArithmeticError("a draw has no finite parameters")
        names, slices, shapes = self.code.shape_info
        return {
            name: flat[:, part].reshape(len(points), *shape)
            for name, part, shape in zip(names, slices, shapes, strict=True)
        }

    @property
    def _data(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.code.user_data.ctypes.data)


def _at(values: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)
