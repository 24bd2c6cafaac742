"""The density's function while it is written: its results so far, and its working memory."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from pytensor.graph.basic import Apply, Constant, Variable

from mmm.inference.native.kinds import held, is_float, literal, stored, whole
from mmm.inference.native.lengths import Assumptions, Length, contiguous, product
from mmm.inference.native.scope import Scope
from mmm.inference.native.values import Buffer, Uniform, Value, Vector, View, known


class Program:
    """What is known while a function is written: ``main`` is its scope, ``values`` holds the result
    of each variable that is still needed, ``assumptions`` what its lengths rest on. ``memory`` is
    the address of working memory, ``failed`` where the function ends after a failed check;
    ``absorbed`` are results that a total computes as it goes, ``dying`` those that the node being
    written needs last."""

    def __init__(self, main: Scope, memory: Any, failed: Any, symbols: dict[str, int]) -> None:
        self.module, self.main = main.function.module, main
        self.memory, self.failed = memory, failed
        self.assumptions = Assumptions(symbols)
        main.quotients = self.assumptions.quotients
        self.values: dict[Variable, Value] = {}
        self.functions: dict[Any, ir.Function] = {}
        self.used = Length.of(0)
        self.absorbed: dict[Variable, Apply] = {}
        self.dying: set[Variable] = set()
        self._free: list[Buffer] = []
        self._fresh: list[Buffer] = []  # to be looked at once the node is written

    @property
    def body(self) -> ir.IRBuilder:
        """Where the function's instructions are written."""
        return self.main.body

    def value(self, variable: Variable) -> Value:
        """The result of ``variable``."""
        if isinstance(variable, Constant):
            return self._constant(variable)
        return self.values[variable]

    def bind(self, variable: Variable, value: Value) -> None:
        """Keep the result of ``variable``."""
        self.values[variable] = value
        if isinstance(value, View) and value.buffer is not None:
            value.buffer.holders += 1

    def release(self, variables: Iterable[Variable]) -> None:
        """Forget results that nothing needs any more; their memory serves others."""
        for variable in variables:
            value = self.values.pop(variable)
            if isinstance(value, View) and value.buffer is not None:
                value.buffer.holders -= 1
                self._fresh.append(value.buffer)
        self._free += dict.fromkeys(buffer for buffer in self._fresh if not buffer.holders)
        self._fresh = []

    def allocate(self, dtype: str, lengths: Sequence[Length]) -> View:
        """An array in working memory, with no numbers in it yet."""
        own = tuple(lengths)
        size = product(own)
        buffer = next((buffer for buffer in self._free if buffer.size == size), None)
        if buffer is None:
            buffer = Buffer(self.used, size)
            self.used = self.used + size
        else:
            self._free.remove(buffer)
        self._fresh.append(buffer)
        start = self.body.gep(self.memory, [self.main.length(buffer.start)])
        address = self.body.bitcast(start, stored(dtype).as_pointer())
        return View(address, dtype, own, contiguous(own), buffer)

    def require(self, condition: Any) -> None:
        """End the function with the status of a failure unless ``condition`` holds."""
        following = self.main.function.append_basic_block("met")
        self.body.cbranch(condition, following, self.failed)
        self.body.position_at_end(following)

    def require_same(self, one: Length, other: Length) -> None:
        """Remember that two lengths are taken to be equal; raises ValueError where they are not."""
        if not self.assumptions.same(one, other):
            raise ValueError(f"axes of different lengths: {one.terms} and {other.terms}")

    def owns(self, value: View) -> bool:
        """Whether ``value`` is the only result in its buffer, and all of it."""
        buffer = value.buffer
        if buffer is None or buffer.holders != 1:
            return False
        return buffer.size == product(value.lengths) and value.is_contiguous

    def register(self, value: Uniform) -> Any:
        """The number of a uniform value."""
        if isinstance(value.value, Length):
            return number_as(self.body, self.main.length(value.value), value.dtype)
        return value.value

    def length(self, variable: Variable) -> Length:
        """The whole number that ``variable`` is; raises NotImplementedError where code cannot know
        it before it runs."""
        found = known(self.value(variable))
        if found is None:
            raise NotImplementedError(f"a length that is computed: {variable.dprint(file='str')}")
        return found

    def lengths(self, variable: Variable) -> tuple[Length, ...]:
        """The whole numbers of a vector, in the same way."""
        value = self.value(variable)
        if not isinstance(value, Vector):
            raise NotImplementedError(f"lengths that are computed: {variable.dprint(file='str')}")
        return value.items

    def _constant(self, variable: Constant) -> Value:
        data, dtype = np.asarray(variable.data), variable.type.dtype
        lengths = tuple(Length.of(length) for length in data.shape)
        if data.ndim == 1 and not is_float(dtype) and dtype != "bool":
            return Vector(tuple(Length.of(item) for item in data), dtype)
        if data.size and (data == data.flat[0]).all():
            if not is_float(dtype):
                return Uniform(Length.of(data.flat[0]), dtype, lengths)
            return Uniform(literal(data.flat[0], dtype), dtype, lengths)
        return self.table(data, dtype)

    def table(self, data: np.ndarray[Any, Any], dtype: str) -> View:
        """An array of constants."""
        item = stored(dtype)
        convert = float if is_float(dtype) else int
        items = [ir.Constant(item, convert(value)) for value in data.ravel()]
        kind = ir.ArrayType(item, len(items))
        table = ir.GlobalVariable(self.module, kind, self.module.get_unique_name("table"))
        table.linkage, table.global_constant = "internal", True
        table.initializer = ir.Constant(kind, items)
        lengths = tuple(Length.of(length) for length in data.shape)
        address = self.body.bitcast(table, item.as_pointer())
        return View(address, dtype, lengths, contiguous(lengths))


def number_as(builder: ir.IRBuilder, number: Any, dtype: str) -> Any:
    """A whole number of 64 bits as one of type ``dtype``."""
    if is_float(dtype):
        return builder.sitofp(number, held(dtype))
    if dtype == "bool":
        return builder.icmp_signed("!=", number, whole(0))
    return number if dtype == "int64" else builder.trunc(number, held(dtype))
