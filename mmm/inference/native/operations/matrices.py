"""Linear algebra, by BLAS and LAPACK."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llvmlite import ir
from pytensor.graph.basic import Apply
from pytensor.tensor.basic import AllocDiag, ExtractDiag, Eye
from pytensor.tensor.blas.batched import BatchedDot
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.linalg.decomposition.cholesky import Cholesky
from pytensor.tensor.linalg.solvers.psd import CholeskySolve
from pytensor.tensor.linalg.solvers.triangular import SolveTriangular
from pytensor.tensor.math import Dot

from mmm.inference.native.blas import by_rows, gemm, potrf, trsm
from mmm.inference.native.kinds import I32, literal
from mmm.inference.native.lengths import Length
from mmm.inference.native.loops import copy, write_each
from mmm.inference.native.program import Program
from mmm.inference.native.rules import as_source, as_view, copy_of, shifted, write
from mmm.inference.native.values import ONE, ZERO, Uniform, Value, View

type Core = Callable[[Program, list[View], View], None]


@write.register
def _product(_op: Dot, node: Apply, program: Program) -> list[Value]:
    left, right = (as_view(program, program.value(variable)) for variable in node.inputs)
    return [multiplied(program, left, right)]


@write.register
def _products(_op: BatchedDot, node: Apply, program: Program) -> list[Value]:
    left, right = (by_rows(program, as_view(program, program.value(v))) for v in node.inputs)
    lengths = (left.lengths[0], left.lengths[1], right.lengths[2])
    result = program.allocate("float64", lengths)
    with program.main.loop(lengths[0]) as index:
        gemm(program, *(_along(program, each, index) for each in (left, right, result)))
    return [result]


def multiplied(program: Program, left: View, right: View) -> View:
    """The product of two matrices."""
    left, right = by_rows(program, left), by_rows(program, right)
    result = program.allocate("float64", (left.lengths[0], right.lengths[1]))
    gemm(program, left, right, result)
    return result


@write.register
def _root(op: Cholesky, node: Apply, program: Program) -> list[Value]:
    return _one(program, node, _cholesky(op.lower))


@write.register
def _triangular(op: SolveTriangular, node: Apply, program: Program) -> list[Value]:
    return _one(program, node, _solved(lower=op.lower, unit=op.unit_diagonal))


@write.register
def _by_root(op: CholeskySolve, node: Apply, program: Program) -> list[Value]:
    return _one(program, node, _twice_solved(lower=op.lower))


@write.register
def _batch(op: Blockwise, node: Apply, program: Program) -> list[Value]:
    """The same for every matrix of leading axes."""
    core = op.core_op
    if isinstance(core, Cholesky):
        return _one(program, node, _cholesky(core.lower), core_axes=[2])
    axes = [2, getattr(core, "b_ndim", 2)]
    if isinstance(core, SolveTriangular):
        return _one(program, node, _solved(lower=core.lower, unit=core.unit_diagonal), axes)
    if isinstance(core, CholeskySolve):
        return _one(program, node, _twice_solved(lower=core.lower), axes)
    if isinstance(core, AllocDiag):
        return _diagonal(core, node, program)
    raise NotImplementedError(f"the operation {op}")


def _one(
    program: Program, node: Apply, core: Core, core_axes: list[int] | None = None
) -> list[Value]:
    """The result of ``core`` for each matrix of the inputs; a copy of the last input becomes it."""
    views = [as_view(program, program.value(variable)) for variable in node.inputs]
    axes = core_axes or [len(view.lengths) for view in views]
    batch = node.outputs[0].type.ndim - axes[-1]
    lengths: list[Length] = []
    for axis in range(batch):
        own = (view.lengths[axis] for view in views)
        lengths.append(next((length for length in own if length != ONE), ONE))
    views = [view.stretched((*lengths, *view.lengths[batch:])) for view in views]
    inputs = [by_rows(program, view) for view in views[:-1]]
    result = copy_of(program, views[-1])
    with program.main.loops(tuple(lengths)) as index:
        core(
            program,
            [_deeper(program, view, index) for view in inputs],
            _deeper(program, result, index),
        )
    return [result]


def _deeper(program: Program, view: View, index: tuple[Any, ...]) -> View:
    for place in index:
        view = _along(program, view, place)
    return view


def _along(program: Program, view: View, index: Any) -> View:
    far = program.body.mul(index, program.main.length(view.steps[0]))
    address = program.body.gep(view.address, [far], inbounds=True)
    return replace(view, address=address, lengths=view.lengths[1:], steps=view.steps[1:])


def _cholesky(lower: bool) -> Core:
    """The root in place; NaN where there is none."""

    def core(program: Program, _inputs: list[View], result: View) -> None:
        order = result.lengths[0]
        status = potrf(program, result, lower=lower)
        body = program.body
        failed = body.icmp_signed("!=", body.load(status), ir.Constant(I32, 0))
        filling = body.select(failed, literal(float("nan"), "float64"), literal(0.0, "float64"))
        with program.main.loop(order) as row, program.main.loop(order) as column:
            other = body.icmp_signed(">" if lower else "<", column, row)
            place = body.add(body.mul(row, program.main.length(order)), column)
            address = body.gep(result.address, [place])
            changed = body.or_(other, failed)
            body.store(body.select(changed, filling, body.load(address)), address)

    return core


def _solved(*, lower: bool, unit: bool) -> Core:
    def core(program: Program, inputs: list[View], result: View) -> None:
        trsm(program, inputs[0], result, lower=lower, unit=unit, transposed=False)

    return core


def _twice_solved(*, lower: bool) -> Core:
    def core(program: Program, inputs: list[View], result: View) -> None:
        for transposed in (not lower, lower):
            trsm(program, inputs[0], result, lower=lower, unit=False, transposed=transposed)

    return core


@write.register
def _taken(op: ExtractDiag, node: Apply, program: Program) -> list[Value]:
    view = as_view(program, program.value(node.inputs[0]))
    if op.offset:
        raise NotImplementedError(f"the operation {op} beside the diagonal")
    one, other = view.lengths[op.axis1], view.lengths[op.axis2]
    count = one if program.assumptions.sign(one - other) <= 0 else other
    rest = [axis for axis in range(len(view.lengths)) if axis not in (op.axis1, op.axis2)]
    lengths = (*(view.lengths[axis] for axis in rest), count)
    steps = (*(view.steps[axis] for axis in rest), view.steps[op.axis1] + view.steps[op.axis2])
    return [shifted(program, view, ZERO, lengths, steps)]


@write.register
def _identity(op: Eye, node: Apply, program: Program) -> list[Value]:
    rows, columns, offset = (program.length(variable) for variable in node.inputs)
    if rows != columns or offset != ZERO:
        raise NotImplementedError(f"the operation {op} beside the diagonal")
    return [_with_diagonal(program, Uniform(ONE, op.dtype, (rows,)))]


@write.register(AllocDiag)
def _placed(op: AllocDiag, node: Apply, program: Program) -> list[Value]:
    return _diagonal(op, node, program)


def _diagonal(op: AllocDiag, node: Apply, program: Program) -> list[Value]:
    values = as_source(program, program.value(node.inputs[0]))
    last = len(values.lengths) - 1
    if op.offset or (op.axis1, op.axis2) not in ((0, 1), (last, last + 1)):
        raise NotImplementedError(f"the operation {op}")
    return [_with_diagonal(program, values)]


def _with_diagonal(program: Program, values: View | Uniform) -> View:
    """Square matrices of zeros with ``values`` on their diagonals."""
    *batch, order = values.lengths
    result = program.allocate(values.dtype, (*batch, order, order))
    filled = Uniform(ZERO, values.dtype).arranged(["x"] * len(result.lengths))
    write_each(program, copy(filled), result)
    steps = (*result.steps[:-2], result.steps[-2] + result.steps[-1])
    write_each(program, copy(values), shifted(program, result, ZERO, values.lengths, steps))
    return result
