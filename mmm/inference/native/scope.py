"""A machine function while its instructions are written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from mmm.inference.native.kinds import whole
from mmm.inference.native.lengths import Length


class Scope:
    """``function`` with two places to write at: ``entry``, for what depends on lengths alone, and
    ``body`` after it. ``symbols``: name of a length -> its value in this function;
    ``quotients``: name of a further one -> the two whose quotient it is."""

    def __init__(self, function: ir.Function, symbols: Mapping[str, Any]) -> None:
        self.function = function
        self.entry = ir.IRBuilder(function.append_basic_block("entry"))
        self.body = ir.IRBuilder(function.append_basic_block("body"))
        self.symbols = dict(symbols)
        self.quotients: Mapping[str, tuple[Length, Length]] = {}
        self._start = self.body.block
        self._lengths: dict[Length, Any] = {}

    def length(self, length: Length) -> Any:
        """The value of a length, computed once."""
        if length.constant is not None:
            return whole(length.constant)
        if length not in self._lengths:
            total: Any = None
            for product, coefficient in length.terms:
                item: Any = whole(coefficient) if coefficient != 1 or not product else None
                for name in product:
                    symbol = self._symbol(name)
                    item = symbol if item is None else self.entry.mul(item, symbol, flags=("nsw",))
                total = item if total is None else self.entry.add(total, item, flags=("nsw",))
            self._lengths[length] = total
        return self._lengths[length]

    def _symbol(self, name: str) -> Any:
        if name not in self.symbols:
            one, other = (self.length(length) for length in self.quotients[name])
            self.symbols[name] = self.entry.udiv(one, other)
        return self.symbols[name]

    @contextmanager
    def loop(self, count: Length) -> Iterator[Any]:
        """Write the body of a loop; yields its index, from 0 to ``count`` - 1."""
        builder, end = self.body, self.length(count)
        before = builder.block
        inside = self.function.append_basic_block("loop")
        after = self.function.append_basic_block("after")
        builder.cbranch(builder.icmp_signed(">", end, whole(0)), inside, after)
        builder.position_at_end(inside)
        index = builder.phi(end.type, "index")
        index.add_incoming(whole(0), before)
        yield index
        following = builder.add(index, whole(1), flags=("nsw",))
        index.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, end), inside, after)
        builder.position_at_end(after)

    @contextmanager
    def loops(self, counts: tuple[Length, ...]) -> Iterator[tuple[Any, ...]]:
        """Loops within each other; yields their indices, outermost first."""
        if not counts:
            yield ()
            return
        with self.loop(counts[0]) as index, self.loops(counts[1:]) as rest:
            yield (index, *rest)

    def close(self) -> None:
        """End the entry: nothing that depends on lengths alone is written after this."""
        self.entry.branch(self._start)
