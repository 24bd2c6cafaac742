"""Parts of arrays: read, replaced, added to."""

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor,
    AdvancedSubtensor,
    IncSubtensor,
    Subtensor,
    indices_from_subtensor,
)
from pytensor.tensor.type_other import NoneConst, NoneTypeT

from mmm.inference.native.kinds import I64, cast, load, whole
from mmm.inference.native.lengths import Length
from mmm.inference.native.loops import added, converted, copy, write_each
from mmm.inference.native.program import Program
from mmm.inference.native.rules import (
    as_contiguous,
    as_source,
    as_view,
    copy_of,
    shifted,
    with_axes,
    write,
)
from mmm.inference.native.values import ZERO, Uniform, Value, Vector, View, known


@write.register
def _part(op: Subtensor, node: Apply, program: Program) -> list[Value]:
    value = program.value(node.inputs[0])
    entries = indices_from_subtensor(node.inputs[1:], op.idx_list)
    if isinstance(value, Vector):
        chosen = _of_vector(value, entries, program)
        if chosen is not None:
            return [chosen]
    source = as_source(program, value)
    if isinstance(source, Uniform):
        empty = View(None, source.dtype, source.lengths, tuple(ZERO for _ in source.lengths))
        lengths = [axis[1] for axis in _axes(program, empty, entries) if axis[1] is not None]
        return [Uniform(source.value, source.dtype, tuple(lengths))]
    view = _view(program, source, entries)
    if view.lengths:
        return [view]
    return [Uniform(load(program.body, view.address, view.dtype), view.dtype)]


@write.register
def _changed(op: IncSubtensor, node: Apply, program: Program) -> list[Value]:
    array, item = node.inputs[:2]
    result = _writable(program, array)
    target = _view(program, result, indices_from_subtensor(node.inputs[2:], op.idx_list))
    source = with_axes(as_source(program, program.value(item)), len(target.lengths))
    _change(program, op, source, target)
    return [result]


@write.register
def _chosen(op: AdvancedSubtensor, node: Apply, program: Program) -> list[Value]:
    view = as_view(program, program.value(node.inputs[0]))
    entries = indices_from_subtensor(node.inputs[1:], op.idx_list)
    first, rows = _rows(program, entries)
    lengths = (*view.lengths[:first], rows[0].lengths[0], *view.lengths[first + len(rows) :])
    result = program.allocate(view.dtype, lengths)
    with program.main.loop(rows[0].lengths[0]) as index:
        read = _at(program, view, first, rows, index)
        own = _at(program, result, first, [None], index)
        write_each(program, copy(read), own)
    return [result]


@write.register
def _scattered(op: AdvancedIncSubtensor, node: Apply, program: Program) -> list[Value]:
    array, item = node.inputs[:2]
    result = _writable(program, array)
    first, rows = _rows(program, indices_from_subtensor(node.inputs[2:], op.idx_list))
    count = rows[0].lengths[0]
    shape = (*result.lengths[:first], count, *result.lengths[first + len(rows) :])
    source = with_axes(as_source(program, program.value(item)), len(shape)).stretched(shape)
    with program.main.loop(count) as index:
        target = _at(program, result, first, rows, index)
        if isinstance(source, View):
            read: View | Uniform = _at(program, source, first, [None], index)
        else:
            read = Uniform(source.value, source.dtype, target.lengths)
        _change(program, op, read, target)
    return [result]


def _change(
    program: Program,
    op: IncSubtensor | AdvancedIncSubtensor,
    source: View | Uniform,
    target: View,
) -> None:
    """Replace the items of ``target`` by those of ``source``, or add these to them."""
    if op.set_instead_of_inc:
        write_each(program, converted(source, target.dtype), target)
    else:
        write_each(program, added(source, target.dtype), target, updates=True)


def _writable(program: Program, variable: Variable) -> View:
    """The numbers of ``variable`` where they may be changed: its own memory if nothing else needs
    it."""
    value = program.value(variable)
    if isinstance(value, View) and variable in program.dying and program.owns(value):
        return value
    return copy_of(program, as_source(program, value))


def _rows(program: Program, entries: Sequence[Any]) -> tuple[int, list[View]]:
    """The first of the neighbouring axes that vectors of positions choose from, and the vectors."""
    axes = [axis for axis, entry in enumerate(entries) if not isinstance(entry, slice)]
    full = all(entry == slice(None) for entry in entries if isinstance(entry, slice))
    vectors = [program.value(entry) for entry in entries if not isinstance(entry, slice)]
    together = axes == list(range(axes[0], axes[0] + len(axes)))
    if not full or not together or any(len(vector.lengths) != 1 for vector in vectors):
        raise NotImplementedError(f"positions of this kind: {entries}")
    rows = [as_contiguous(program, vector) for vector in vectors]
    if any(row.dtype == "bool" or row.lengths != rows[0].lengths for row in rows):
        raise NotImplementedError(f"positions of this kind: {entries}")
    return axes[0], rows


def _at(program: Program, view: View, first: int, rows: Sequence[View | None], index: Any) -> View:
    """The part of ``view`` at the positions that ``rows`` have at ``index`` (None: ``index``)."""
    body, address = program.body, view.address
    for axis, row in enumerate(rows, start=first):
        place = index
        if row is not None:
            found = load(body, body.gep(row.address, [index]), row.dtype)
            place = cast(body, found, row.dtype, "int64")
            place = _from_start(program, place, view.lengths[axis])
        far = body.mul(place, program.main.length(view.steps[axis]))
        address = body.gep(address, [far], inbounds=True)
    last = first + len(rows)
    lengths = (*view.lengths[:first], *view.lengths[last:])
    return View(
        address, view.dtype, lengths, (*view.steps[:first], *view.steps[last:]), view.buffer
    )


def _from_start(program: Program, place: Any, length: Length) -> Any:
    """A position that may count from the end."""
    body = program.body
    below = body.icmp_signed("<", place, whole(0))
    return body.select(below, body.add(place, program.main.length(length)), place)


def _view(program: Program, view: View, entries: Sequence[Any]) -> View:
    """The part of ``view`` that the entries of a basic index choose."""
    lengths: list[Length] = []
    steps: list[Length] = []
    offset = ZERO
    moved = view
    for axis, (start, length, step) in enumerate(_axes(program, view, entries)):
        if isinstance(start, Length):
            offset = offset + start * view.steps[axis]
        else:
            body = program.body
            place = _from_start(program, start, view.lengths[axis])
            far = body.mul(place, program.main.length(view.steps[axis]))
            address = body.gep(moved.address, [far], inbounds=True)
            moved = View(address, view.dtype, (), (), view.buffer)
        if length is not None:
            lengths.append(length)
            steps.append(view.steps[axis] * step)
    return shifted(program, moved, offset, tuple(lengths), tuple(steps))


def _axes(
    program: Program, view: View, entries: Sequence[Any]
) -> list[tuple[Any, Length | None, int]]:
    """By axis: where a part starts, its length (None: one item, without the axis), and its step."""
    found: list[tuple[Any, Length | None, int]] = []
    padded = [*entries, *[slice(None)] * (len(view.lengths) - len(entries))]
    for entry, whole_axis in zip(padded, view.lengths, strict=True):
        if isinstance(entry, slice):
            found.append(_cut(program, entry, whole_axis))
            continue
        place = _number(program, entry)
        if isinstance(place, Length) and program.assumptions.sign(place) < 0:
            place = place + whole_axis
        found.append((place, None, 1))
    return found


def _cut(program: Program, entry: slice, axis: Length) -> tuple[Length, Length, int]:
    """Start, length and step of a slice of an axis."""
    step = 1 if _absent(entry.step) else _length_of(program, entry.step).constant
    if step is None:
        raise NotImplementedError(f"a slice with a step that is computed: {entry}")
    sign = program.assumptions.sign

    def bound(given: Any, missing: Length, low: int, high: Length) -> Length:
        if _absent(given):
            return missing
        place = _length_of(program, given)
        if sign(place) < 0:
            place = place + axis
            return place if sign(place - low) >= 0 else Length.of(low)
        return high if sign(place - high) > 0 else place

    if step > 0:
        start = bound(entry.start, ZERO, 0, axis)
        count = bound(entry.stop, axis, 0, axis) - start
    else:
        start = bound(entry.start, axis - 1, -1, axis - 1)
        count = start - bound(entry.stop, Length.of(-1), -1, axis - 1)
    if sign(count) <= 0:
        return ZERO, ZERO, step
    if abs(step) == 1:
        return start, count, step
    return start, program.assumptions.quotient(count + (abs(step) - 1), Length.of(abs(step))), step


def _absent(entry: Any) -> bool:
    return (
        entry is None or entry is NoneConst or isinstance(getattr(entry, "type", None), NoneTypeT)
    )


def _number(program: Program, entry: Any) -> Any:
    """A position: a length, or a register where it is found out at run time."""
    if isinstance(entry, Constant):
        return Length.of(int(entry.data))
    if not isinstance(entry, Variable):
        return Length.of(int(entry))
    value = program.value(entry)
    number = known(value)
    if number is not None:
        return number
    assert isinstance(value, Uniform)
    item = program.register(value)
    return item if item.type == I64 else cast(program.body, item, value.dtype, "int64")


def _length_of(program: Program, entry: Any) -> Length:
    number = _number(program, entry)
    if not isinstance(number, Length):
        raise NotImplementedError(f"a length that is computed: {entry}")
    return number


def _of_vector(value: Vector, entries: Sequence[Any], program: Program) -> Value | None:
    """A part of known whole numbers."""
    (entry,) = entries
    if isinstance(entry, slice):
        start, count, step = _cut(program, entry, value.lengths[0])
        if start.constant is None or count.constant is None:
            return None
        places = range(start.constant, start.constant + step * count.constant, step)
        return Vector(tuple(value.items[place] for place in places), value.dtype)
    place = _number(program, entry)
    if not isinstance(place, Length) or place.constant is None:
        return None
    return Uniform(value.items[place.constant], value.dtype)
