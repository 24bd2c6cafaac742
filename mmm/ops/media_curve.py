"""Carryover and saturation of media as one fused operation of the graph, where a density spends
most of its time.

The numbers equal those of ``mmm.equations.media`` by single operations, in one pass over the weeks
with vectorised loops (``media_loops``). Exposure is data: the gradient with respect to it is not
defined.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, grad_undefined
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

from mmm.equations.transforms import SATURATION
from mmm.ops import media_loops, vector_math
from mmm.ops.loop_entries import run_loop
from mmm.spec.media import SATURATION_PARAMETERS
from mmm.types import Array, Namespace, Parameters, Tensor

SOURCE = sha256(
    b"".join(Path(str(part.__file__)).read_bytes() for part in (media_loops, vector_math))
).hexdigest()
"""Hash of the source that the machine code is compiled from: part of the key of code on disk."""


@dataclass(frozen=True)
class CurveLoops:
    """Compiled loops of a curve and of its gradient, with the number of the curve's parameters and
    the number of arrays that ``forward`` returns."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    parameters: int
    outputs: int


CURVE_LOOPS = {
    "hill": CurveLoops(media_loops.hill, media_loops.hill_gradient, 2, 3),
    "logistic": CurveLoops(media_loops.logistic, media_loops.logistic_gradient, 1, 2),
}


class _LoopOp(Op):
    """An operation that runs compiled loops, chosen by the ``kind`` of saturation."""

    __props__ = ("kind", "source")

    def __init__(self, kind: str, source: str = SOURCE) -> None:
        self.kind, self.source = kind, source

    @property
    def loops(self) -> CurveLoops:
        return CURVE_LOOPS[self.kind]


class MediaCurve(_LoopOp):
    """(member, week, geo) curve, and the arrays that its gradient needs, from ``padded (member,
    max_lag + week, geo)``, ``weights (member, lag)`` and the curve's parameters (member,)."""

    @property
    def code(self) -> Callable[..., Any]:
        return self.loops.forward

    def perform(self, _: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        """By the entry that machine code calls: Numba compiles it once, not again for Python."""
        padded, weights, *_ = arrays = [np.ascontiguousarray(value) for value in inputs]
        (members, lags), geos = weights.shape, padded.shape[2]
        weeks = padded.shape[1] - lags + 1
        for cell in outputs:
            cell[0] = np.empty((members, weeks, geos))
        found = [cell[0] for cell in outputs]
        run_loop(f"prudent_{self.kind}", [*arrays, *found], (members, lags, weeks, geos))

    def by_single_operations(
        self, padded: Tensor, weights: Tensor, *parameters: Tensor, xp: Namespace
    ) -> tuple[Tensor, ...]:
        """The outputs of the loops, computed in the array namespace ``xp``."""
        last = weights.shape[1] - 1
        weeks = padded.shape[1] - last
        lags = (padded[:, last - lag : last - lag + weeks] for lag in range(last + 1))
        x = sum(weights[:, lag, None, None] * past for lag, past in enumerate(lags))
        names = SATURATION_PARAMETERS[self.kind]
        y = SATURATION[self.kind](x, dict(zip(names, parameters, strict=True)), xp)
        return (y, x, xp.log(xp.where(x > 0.0, x, 1.0)))[: self.loops.outputs]

    def make_node(self, padded: Tensor, weights: Tensor, *parameters: Tensor) -> Apply:
        inputs = [pt.as_tensor(value) for value in (padded, weights, *parameters)]
        members, _, geos = inputs[0].type.shape
        kind = pt.tensor(dtype="float64", shape=(members, None, geos)).type
        return Apply(self, inputs, [kind() for _ in range(self.loops.outputs)])

    def infer_shape(self, _node: Apply, shapes: list[Any]) -> list[Any]:
        (members, padded, geos), (_, lags) = shapes[:2]
        return [(members, padded - lags + 1, geos)] * self.loops.outputs

    def pullback(
        self, inputs: list[Tensor], outputs: list[Tensor], cotangents: list[Tensor]
    ) -> list[Tensor]:
        if not all(isinstance(each.type, DisconnectedType) for each in cotangents[1:]):
            raise NotImplementedError("only the curve has a gradient")
        gradients = MediaCurveGradient(self.kind)(*inputs, *outputs, cotangents[0])
        return [grad_undefined(self, 0, inputs[0], "exposure is data"), *gradients]


class MediaCurveGradient(_LoopOp):
    """Gradients of weights and parameters, from inputs and outputs of ``MediaCurve`` and the
    gradient of the curve ``(member, week, geo)``."""

    @property
    def code(self) -> Callable[..., Any]:
        return self.loops.backward

    def perform(self, _: Apply, inputs: list[Array], outputs: list[list[Array]]) -> None:
        arrays = [np.ascontiguousarray(value) for value in inputs]
        for cell, value in zip(outputs, self.code(*arrays), strict=True):
            cell[0] = value

    def make_node(self, *inputs: Tensor) -> Apply:
        return Apply(self, [*inputs], [value.type() for value in inputs[1 : self._last]])

    def infer_shape(self, _node: Apply, shapes: list[Any]) -> list[Any]:
        return shapes[1 : self._last]

    @property
    def _last(self) -> int:
        return 2 + self.loops.parameters


def _padded(exposure: Tensor, before: Tensor) -> Tensor:
    return pt.concatenate([before, exposure], axis=-2)


def _hill(exposure: Tensor, before: Tensor, weights: Tensor, q: Parameters) -> Tensor:
    half, slope = q["saturation_half"], q["saturation_slope"]
    return MediaCurve("hill")(_padded(exposure, before), weights, half, slope)[0]


def _logistic(exposure: Tensor, before: Tensor, weights: Tensor, q: Parameters) -> Tensor:
    return MediaCurve("logistic")(_padded(exposure, before), weights, q["saturation_rate"])[0]


def _tanh(exposure: Tensor, before: Tensor, weights: Tensor, q: Parameters) -> Tensor:
    return MediaCurve("logistic")(_padded(exposure, before), weights, 2.0 * q["saturation_rate"])[0]


FUSED_MEDIA_CURVES = {"hill": _hill, "logistic": _logistic, "tanh": _tanh}
"""Kind of saturation -> function that returns the (member, week, geo) curve of ``exposure (member,
week, geo)`` that follows ``before (member, max_lag, geo)``, given the adstock ``weights (member,
lag)`` and the curve's parameters."""


@register_funcify_default_op_cache_key(_LoopOp)
def _code(op: _LoopOp, **_: Any) -> Callable[..., Any]:
    return op.code
