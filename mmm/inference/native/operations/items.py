"""Operations on each item, and totals over axes."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from llvmlite import ir
from pytensor.graph.basic import Apply, Variable
from pytensor.scalar import basic as scalar
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise

from mmm.inference.native.kinds import is_float
from mmm.inference.native.lengths import Assumptions, Length, product
from mmm.inference.native.loops import (
    REASSOCIATED,
    Combine,
    Formula,
    copy,
    reduce,
    write_each,
)
from mmm.inference.native.program import Program
from mmm.inference.native.rules import as_source, write
from mmm.inference.native.scalar_code import emit
from mmm.inference.native.symbolic import symbolic
from mmm.inference.native.values import ONE, Uniform, Value, Vector, known


def formula(program: Program, variable: Variable) -> Formula:
    """The formula of ``variable`` from results in memory: those that were absorbed on the way are
    computed with it, item by item."""
    node = program.absorbed.get(variable)
    if node is None:
        return copy(as_source(program, program.value(variable)))
    return applied(node.op.scalar_op, [formula(program, each) for each in node.inputs])


def applied(op: scalar.ScalarOp, parts: Sequence[Formula]) -> Formula:
    """The formula of ``op`` of the results of others."""
    ends = list(accumulate((len(part.leaves) for part in parts), initial=0))
    types = [part.dtype for part in parts]

    def code(builder: ir.IRBuilder, items: Sequence[Any], kinds: Sequence[str]) -> list[Any]:
        given: list[Any] = []
        for part, start, end in zip(parts, ends, ends[1:], strict=False):
            given += part.code(builder, items[start:end], kinds[start:end])
        return emit(op, builder, given, types)

    leaves = [leaf for part in parts for leaf in part.leaves]
    (result,) = op.output_types([scalar.get_scalar_type(kind) for kind in types])
    return Formula((op, *(part.key for part in parts)), result.dtype, leaves, code)


@write.register
def _each(op: Elemwise, node: Apply, program: Program) -> list[Value]:
    """Each item; its inputs may be formulas that nothing else needs."""
    dtype = node.outputs[0].type.dtype
    if not any(variable in program.absorbed for variable in node.inputs):
        given = [program.value(variable) for variable in node.inputs]
        found = _known(op.scalar_op, given, program.assumptions, dtype)
        if found is not None:
            return [found]
    own = applied(op.scalar_op, [formula(program, variable) for variable in node.inputs])
    lengths = broadcast([leaf.lengths for leaf in own.leaves])
    if all(isinstance(leaf, Uniform) for leaf in own.leaves):
        registers = [program.register(leaf) for leaf in own.leaves if isinstance(leaf, Uniform)]
        (item,) = own.code(program.body, registers, [leaf.dtype for leaf in own.leaves])
        return [Uniform(item, dtype, lengths)]
    result = program.allocate(dtype, lengths)
    write_each(program, own, result)
    return [result]


@write.register
def _arranged(op: DimShuffle, node: Apply, program: Program) -> list[Value]:
    value = as_source(program, program.value(node.inputs[0]))
    return [value.arranged(op.new_order)]


@write.register
def _total(op: CAReduce, node: Apply, program: Program) -> list[Value]:
    (variable,) = node.inputs
    value = program.values.get(variable)
    if isinstance(value, Vector) and isinstance(op.scalar_op, scalar.Mul):
        return [Uniform(product(value.items), node.outputs[0].type.dtype)]
    own = formula(program, variable)
    lengths = broadcast([leaf.lengths for leaf in own.leaves])
    axes = range(len(lengths)) if op.axis is None else [axis % len(lengths) for axis in op.axis]
    name = type(op.scalar_op).__name__
    if name not in COMBINE:
        raise NotImplementedError(f"the operation {op}")
    kind = node.outputs[0].type.dtype
    return [reduce(program, own, lengths, list(axes), COMBINE[name], kind)]


def absorbable(node: Apply, clients: Sequence[Any]) -> bool:
    """Whether another operation can compute the items of ``node`` as it goes, because nothing else
    needs them and it visits each once."""
    if not isinstance(node.op, Elemwise) or len(clients) != 1 or not node.outputs[0].type.ndim:
        return False
    client = clients[0][0]
    if not isinstance(client.op, Elemwise):
        return isinstance(client.op, CAReduce)
    return bool(node.outputs[0].type.broadcastable == client.outputs[0].type.broadcastable)


def broadcast(shapes: Sequence[tuple[Length, ...]]) -> tuple[Length, ...]:
    """The common shape of arrays whose axes of length one are repeated."""
    axes = zip(*shapes, strict=True)
    return tuple(next((length for length in axis if length != ONE), ONE) for axis in axes)


def _known(
    op: scalar.ScalarOp, given: list[Value], assumptions: Assumptions, dtype: str
) -> Value | None:
    """The result where it is a whole number, or are whole numbers, known while code is written."""
    if is_float(dtype):
        return None
    numbers = [known(value) for value in given]
    count = next((len(value.items) for value in given if isinstance(value, Vector)), None)
    if count is None:
        result = symbolic(op, numbers, assumptions)
        lengths = broadcast([value.lengths for value in given])
        return None if result is None else Uniform(result, dtype, lengths)
    rows = [
        value.items if isinstance(value, Vector) else (number,) * count
        for value, number in zip(given, numbers, strict=True)
    ]
    if dtype == "bool" or any(len(row) != count for row in rows):
        return None
    items = [symbolic(op, list(row), assumptions) for row in zip(*rows, strict=True)]
    found = tuple(item for item in items if item is not None)
    return Vector(found, dtype) if len(found) == count else None


def _added(builder: ir.IRBuilder, total: Any, item: Any, kind: str) -> Any:
    if is_float(kind):
        return builder.fadd(total, item, flags=REASSOCIATED)
    return builder.add(total, item)


def _multiplied(builder: ir.IRBuilder, total: Any, item: Any, kind: str) -> Any:
    if is_float(kind):
        return builder.fmul(total, item, flags=REASSOCIATED)
    return builder.mul(total, item)


def _by(op: scalar.ScalarOp) -> Any:
    def code(builder: ir.IRBuilder, total: Any, item: Any, kind: str) -> Any:
        return emit(op, builder, [total, item], [kind, kind])[0]

    return code


def _lowest(kind: str) -> float:
    return float("-inf") if is_float(kind) else int(np.iinfo(kind).min)


def _highest(kind: str) -> float:
    return float("inf") if is_float(kind) else int(np.iinfo(kind).max)


COMBINE = {
    "Add": Combine("add", _added, lambda _: 0),
    "Mul": Combine("mul", _multiplied, lambda _: 1),
    "Maximum": Combine("max", _by(scalar.maximum), _lowest),
    "Minimum": Combine("min", _by(scalar.minimum), _highest),
    "AND": Combine("and", lambda b, total, item, _: b.and_(total, item), lambda _: 1),
    "OR": Combine("or", lambda b, total, item, _: b.or_(total, item), lambda _: 0),
}
