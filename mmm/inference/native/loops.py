"""Functions with one nest of loops each: what an operation does to every item.

A function of its own, called from the density, lets the compiler see that its arrays do not
overlap, keeps each optimisation small, and serves every operation of the same form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llvmlite import ir

from mmm.inference.native.kinds import I64, cast, held, is_float, literal, load, store
from mmm.inference.native.lengths import Length
from mmm.inference.native.program import Program, number_as
from mmm.inference.native.scope import Scope
from mmm.inference.native.values import ONE, Uniform, View, merged

type Source = View | Uniform
type Code = Callable[[ir.IRBuilder, Sequence[Any], Sequence[str]], list[Any]]

REASSOCIATED = ("contract", "nsz", "reassoc")
"""Sums may be added up in any order, so that several are added at once."""


@dataclass(frozen=True)
class Formula:
    """What is computed of each item, of type ``dtype``: ``code`` of the items of ``leaves``, with a
    ``key`` that is equal for equal code."""

    key: Any
    dtype: str
    leaves: Sequence[Source]
    code: Code


@dataclass(frozen=True)
class Combine:
    """How a reduction takes one more item: ``code`` of the total and the item, from ``start``."""

    name: str
    code: Callable[[ir.IRBuilder, Any, Any, str], Any]
    start: Callable[[str], float]


def copy(source: Source) -> Formula:
    """The items of ``source``."""
    return Formula("item", source.dtype, [source], lambda _builder, items, _kinds: [items[0]])


def converted(source: Source, dtype: str) -> Formula:
    """The items of ``source`` as items of another type."""

    def code(builder: ir.IRBuilder, items: Sequence[Any], kinds: Sequence[str]) -> list[Any]:
        return [cast(builder, items[0], kinds[0], dtype)]

    return Formula(("converted", dtype), dtype, [source], code)


def added(source: Source, dtype: str) -> Formula:
    """An item of type ``dtype`` that is there, and that of ``source`` more."""

    def code(builder: ir.IRBuilder, items: Sequence[Any], kinds: Sequence[str]) -> list[Any]:
        more = cast(builder, items[1], kinds[1], dtype)
        return [(builder.fadd if is_float(dtype) else builder.add)(items[0], more)]

    return Formula(("added", dtype), dtype, [source], code)


def write_each(program: Program, formula: Formula, result: View, *, updates: bool = False) -> None:
    """Write to every item of ``result`` what ``formula`` makes of the items of its leaves there.

    Leaves have the axes of the result, or length one. Where it ``updates``, the result's own item
    comes before theirs.
    """
    lengths = result.lengths
    given = [fitted(program, source, lengths) for source in formula.leaves]
    first = 0 if updates else 1
    kinds = [value.dtype for value in (result, *given)[first:]]
    views = [view for view in (result, *given) if isinstance(view, View)]
    loops, steps = merged(lengths, [view.steps for view in views])
    flat = dict(zip(map(id, views), steps, strict=True))

    def form(value: Source) -> Source:
        if isinstance(value, Uniform):
            return replace(value, lengths=loops)
        return replace(value, lengths=loops, steps=flat[id(value)])

    def body(inside: "Inside") -> None:
        with inside.scope.loops(loops) as index:
            items = [inside.item(place, index) for place in range(first, inside.count)]
            (item,) = formula.code(inside.scope.body, items, kinds)
            inside.put(index, item)

    _call(program, ("each", formula.key, updates), [*map(form, (result, *given))], body)


def reduce(
    program: Program,
    formula: Formula,
    lengths: tuple[Length, ...],
    axes: Sequence[int],
    combine: Combine,
    kind: str,
) -> View | Uniform:
    """``combine`` over ``axes`` what ``formula`` makes of the items of its leaves, which have
    ``lengths`` or length one. ``kind``: the type of the result, which also keeps the total."""
    given = [fitted(program, source, lengths) for source in formula.leaves]
    kinds = [source.dtype for source in given]
    kept = [axis for axis in range(len(lengths)) if axis not in axes]
    result = program.allocate(kind, [lengths[axis] for axis in kept]) if kept else None
    outer, inner = _split(kept, lengths, given, result), _split(list(axes), lengths, given, None)
    key = ("reduce", formula.key, formula.dtype, combine.name, kind, outer, inner)
    start = literal(combine.start(kind), kind)

    def took(inside: "Inside", total: Any, index: tuple[Any, ...]) -> Any:
        steps = [(*one, *two) for one, two in zip(outer[2], inner[2], strict=True)]
        items = [inside.item_at(k + bool(result), steps[k], index) for k in range(len(given))]
        (item,) = formula.code(inside.scope.body, items, kinds)
        more = cast(inside.scope.body, item, formula.dtype, kind)
        return combine.code(inside.scope.body, total, more, kind)

    def in_register(inside: "Inside", place: tuple[Any, ...]) -> Any:
        builder = inside.scope.body
        total = inside.scope.entry.alloca(held(kind))
        builder.store(start, total)
        with inside.scope.loops(inner[0]) as index:
            builder.store(took(inside, builder.load(total), (*place, *index)), total)
        return builder.load(total)

    def body(inside: "Inside") -> Any:
        if result is None:
            return in_register(inside, ())
        if not _ends_in(axes, lengths):
            with inside.scope.loops(outer[0]) as place:
                inside.put_at(outer[1], place, start)
            with inside.scope.loops(inner[0]) as index, inside.scope.loops(outer[0]) as place:
                total = inside.item_at(0, outer[1], place)
                inside.put_at(outer[1], place, took(inside, total, (*place, *index)))
            return None
        with inside.scope.loops(outer[0]) as place:
            inside.put_at(outer[1], place, in_register(inside, place))
        return None

    values = [*([result] if result else []), *given]
    number = _call(program, key, values, body, returns=None if result else kind)
    return result or Uniform(number, kind)


def fitted(program: Program, source: Source, lengths: tuple[Length, ...]) -> Source:
    """``source`` with axes of length one repeated to ``lengths``; raises ValueError where another
    axis differs, and remembers what was taken to be equal."""
    for own, length in zip(source.lengths, lengths, strict=True):
        if own not in (ONE, length):
            program.require_same(own, length)
    return source.stretched(lengths)


def _ends_in(axes: Sequence[int], lengths: tuple[Length, ...]) -> bool:
    """Whether the axis that varies fastest is one of ``axes``."""
    long = [axis for axis, length in enumerate(lengths) if length.constant != 1]
    return not long or long[-1] in axes


def _split(
    axes: list[int], lengths: tuple[Length, ...], given: Sequence[Source], result: View | None
) -> tuple[Any, ...]:
    """Loops over ``axes``, and the steps of the result (where there is one) and of each source."""
    zeros = tuple(Length.of(0) for _ in axes)
    own = [
        tuple(source.steps[axis] for axis in axes) if isinstance(source, View) else zeros
        for source in given
    ]
    first = result.steps if result else zeros
    loops, (first, *rest) = merged(tuple(lengths[axis] for axis in axes), [first, *own])
    return loops, first, tuple(rest)


class Inside:
    """The arguments of a function of loops, within it."""

    def __init__(self, scope: Scope, values: Sequence[Source], arguments: Sequence[Any]) -> None:
        self.scope, self.values, self.arguments = scope, values, arguments
        self.count = len(values)

    def item(self, place: int, index: tuple[Any, ...]) -> Any:
        """The item of a value at ``index``."""
        value = self.values[place]
        return self.item_at(place, value.steps if isinstance(value, View) else (), index)

    def item_at(self, place: int, steps: tuple[Length, ...], index: tuple[Any, ...]) -> Any:
        """The item of a value at ``index``, with steps of its own."""
        value = self.values[place]
        if isinstance(value, View):
            return load(self.scope.body, self._address(place, steps, index), value.dtype)
        if isinstance(value.value, Length):
            return number_as(self.scope.entry, self.scope.length(value.value), value.dtype)
        return self.arguments[place]

    def put(self, index: tuple[Any, ...], item: Any) -> None:
        """Write an item of the result."""
        result = self.values[0]
        assert isinstance(result, View)
        self.put_at(result.steps, index, item)

    def put_at(self, steps: tuple[Length, ...], index: tuple[Any, ...], item: Any) -> None:
        """Write an item of the result, with steps of its own."""
        store(self.scope.body, item, self._address(0, steps, index), self.values[0].dtype)

    def _address(self, place: int, steps: tuple[Length, ...], index: tuple[Any, ...]) -> Any:
        builder, address = self.scope.body, self.arguments[place]
        for step, position in zip(steps, index, strict=True):
            if step.constant == 0:
                continue
            far = position
            if step.constant != 1:
                far = builder.mul(position, self.scope.length(step), flags=("nsw",))
            address = builder.gep(address, [far], inbounds=True)
        return address


def _call(
    program: Program,
    key: Any,
    values: Sequence[Source],
    body: Callable[[Inside], Any],
    returns: str | None = None,
) -> Any:
    """Call the function of ``key`` and these forms of ``values``, written where there is none yet.

    ``returns``: the type of the number it returns; without one, it writes to the first value.
    """
    passed = [_passed(value) for value in values]
    forms = tuple(_form(value) for value in values)
    symbols = sorted(
        {name for form in forms for part in form[2:] for one in part for name in one.symbols}
    )
    function = program.functions.get((key, forms, returns))
    if function is None:
        kinds = [argument.type for argument in passed if argument is not None]
        to = held(returns) if returns else ir.VoidType()
        kind = ir.FunctionType(to, [*kinds, *(I64 for _ in symbols)])
        function = ir.Function(program.module, kind, program.module.get_unique_name("loop"))
        function.linkage = "internal"
        function.attributes.add("noinline")
        function.attributes.add("nounwind")
        program.functions[key, forms, returns] = function
        own = iter(function.args)
        arguments = [
            next(own) if isinstance(value, View) or argument is not None else value.value
            for value, argument in zip(values, passed, strict=True)
        ]
        if returns is None:
            arguments[0].add_attribute("noalias")
        scope = Scope(function, dict(zip(symbols, own, strict=True)))
        found = body(Inside(scope, values, arguments))
        scope.close()
        if returns:
            scope.body.ret(found)
        else:
            scope.body.ret_void()
    lengths = [program.main.length(Length.symbol(name)) for name in symbols]
    given = [argument for argument in passed if argument is not None]
    return program.body.call(function, [*given, *lengths])


def _passed(value: Source) -> Any:
    """The argument for a value; None for one that is part of the code."""
    if isinstance(value, View):
        return value.address
    inside = isinstance(value.value, Length | ir.Constant)
    return None if inside else value.value


def _form(value: Source) -> tuple[Any, ...]:
    """What code depends on of a value; lengths from the third part on."""
    if isinstance(value, View):
        return ("view", value.dtype, value.lengths, value.steps)
    if isinstance(value.value, Length):
        return ("length", value.dtype, (value.value,))
    if isinstance(value.value, ir.Constant):
        return ("constant", str(value.value))
    return ("number", value.dtype)
