"""b' A^-1 b - log det A, what integrating linear coefficients out leaves, with its short gradient.

    d/dA = -(A^-1 + eta eta')    d/db = 2 eta    eta = A^-1 b    A symmetric

One factor and one inverse, in place of running the factorisation and its solutions backward
(Petersen and Pedersen 2012, The Matrix Cookbook, 57 and 61). A regression explains no more than
there is; where rounding makes b' A^-1 b of an extreme design more than that, there is no value.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.tensor.linalg import cho_solve, cholesky, solve_triangular

from mmm.types import Tensor


def explained(a: Tensor, b: Tensor, squares: Tensor) -> Tensor:
    """The scalar for ``a (k, k)``, symmetric and positive definite, and ``b (k,)``; NaN where
    more than ``squares ()`` were explained."""
    matrix, vector, total = a.type(), b.type(), squares.type()
    root = cholesky(matrix)
    scaled = solve_triangular(root, vector, lower=True, b_ndim=1)
    quadratic = (scaled**2).sum()
    possible = pt.switch(quadratic <= total, quadratic, np.nan)
    value = possible - 2.0 * pt.log(pt.diagonal(root)).sum()
    operation = OpFromGraph([matrix, vector, total], [value], inline=True, pullback=_gradient)
    return operation(a, b, squares)


def _gradient(inputs: Sequence[Tensor], _: Any, cotangents: Sequence[Tensor]) -> list[Tensor]:
    (a, b, squares), (weight,) = inputs, cotangents
    inverse = cho_solve((cholesky(a), True), pt.eye(a.shape[0]), b_ndim=2)
    eta = inverse @ b
    moved = -weight * (inverse + eta[:, None] * eta[None, :])
    return [moved, 2.0 * weight * eta, pt.zeros_like(squares)]
