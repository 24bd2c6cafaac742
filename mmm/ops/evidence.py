"""The evidence of a linear regression in one operation of the graph, with its gradient.

    r ~ N(X' w, v I)   w ~ N(0, I)     -2 log p(r) = N log(2 pi v) + f
    A = I + X X' / v   eta = A^-1 X r / v   e = r - X' eta     f = e e / v + eta eta + log det A
    df/dr = 2 e / v    df/dX = 2 (A^-1 X - eta e') / v         df/dv = (tr A^-1 - k - e e / v) / v

(Woodbury and matrix determinant lemmas; Lindley and Smith 1972.) Written as the least sum of
squares, f is never below its true value where rounding moves eta: no extreme design looks likely.
A is inverted by sweeping its pivots (Goodnight 1979, A Tutorial on the SWEEP Operator), without a
call of a library for so small a matrix. They are at least one; where rounding has eaten one, or
something is not a number, f is none.

b' A^-1 b - log det A, what integrating linear coefficients out leaves, with its short gradient.

    d/dA = -(A^-1 + eta eta')    d/db = 2 eta    eta = A^-1 b    A symmetric

One factor and one inverse, in place of running the factorisation and its solutions backward
(Petersen and Pedersen 2012, The Matrix Cookbook, 57 and 61). A regression explains no more than
there is; where rounding makes b' A^-1 b of an extreme design more than that, there is no value.
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


SOURCE = sha256(Path(__file__).read_bytes()).hexdigest()
"""Of what machine code is made from: code on disk is found by it."""


class Regression(Op):
    """``f ()``, A^-1 ``(k, k)``, eta ``(k,)`` and e ``(n,)`` of a design ``(k, n)``, a residual
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
        found: list[Tensor] = RegressionGradient()(design, variance, *outputs[1:], cotangents[0])
        return found


class RegressionGradient(Op):
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


def regression(design: Tensor, residual: Tensor, variance: Tensor) -> Tensor:
    """The scalar f of the docstring, for ``design (k, n)`` and ``residual (n,)``."""
    found: Tensor = Regression()(design, residual, variance)[0]
    return found


@njit(**SUMS)
def _forward(design: Array, residual: Array, variance: Array) -> tuple[Array, Array, Array, Array]:
    x, r, v = np.ascontiguousarray(design), np.ascontiguousarray(residual), variance.item()
    inverse, eta = np.dot(x, x.T) / v, np.dot(x, r) / v
    for i in range(eta.size):
        inverse[i, i] += 1.0
    log_det = _invert(inverse)
    eta = np.dot(inverse, eta)
    rest = r - np.dot(eta, x)
    squares = np.dot(rest, rest) / v + np.dot(eta, eta)
    return np.asarray(squares + log_det), inverse, eta, rest


@njit(**SUMS)
def _invert(a: Array) -> float:
    """Put the inverse of ``a (k, k)``, the identity and something positive semidefinite, in its
    place; its log determinant, NaN where its pivots are lost."""
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


@register_funcify_default_op_cache_key(Regression)
def _forward_code(_op: Regression, **_: Any) -> Any:
    return _forward


@register_funcify_default_op_cache_key(RegressionGradient)
def _backward_code(_op: RegressionGradient, **_: Any) -> Any:
    return _backward
