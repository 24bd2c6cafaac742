"""Media curves: loops compiled once for a machine, called by their address."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from pytensor.graph.basic import Apply

from mmm.inference.native.externals import declared
from mmm.inference.native.kinds import DOUBLE, I64
from mmm.inference.native.lengths import Length
from mmm.inference.native.program import Program
from mmm.inference.native.rules import as_contiguous, write
from mmm.inference.native.values import Value, View
from mmm.ops.media_curve import MediaCurve, MediaCurveGradient


@write.register
def _curve(op: MediaCurve, node: Apply, program: Program) -> list[Value]:
    inputs = _inputs(program, node)
    (members, padded, geos), (_, lags) = inputs[0].lengths, inputs[1].lengths
    lengths = (members, padded - lags + 1, geos)
    results = [program.allocate("float64", lengths) for _ in node.outputs]
    call_loop(program, f"prudent_{op.kind}", [*inputs, *results], [members, lags, *lengths[1:]])
    return list(results)


@write.register
def _curve_gradient(op: MediaCurveGradient, node: Apply, program: Program) -> list[Value]:
    inputs = _inputs(program, node)
    count = len(node.outputs)
    results = [program.allocate("float64", each.lengths) for each in inputs[1 : 1 + count]]
    lengths = [*inputs[1].lengths, *inputs[1 + count].lengths[1:]]
    call_loop(program, f"prudent_{op.kind}_gradient", [*inputs, *results], lengths)
    return list(results)


def _inputs(program: Program, node: Apply) -> list[View]:
    return [as_contiguous(program, program.value(variable)) for variable in node.inputs]


def call_loop(program: Program, name: str, views: list[View], lengths: Sequence[Length]) -> None:
    """Call an own loop on arrays in order, and lengths."""
    arrays: list[Any] = [DOUBLE.as_pointer()] * len(views)
    kind = ir.FunctionType(ir.VoidType(), [*arrays, *[I64] * len(lengths)])
    numbers = [program.main.length(length) for length in lengths]
    function = declared(program.module, name, kind)
    program.body.call(function, [*(view.address for view in views), *numbers])
