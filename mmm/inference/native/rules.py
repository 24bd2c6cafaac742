"""Which function writes which kind of operation."""

from functools import singledispatch
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply

from mmm.inference.native.lengths import Length
from mmm.inference.native.loops import copy, write_each
from mmm.inference.native.program import Program
from mmm.inference.native.values import Uniform, Value, Vector, View


@singledispatch
def write(op: Any, _node: Apply, _program: Program) -> list[Value]:
    """Write the instructions of a node, and return the values of its outputs.

    Raises NotImplementedError for an operation without a rule.
    """
    raise NotImplementedError(f"the operation {op}")


def as_source(program: Program, value: Value) -> View | Uniform:
    """A value that loops can read: a vector of known numbers goes to memory."""
    if not isinstance(value, Vector):
        return value
    constants = [item.constant for item in value.items]
    if None not in constants:
        return program.table(np.array(constants, value.dtype), value.dtype)
    view = program.allocate(value.dtype, value.lengths)
    for place, item in enumerate(value.items):
        write_each(program, copy(Uniform(item, value.dtype)), part(program, view, place))
    return view


def as_view(program: Program, value: Value) -> View:
    """A value in memory."""
    source = as_source(program, value)
    return source if isinstance(source, View) else copy_of(program, source)


def as_contiguous(program: Program, value: Value) -> View:
    """A value in memory whose items follow each other."""
    view = as_view(program, value)
    return view if view.is_contiguous else copy_of(program, view)


def with_axes(source: View | Uniform, count: int) -> View | Uniform:
    """A value with new axes of length one in front, so that it has ``count``."""
    own = range(len(source.lengths))
    return source.arranged([*["x"] * (count - len(own)), *own])


def copy_of(program: Program, source: View | Uniform) -> View:
    """The same numbers in a buffer of their own."""
    result = program.allocate(source.dtype, source.lengths)
    write_each(program, copy(source), result)
    return result


def part(program: Program, view: View, place: int) -> View:
    """The item or sub-array of ``view`` at a place of its first axis."""
    return shifted(program, view, view.steps[0] * place, view.lengths[1:], view.steps[1:])


def shifted(
    program: Program,
    view: View,
    offset: Length,
    lengths: tuple[Length, ...],
    steps: tuple[Length, ...],
) -> View:
    """A view of the same memory that begins ``offset`` items later."""
    address = view.address
    if offset.constant != 0:
        address = program.body.gep(address, [program.main.length(offset)], inbounds=True)
    return View(address, view.dtype, lengths, steps, view.buffer)
