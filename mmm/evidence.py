"""b' A^-1 b - log det A, what integrating linear coefficients out leaves, with its short gradient.

    d/dA = -(A^-1 + eta eta')    d/db = 2 eta    eta = A^-1 b    A symmetric

One factor and one inverse, in place of running the factorisation and its solutions backward
(Petersen and Pedersen 2012, The Matrix Cookbook, 57 and 61).
"""

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.tensor.linalg import cho_solve, cholesky, solve_triangular

from mmm.types import Tensor


def explained(a: Tensor, b: Tensor) -> Tensor:
    """The scalar for ``a (k, k)``, symmetric and positive definite, and ``b (k,)``."""
    matrix, vector = a.type(), b.type()
    root = cholesky(matrix)
    scaled = solve_triangular(root, vector, lower=True, b_ndim=1)
    value = (scaled**2).sum() - 2.0 * pt.log(pt.diagonal(root)).sum()
    return OpFromGraph([matrix, vector], [value], inline=True, pullback=_gradient)(a, b)


def _gradient(inputs: Sequence[Tensor], _: Any, cotangents: Sequence[Tensor]) -> list[Tensor]:
    (a, b), (weight,) = inputs, cotangents
    inverse = cho_solve((cholesky(a), True), pt.eye(a.shape[0]), b_ndim=2)
    eta = inverse @ b
    return [-weight * (inverse + eta[:, None] * eta[None, :]), 2.0 * weight * eta]
