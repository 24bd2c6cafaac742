"""The compiled density as a function of NumPy arrays, for methods other than nutpie's sampler.

The sampler calls the machine code by its address. Here the same function is called through ctypes:
the log density of the unconstrained space with its gradient.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmm.types import Array

_INTEGER, _POINTER = ctypes.c_uint64, ctypes.c_void_p
_LOGP = ctypes.CFUNCTYPE(ctypes.c_int64, _INTEGER, *[_POINTER] * 4)


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

    def evaluate(self, point: Array) -> tuple[int, float, Array]:
        """Status, log density and gradient (dimension,), as the machine code leaves them."""
        point = np.ascontiguousarray(point, dtype=np.float64)
        value, gradient = np.empty(()), np.empty(self.dimension)
        call = _LOGP(self.code.compiled_logp_func.address)
        status = call(self.dimension, _at(point), _at(gradient), _at(value), self._data)
        return status, float(value), gradient

    def __call__(self, point: Array) -> tuple[float, Array]:
        """Log density and gradient (dimension,); -inf and zeros where there is no density."""
        _, value, gradient = self.evaluate(point)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return -np.inf, np.zeros(self.dimension)
        return value, gradient

    @property
    def _data(self) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.code.user_data.ctypes.data)


def _at(values: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)
