"""The density of a model and its gradient as one machine function:

    status = density(dimension, point*, gradient*, value*, data*)

``rules.write`` writes each operation of the graph as instructions for LLVM. Arrays lie in one piece
of working memory that the function takes at its start; lengths are arithmetic on the lengths of the
data, done there too, so that the function serves other panels of the same structure. Before
anything else it checks what was assumed of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from pytensor.graph.basic import Apply, Constant, Variable

from mmm.inference.native.externals import declared
from mmm.inference.native.graph import DensityGraph
from mmm.inference.native.kinds import BYTES, DOUBLE, I64, load, stored, whole
from mmm.inference.native.lengths import Guard, Length, contiguous
from mmm.inference.native.loops import Formula, copy, reduce, write_each
from mmm.inference.native.operations.items import COMBINE, absorbable
from mmm.inference.native.program import Program
from mmm.inference.native.rules import as_source, write
from mmm.inference.native.scope import Scope
from mmm.inference.native.values import Uniform, View

FAILED, OTHER_LENGTHS, UNUSABLE, OTHER_DIMENSION = 1, 2, 3, -1
"""Statuses: a check within the graph failed; the lengths of the data need code of their own; the
density or its gradient is not finite; a point of another dimension. 0 is success."""

DENSITY, COPY = "density", "copy_point"


def write_density(
    about: DensityGraph,
    record: np.dtype[Any],
    keys: Mapping[Any, str],
    dims: Mapping[str, Sequence[str]],
) -> ir.Module:
    """A module with the function of ``about`` and ``copy_point``.

    ``keys``: data node -> its key in ``record``, the layout of addresses and shapes at ``data*``.
    ``dims``: name of a data node -> names of its axes; axes of one name have one length. Raises
    NotImplementedError for an operation without a rule.
    """
    module = ir.Module(DENSITY)
    kind = ir.FunctionType(I64, [I64, *[DOUBLE.as_pointer()] * 3, BYTES])
    function = ir.Function(module, kind, DENSITY)
    dimension, point, gradient, value, data = function.args
    main = Scope(function, {})
    refused, taking, failed, ending = (
        ir.IRBuilder(function.append_basic_block(name))
        for name in ("refused", "taking", "failed", "ending")
    )
    taken = taking.call(declared(module, "malloc", ir.FunctionType(BYTES, [I64])), [whole(0)])
    memory = taking.bitcast(taken, DOUBLE.as_pointer())
    start = main.body.block
    inputs = _DataInputs(main, data, record, dims)
    values = {node: inputs.value(node, keys[node]) for node in about.data}
    program = Program(main, memory, failed.block, inputs.at_hand)
    for node, view in values.items():
        program.bind(node, view)
    for block, variable in zip(about.blocks, about.graph.inputs, strict=False):
        lengths = tuple(Length.of(length) for length in block.shape)
        address = main.body.gep(point, [whole(block.start)], inbounds=True)
        program.bind(variable, View(address, "float64", lengths, contiguous(lengths)))
    _write_nodes(about, program)
    _write_results(about, program, gradient, value)
    status = _status(program, gradient, value, about.dimension)
    main.body.branch(ending.block)
    found = ending.phi(I64)
    found.add_incoming(status, main.body.block)
    found.add_incoming(whole(FAILED), failed.block)
    ending.call(declared(module, "free", ir.FunctionType(ir.VoidType(), [BYTES])), [taken])
    ending.ret(found)
    failed.branch(ending.block)
    taken.operands = [taken.callee, main.length(program.used * 8)]
    taking.branch(start)
    own = main.entry.icmp_signed("==", dimension, whole(about.dimension))
    allowed = own
    for condition in (*inputs.same, *(_holds(main, g) for g in program.assumptions.guards)):
        allowed = main.entry.and_(allowed, condition)
    refused.ret(refused.select(own, whole(OTHER_LENGTHS), whole(OTHER_DIMENSION)))
    main.entry.cbranch(allowed, taking.block, refused.block)
    _write_copy(module)
    return module


def _write_copy(module: ir.Module) -> None:
    """``copy_point(dimension, length, point*, result*, data*)``: what a sampler keeps of a draw is
    its point."""
    number = DOUBLE.as_pointer()
    function = ir.Function(module, ir.FunctionType(I64, [I64, I64, number, number, BYTES]), COPY)
    scope = Scope(function, {"length": function.args[1]})
    _, _, point, result, _ = function.args
    with scope.loop(Length.symbol("length")) as index:
        body = scope.body
        body.store(body.load(body.gep(point, [index])), body.gep(result, [index]))
    scope.body.ret(whole(0))
    scope.close()


class _DataInputs:
    """The data of a density: arrays at addresses that the record at ``data*`` holds.

    ``at_hand``: the lengths that they have now. ``same``: conditions for axes of one name.
    """

    def __init__(
        self, main: Scope, data: Any, record: np.dtype[Any], dims: Mapping[str, Sequence[str]]
    ) -> None:
        self.main, self.data, self.record, self.dims = main, data, record, dims
        self.at_hand: dict[str, int] = {}
        self.same: list[Any] = []

    def value(self, node: Any, key: str) -> View | Uniform:
        """The array of ``node``; a single whole number that names a length is that length."""
        held = node.get_value(borrow=True)
        kind = stored(str(held.dtype))
        start = self._number_at(_position(self.record, "data", key))
        address = self.main.entry.inttoptr(start, kind.as_pointer())
        names = self.dims.get(node.name, ())
        if not held.ndim and held.dtype == "int64":
            number = load(self.main.entry, address, "int64")
            return Uniform(self._symbol(node.name, int(held), number), "int64")
        if not held.ndim:
            return Uniform(load(self.main.entry, address, str(held.dtype)), str(held.dtype))
        lengths = []
        for axis, (now, fixed) in enumerate(zip(held.shape, node.type.shape, strict=True)):
            if fixed is not None:
                lengths.append(Length.of(fixed))
                continue
            name = names[axis] if axis < len(names) and names[axis] else f"{node.name}.{axis}"
            place = _position(self.record, "shape", key) + 8 * axis
            lengths.append(self._symbol(name, now, self._number_at(place)))
        return View(address, str(held.dtype), tuple(lengths), contiguous(tuple(lengths)))

    def _symbol(self, name: str, now: int, number: Any) -> Length:
        """The length called ``name``, which this array says is ``number``."""
        if name not in self.at_hand:
            self.at_hand[name] = now
            self.main.symbols[name] = number
        elif self.at_hand[name] != now:
            raise ValueError(f"the data have two lengths for {name}")
        else:
            self.same.append(self.main.entry.icmp_signed("==", self.main.symbols[name], number))
        return Length.symbol(name)

    def _number_at(self, position: int) -> Any:
        entry = self.main.entry
        place = entry.gep(self.data, [whole(position)], inbounds=True)
        return entry.load(entry.bitcast(place, I64.as_pointer()))


def _write_nodes(about: DensityGraph, program: Program) -> None:
    """Write all operations, each result forgotten after its last use."""
    graph = about.graph
    order: list[Apply] = []
    for node in graph.toposort():
        clients = graph.clients[node.outputs[0]]
        if absorbable(node, clients):
            program.absorbed[node.outputs[0]] = node
        else:
            order.append(node)
    kept = set(graph.outputs)
    last = {variable: node for node in order for variable in _read(node, program)}
    for node in order:
        needed = list(_read(node, program))
        done = {each for each in needed if last[each] is node and each not in kept}
        program.dying = {variable for variable in done if needed.count(variable) == 1}
        results = write(node.op, node, program)
        for variable, result in zip(node.outputs, results, strict=True):
            program.bind(variable, result)
        unused = [each for each in node.outputs if each not in last and each not in kept]
        program.release([*done, *unused])


def _read(node: Apply, program: Program) -> Iterator[Variable]:
    """The variables that writing ``node`` reads."""
    for variable in node.inputs:
        if variable in program.absorbed:
            yield from _read(program.absorbed[variable], program)
        elif not isinstance(variable, Constant):
            yield variable


def _write_results(about: DensityGraph, program: Program, gradient: Any, value: Any) -> None:
    density, *gradients = (as_source(program, program.value(v)) for v in about.graph.outputs)
    single = View(value, "float64", (), ())
    write_each(program, copy(density), single)
    for block, source in zip(about.blocks, gradients, strict=True):
        address = program.body.gep(gradient, [whole(block.start)], inbounds=True)
        lengths = (Length.of(block.stop - block.start),)
        target = View(address, "float64", lengths, contiguous(lengths))
        write_each(program, copy(source), target)


def _status(program: Program, gradient: Any, value: Any, dimension: int) -> Any:
    """0 where density and gradient are finite."""
    lengths = (Length.of(dimension),)
    view = View(gradient, "float64", lengths, contiguous(lengths))
    finite = Formula("finite", "bool", [view], _finite)
    all_of = reduce(program, finite, lengths, [0], COMBINE["AND"], "bool")
    (own,) = _finite(program.body, [program.body.load(value)], [])
    assert isinstance(all_of, Uniform)
    usable = program.body.and_(own, program.register(all_of))
    return program.body.select(usable, whole(0), whole(UNUSABLE))


def _finite(builder: ir.IRBuilder, items: Sequence[Any], _kinds: Sequence[str]) -> list[Any]:
    zero = ir.Constant(DOUBLE, 0.0)
    return [builder.fcmp_ordered("==", builder.fsub(items[0], items[0]), zero)]


def _holds(main: Scope, guard: Guard) -> Any:
    sign = {-1: "<", 0: "==", 1: ">"}[guard.sign]
    return main.entry.icmp_signed(sign, main.length(guard.difference), whole(0))


def _position(record: np.dtype[Any], kind: str, key: str) -> int:
    """Position, in bytes, of the field for ``key`` in the part ``kind`` of the data's record."""
    shared, start = _field(record, "shared")
    part, offset = _field(shared, kind)
    return start + offset + _field(part, key)[1]


def _field(record: np.dtype[Any], name: str) -> tuple[np.dtype[Any], int]:
    """Layout and position of a field of ``record``."""
    assert record.fields is not None
    kind, position = record.fields[name][:2]
    return kind, position
