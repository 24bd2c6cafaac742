# ruff: noqa: ARG005  (a case takes what it needs of two inputs and data)
"""Every operation that densities have, with its gradient, against the operation's own NumPy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.raise_op import Assert
from pytensor.tensor.linalg import cho_solve, cholesky, solve_triangular

from mmm.inference.native.density import FAILED, OTHER_DIMENSION, OTHER_LENGTHS, UNUSABLE
from mmm.ops.evidence import regression_evidence
from tests.mmm.inference.native.evaluate import by_operations, native, of_total, parts

ROWS = np.array([3, 0, -1, 3, 2])
COLUMNS = np.array([0, 1, 1, 0, -2])
WEEKS = 11


def positive(x: Any) -> Any:
    return pt.exp(0.3 * x)


def definite(x: Any) -> Any:
    return x @ x.T + 4.0 * pt.eye(x.shape[0])


def batch(x: Any) -> Any:
    return pt.stack([definite(x), definite(x + 1.0)])


CASES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "arithmetic": lambda x, y, d: x * y[None, :] / (2.0 + x**2) - x,
    "exp and log": lambda x, y, d: pt.log(positive(x)) * pt.exp(y) + pt.log1p(positive(x)),
    "expm1": lambda x, y, d: pt.expm1(x) * y,
    "powers": lambda x, y, d: positive(x) ** 1.7 + pt.sqrt(positive(x)) + 1.0 / positive(y),
    "waves": lambda x, y, d: pt.sin(x) * pt.cos(y),
    "links": lambda x, y, d: pt.sigmoid(x) + pt.softplus(3.0 * x) * pt.tanh(y),
    "log1mexp": lambda x, y, d: pt.log1mexp(-positive(x)),
    "gamma": lambda x, y, d: pt.gammaln(positive(x) + d[0]),
    "steps": lambda x, y, d: pt.switch(x > 0.2, x * y, pt.abs(x)) + pt.sign(x) * x,
    "extremes": lambda x, y, d: pt.maximum(x, y) + pt.minimum(x, 0.1) + pt.clip(x, -0.5, 0.5),
    "truth values": lambda x, y, d: pt.switch((x > 0) & (y < 0) | pt.eq(x, y), x, 2.0 * x),
    "whole numbers": lambda x, y, d: x * pt.cast(d[:6] // 2, "float64") * (d.shape[0] % 4),
    "all axes": lambda x, y, d: x.sum() * y.sum(),
    "rows": lambda x, y, d: (x**2).sum(axis=0) * y,
    "columns": lambda x, y, d: (x * y).sum(axis=1),
    "middle axis": lambda x, y, d: (x[:, :, None] * y[None, :, None] * d).sum(axis=(0, 2)),
    "largest": lambda x, y, d: x.max(axis=1)[:, None] * y + x.max(axis=0),
    "product": lambda x, y, d: d[:3].prod() * x,
    "softmax": lambda x, y, d: pt.special.softmax(x, axis=1) * y,
    "all and any": lambda x, y, d: pt.switch(pt.all(x < 9.0) & pt.any(y < 9.0), x, 0.0),
    "slices": lambda x, y, d: x[1:, ::-1] * y + x[:-1, -1:] + x[-3:, :6],
    "steps of two": lambda x, y, d: x[::2, 1::2] + x[-1::-2, ::2],
    "items": lambda x, y, d: x[2] * y[-1] + x[-1, 3],
    "set": lambda x, y, d: pt.set_subtensor(x[1:3], y) * x,
    "set a column": lambda x, y, d: pt.set_subtensor(x[:, 2], 0.5) * x,
    "add to": lambda x, y, d: pt.inc_subtensor(x[0], y) + pt.inc_subtensor(x[:, 1:2], x[:, :1]),
    "gathered": lambda x, y, d: x[ROWS] * y + x[:, COLUMNS].sum(),
    "gathered twice": lambda x, y, d: x[ROWS, COLUMNS] * y[ROWS],
    "scattered": lambda x, y, d: pt.inc_subtensor(x[ROWS], y) + pt.set_subtensor(x[[0, 2]], y),
    "scattered items": lambda x, y, d: pt.inc_subtensor(x[ROWS, COLUMNS], y[:5]),
    "joined": lambda x, y, d: pt.concatenate([x, x * 2.0], axis=1)[:, 3:9] * y,
    "stacked": lambda x, y, d: pt.stack([x, x**2], axis=1).reshape((8, 6)) * y,
    "reshaped": lambda x, y, d: x.T.reshape((3, -1)) ** 2,
    "repeated": lambda x, y, d: pt.alloc(y, 4, 6) * x + pt.full((4, 6), y[0]),
    "counted": lambda x, y, d: x[:, :1] * pt.arange(d.shape[0]) * d,
    "padded": lambda x, y, d: pt.concatenate([pt.zeros((3,)), d])[2:-1].sum() * x,
    "data": lambda x, y, d: (d[:, None] * y[None, :]).sum(axis=0) * d.mean() + d[1:].sum() * x,
    "product of matrices": lambda x, y, d: (x @ x.T) @ x,
    "transposed": lambda x, y, d: x.T @ x[:, ::2],
    "matrix and vector": lambda x, y, d: x @ y + (y[:4] @ x).sum(),
    "outer": lambda x, y, d: pt.outer(y, d) @ d,
    "batches": lambda x, y, d: pt.matmul(batch(x), x[None, :, :]),
    "root": lambda x, y, d: cholesky(definite(x)),
    "solved": lambda x, y, d: solve_triangular(cholesky(definite(x)), x, lower=True),
    "solved upper": lambda x, y, d: solve_triangular(
        cholesky(definite(x)).T, y[:4], lower=False, b_ndim=1
    ),
    "solved by a root": lambda x, y, d: cho_solve((cholesky(definite(x)), True), x, b_ndim=2),
    "roots of a batch": lambda x, y, d: solve_triangular(
        cholesky(batch(x)), pt.stack([x, 2.0 * x]), lower=True
    ),
    "diagonal": lambda x, y, d: pt.log(pt.diagonal(cholesky(definite(x)))),
    "diagonals": lambda x, y, d: pt.diagonal(batch(x), axis1=1, axis2=2) * y[:4],
    "evidence": lambda x, y, d: regression_evidence(x.T @ x[:, :5], d[:5] * y[:5], positive(y[5])),
    "identity": lambda x, y, d: x @ (y[:, None] * pt.eye(6)),
    "as a diagonal": lambda x, y, d: pt.diag(y) @ x.T,
}


def inputs() -> tuple[Any, Any, Any]:
    data = pytensor.shared(np.linspace(0.3, 2.0, WEEKS), name="d", shape=(None,))
    x, y = (pt.TensorType("float64", shape=shape)() for shape in ((4, 6), (6,)))
    return x, y, data


def total_of(name: str, x: Any, y: Any, data: Any) -> Any:
    """A scalar in which every item of the case's result counts differently."""
    result = CASES[name](x, y, data)
    return (result * pt.cos(pt.arange(result.size).reshape(result.shape))).sum()


@pytest.mark.parametrize("name", CASES)
def test_an_operation_and_its_gradient_are_those_of_numpy(name: str) -> None:
    """With the lengths that it was compiled for, and with others if it takes them."""
    x, y, data = inputs()
    graph, results = of_total([x, y], total_of(name, x, y, data))
    function = native(graph)
    rng = np.random.default_rng(5)
    for weeks in (WEEKS, WEEKS, WEEKS + 6):
        data.set_value(np.linspace(0.3, 2.0, weeks))
        point = rng.standard_normal(graph.dimension)
        status, value, gradient = function(point)
        if status == OTHER_LENGTHS:
            assert weeks != WEEKS
            assert name in ("middle axis",)
            continue
        expected, *slopes = by_operations(results, [x, y], parts(graph, point))
        assert status == 0
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gradient, np.concatenate(slopes), rtol=1e-10, atol=1e-10)


def test_the_status_says_what_is_wrong() -> None:
    x, y, data = inputs()
    small = Assert("x is small")(x, pt.all(x < 3.0))
    function = native(of_total([x, y], total_of("powers", small, y, data))[0])
    assert function(np.zeros(30))[0] == 0
    assert function(np.full(30, 4.0))[0] == FAILED
    assert function(np.full(30, -1e9))[0] == UNUSABLE
    assert function(np.zeros(29))[0] == OTHER_DIMENSION


def test_a_root_that_does_not_exist_is_no_number() -> None:
    x, y, _ = inputs()
    function = native(of_total([x, y], cholesky(x @ x.T - 9.0 * pt.eye(4)).sum())[0])
    assert function(np.ones(30))[0] == UNUSABLE


def test_an_operation_without_a_rule_is_named() -> None:
    x, y, _ = inputs()
    with pytest.raises(NotImplementedError, match="Cumsum"):
        native(of_total([x, y], pt.cumsum(y).sum() * x.sum() + pt.cumsum(y**2)[2])[0])
