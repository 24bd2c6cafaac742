"""Operations that look at lengths, or see the same numbers in another form."""

from pymc.logprob.utils import CheckParameterValue
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.raise_op import Assert, CheckAndRaise
from pytensor.tensor.basic import (
    Alloc,
    AllocEmpty,
    ARange,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape

from mmm.inference.native.lengths import Length, contiguous, product
from mmm.inference.native.loops import converted, copy, write_each
from mmm.inference.native.program import Program, number_as
from mmm.inference.native.rules import (
    as_contiguous,
    as_source,
    part,
    shifted,
    with_axes,
    write,
)
from mmm.inference.native.values import ONE, Uniform, Value, Vector, View, known


@write.register(SpecifyShape)
@write.register(ScalarFromTensor)
@write.register(TensorFromScalar)
def _same(_op: SpecifyShape, node: Apply, program: Program) -> list[Value]:
    return [program.value(node.inputs[0])]


@write.register(Assert)
@write.register(CheckAndRaise)
@write.register(CheckParameterValue)
def _checked(_op: CheckAndRaise, node: Apply, program: Program) -> list[Value]:
    """The first input, once the others are true; else the function ends."""
    for variable in node.inputs[1:]:
        value = program.value(variable)
        number = known(value)
        if number is not None and number.constant:
            continue
        if not isinstance(value, Uniform):
            raise NotImplementedError(f"a check of an array: {variable}")
        program.require(program.register(value))
    return [program.value(node.inputs[0])]


@write.register
def _inner(op: OpFromGraph, node: Apply, program: Program) -> list[Value]:
    """A graph within the graph: its operations in place."""
    for inner, outer in zip(op.fgraph.inputs, node.inputs, strict=True):
        program.bind(inner, program.value(outer))
    for each in op.fgraph.toposort():
        for variable, result in zip(each.outputs, write(each.op, each, program), strict=True):
            program.bind(variable, result)
    return [program.value(variable) for variable in op.fgraph.outputs]


@write.register
def _shape(_op: Shape, node: Apply, program: Program) -> list[Value]:
    return [Vector(program.value(node.inputs[0]).lengths)]


@write.register
def _length(op: Shape_i, node: Apply, program: Program) -> list[Value]:
    return [Uniform(program.value(node.inputs[0]).lengths[op.i], "int64")]


@write.register
def _vector(op: MakeVector, node: Apply, program: Program) -> list[Value]:
    values = [program.value(variable) for variable in node.inputs]
    numbers = [known(value) for value in values]
    if None not in numbers and op.dtype not in ("bool", "float64"):
        return [Vector(tuple(number for number in numbers if number is not None), op.dtype)]
    result = program.allocate(op.dtype, [Length.of(len(values))])
    for place, value in enumerate(values):
        source = as_source(program, value)
        write_each(program, copy(source), part(program, result, place))
    return [result]


@write.register
def _reshaped(op: Reshape, node: Apply, program: Program) -> list[Value]:
    value = as_source(program, program.value(node.inputs[0]))
    lengths = list(program.lengths(node.inputs[1])) if op.ndim else []
    total = product(value.lengths)
    if Length.of(-1) in lengths:
        place = lengths.index(Length.of(-1))
        rest = product(tuple(x for k, x in enumerate(lengths) if k != place))
        lengths[place] = program.assumptions.quotient(total, rest)
    program.require_same(product(tuple(lengths)), total)
    if isinstance(value, Uniform):
        return [Uniform(value.value, value.dtype, tuple(lengths))]
    view = as_contiguous(program, value)
    return [View(view.address, view.dtype, tuple(lengths), contiguous(tuple(lengths)), view.buffer)]


@write.register
def _filled(_op: Alloc, node: Apply, program: Program) -> list[Value]:
    value, *sizes = node.inputs
    source = as_source(program, program.value(value))
    lengths = tuple(program.length(size) for size in sizes)
    return [with_axes(source, len(lengths)).stretched(lengths)]


@write.register
def _empty(op: AllocEmpty, node: Apply, program: Program) -> list[Value]:
    return [program.allocate(op.dtype, [program.length(size) for size in node.inputs])]


@write.register
def _counted(op: ARange, node: Apply, program: Program) -> list[Value]:
    start, stop, step = (program.length(variable) for variable in node.inputs)
    if step != ONE:
        raise NotImplementedError(f"the operation {op} in steps")
    count = stop - start
    if count.constant is not None:
        return [Vector(tuple(start + place for place in range(count.constant)), op.dtype)]
    result, body = program.allocate(op.dtype, [count]), program.body
    with program.main.loop(count) as index:
        number = body.add(program.main.length(start), index)
        body.store(number_as(body, number, op.dtype), body.gep(result.address, [index]))
    return [result]


@write.register
def _joined(_op: Join, node: Apply, program: Program) -> list[Value]:
    values = [program.value(variable) for variable in node.inputs]
    axis = node.op.axis
    dtype = node.outputs[0].type.dtype
    vectors = [value for value in values if isinstance(value, Vector)]
    if len(vectors) == len(values) and dtype == "int64":
        return [Vector(tuple(item for vector in vectors for item in vector.items))]
    sources = [as_source(program, value) for value in values]
    lengths = list(sources[0].lengths)
    lengths[axis] = sum((source.lengths[axis] for source in sources[1:]), start=lengths[axis])
    result = program.allocate(dtype, lengths)
    offset = Length.of(0)
    for source in sources:
        own = tuple(source.lengths[axis] if k == axis else x for k, x in enumerate(lengths))
        place = shifted(program, result, offset * result.steps[axis], own, result.steps)
        write_each(program, converted(source, dtype), place)
        offset = offset + source.lengths[axis]
    return [result]


@write.register
def _parts(op: Split, node: Apply, program: Program) -> list[Value]:
    source = as_source(program, program.value(node.inputs[0]))
    found: list[Value] = []
    offset = Length.of(0)
    for size in program.lengths(node.inputs[1]):
        own = tuple(size if k == op.axis else x for k, x in enumerate(source.lengths))
        if isinstance(source, Uniform):
            found.append(Uniform(source.value, source.dtype, own))
        else:
            found.append(
                shifted(program, source, offset * source.steps[op.axis], own, source.steps)
            )
        offset = offset + size
    return found
