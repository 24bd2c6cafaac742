"""The evidence of a linear regression as one operation of the graph, with its gradient.

    r ~ N(X' w, v I)   w ~ N(0, I)     -2 log p(r) = N log(2 pi v) + f
    A = I + X X' / v   eta = A^-1 X r / v   e = r - X' eta     f = e e / v + eta eta + log det A
    df/dr = 2 e / v    df/dX = 2 (A^-1 X - eta e') / v         df/dv = (tr A^-1 - k - e e / v) / v

(Woodbury and matrix determinant lemmas; Lindley and Smith 1972.) Because f is written as the least
sum of squares, rounding errors in eta can only raise it: no extreme design looks likely by mistake.
A is inverted by sweeping its pivots (Goodnight 1979, A Tutorial on the SWEEP Operator): so small a
matrix is not worth a library call. The pivots are at least one; where rounding destroys one, or an
input is NaN, f is NaN.

The second operation is b' A^-1 b - log det A, which remains when linear coefficients are integrated
out, with its short gradient:

    d/dA = -(A^-1 + eta eta')    d/db = 2 eta    eta = A^-1 b    A symmetric

One factor and one inverse replace the reverse pass through the factorisation and its solves
(Petersen and Pedersen 2012, The Matrix Cookbook, 57 and 61). A regression cannot explain more than
the sum of squares; where rounding makes b' A^-1 b of an extreme design larger, the value is NaN.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numba import njit
from pytensor.compile.builders import OpFromGraph
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key
from pytensor.tensor.linalg import cho_solve, cholesky, solve_triangular

from mmm.ops.vector_math import SUMS
from mmm.types import Array, Tensor


def coefficient_evidence(a: Tensor, b: Tensor, squares: Tensor) -> Tensor:
    """The scalar b' A^-1 b - log det A for ``a (k, k)``, symmetric and positive definite, and
    ``b (k,)``; NaN where b' A^-1 b exceeds ``squares ()``."""
    matrix, vector, total = a.type(), b.type(), squares.type()
    root = cholesky(matrix)
    scaled = solve_triangular(root, vector, lower=True, b_ndim=1)
    quadratic = (scaled**2).sum()
    possible = pt.switch(quadratic <= total, quadratic, np.nan)
    value = possible - 2.0 * pt.log(pt.diagonal(root)).sum()
    operation = OpFromGraph(
        [matrix, vector, total], [value], inline=True, pullback=_integrated_gradient
    )
    return operation(a, b, squares)


def _integrated_gradient(
    inputs: Sequence[Tensor], _: Any, cotangents: Sequence[Tensor]
) -> list[Tensor]:
    (a, b, squares), (weight,) = inputs, cotangents
    inverse = cho_solve((cholesky(a), True), pt.eye(a.shape[0]), b_ndim=2)
    eta = inverse @ b
    d_a = -weight * (inverse + eta[:, None] * eta[None, :])
    return [d_a, 2.0 * weight * eta, pt.zeros_like(squares)]


SOURCE = sha256(Path(__file__).read_bytes()).hexdigest()
"""Hash of the source that the machine code is compiled from: part of the key of code on disk."""


class RegressionEvidence(Op):
    """``f ()``, A^-1 ``(k, k)``, eta ``(k,)`` and e ``(n,)`` from a design ``(k, n)``, a residual
    ``(n,)`` and a variance ``()``."""

    __props__ = ("source",)
    source = SOURCE

    def make_node(self, design: Tensor, residual: Tensor, variance: Tensor) -> Apply:
        k = design.type.shape[0]
        square, row = (
            pt.tensor(dtype="float64", shape=(k, k)),
            pt.tensor(dtype="float64", shape=(k,)),
        )
        outputs = [pt.dscalar(), square, row, residual.type()]
        return Apply(self, [design, residual, variance], outputs)

    def perform(self, _: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        for cell, value in zip(outputs, _forward(*inputs), strict=True):
            cell[0] = value

    def infer_shape(self, _node: Apply, shapes: list[Any]) -> list[Any]:
        (k, n), *_ = shapes
        return [(), (k, k), (k,), (n,)]

    def pullback(
        self, inputs: list[Tensor], outputs: list[Tensor], cotangents: list[Tensor]
    ) -> list[Tensor]:
        if not all(isinstance(each.type, DisconnectedType) for each in cotangents[1:]):
            raise NotImplementedError("only f has a gradient")
        design, _, variance = inputs
        gradients: list[Tensor] = RegressionEvidenceGradient()(
            design, variance, *outputs[1:], cotangents[0]
        )
        return gradients


class RegressionEvidenceGradient(Op):
    """Gradients of f with respect to design, residual and variance, times the last input."""

    __props__ = ("source",)
    source = SOURCE

    def make_node(self, design: Tensor, variance: Tensor, *solved: Tensor) -> Apply:
        residual = solved[2]
        outputs = [design.type(), residual.type(), variance.type()]
        return Apply(self, [design, variance, *solved], outputs)

    def perform(self, _: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        for cell, value in zip(outputs, _backward(*inputs), strict=True):
            cell[0] = value

    def infer_shape(self, _node: Apply, shapes: list[Any]) -> list[Any]:
        return [shapes[0], shapes[4], ()]


def regression_evidence(design: Tensor, residual: Tensor, variance: Tensor) -> Tensor:
    """The scalar f of the module's docstring, for ``design (k, n)`` and ``residual (n,)``."""
    f: Tensor = RegressionEvidence()(design, residual, variance)[0]
    return f


@njit(**SUMS)
def _forward(design: Array, residual: Array, variance: Array) -> tuple[Array, Array, Array, Array]:
    x, r, v = np.ascontiguousarray(design), np.ascontiguousarray(residual), variance.item()
    inverse, eta = np.dot(x, x.T) / v, np.dot(x, r) / v
    for i in range(eta.size):
        inverse[i, i] += 1.0
    log_det = invert_in_place(inverse)
    eta = np.dot(inverse, eta)
    rest = r - np.dot(eta, x)
    squares = np.dot(rest, rest) / v + np.dot(eta, eta)
    return np.asarray(squares + log_det), inverse, eta, rest


@njit(**SUMS)
def invert_in_place(a: Array) -> float:
    """Replace ``a (k, k)``, the identity plus a positive semidefinite matrix, by its inverse.

    Returns the log determinant of ``a``; NaN where rounding destroys a pivot.
    """
    log_det = 0.0
    for k in range(len(a)):
        pivot = a[k, k] if a[k, k] > 0.5 else np.nan
        log_det += np.log(pivot)
        row = a[k] / pivot
        for i in range(len(a)):
            if i != k:
                factor = a[i, k]
                for j in range(len(a)):
                    a[i, j] -= factor * row[j]
                a[i, k] = -factor / pivot
        for j in range(len(a)):
            a[k, j] = row[j]
        a[k, k] = 1.0 / pivot
    return log_det


@njit(**SUMS)
def _backward(
    design: Array, variance: Array, inverse: Array, eta: Array, rest: Array, cotangent: Array
) -> tuple[Array, Array, Array]:
    v = variance.item()
    weight = 2.0 * cotangent.item() / v
    d_design, d_residual = np.dot(inverse, np.ascontiguousarray(design)), np.empty_like(rest)
    for k in range(eta.size):
        moved = eta[k]
        for i in range(rest.size):
            d_design[k, i] = weight * (d_design[k, i] - moved * rest[i])
    trace, squares = -1.0 * eta.size, 0.0
    for k in range(eta.size):
        trace += inverse[k, k]
    for i in range(rest.size):
        squares += rest[i] * rest[i]
        d_residual[i] = weight * rest[i]
    return d_design, d_residual, np.asarray(0.5 * weight * (trace - squares / v))


@register_funcify_default_op_cache_key(RegressionEvidence)
def _forward_code(_op: RegressionEvidence, **_: Any) -> Any:
    return _forward


@register_funcify_default_op_cache_key(RegressionEvidenceGradient)
def _backward_code(_op: RegressionEvidenceGradient, **_: Any) -> Any:
    return _backward
