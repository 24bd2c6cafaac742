"""What the result of an operation is while code is written: numbers in memory, the same number
everywhere, or known whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from mmm.inference.native.lengths import Length, contiguous

ONE, ZERO = Length.of(1), Length.of(0)


@dataclass(eq=False)
class Buffer:
    """A part of the function's working memory: its first byte, its ``size`` in numbers of eight
    bytes, and the number of results that lie in it."""

    start: Length
    size: Length
    holders: int = 0


@dataclass(frozen=True)
class View:
    """An array in memory: address of its first item, lengths and steps (in items) by axis, and the
    buffer that it lies in (None for data, constants and results)."""

    address: Any
    dtype: str
    lengths: tuple[Length, ...]
    steps: tuple[Length, ...]
    buffer: Buffer | None = None

    @property
    def is_contiguous(self) -> bool:
        """Whether items follow each other in the order of the axes."""
        steps = contiguous(self.lengths)
        pairs = zip(self.lengths, self.steps, steps, strict=True)
        return all(length == ONE or own == step for length, own, step in pairs)

    def arranged(self, order: Sequence[int | str]) -> Self:
        """Axes in another order; ``x`` is a new axis of length one."""
        lengths = tuple(ONE if axis == "x" else self.lengths[int(axis)] for axis in order)
        steps = tuple(ZERO if axis == "x" else self.steps[int(axis)] for axis in order)
        return replace(self, lengths=lengths, steps=steps)

    def stretched(self, lengths: tuple[Length, ...]) -> Self:
        """Axes of length one repeated to ``lengths``."""
        same = (
            own == ONE and length != ONE for own, length in zip(self.lengths, lengths, strict=True)
        )
        steps = tuple(
            ZERO if repeated else step for repeated, step in zip(same, self.steps, strict=True)
        )
        return replace(self, lengths=lengths, steps=steps)


@dataclass(frozen=True)
class Uniform:
    """An array whose items are all ``value``: a register, a constant, or a length."""

    value: Any
    dtype: str
    lengths: tuple[Length, ...] = ()

    def arranged(self, order: Sequence[int | str]) -> Self:
        """Axes in another order; ``x`` is a new axis of length one."""
        lengths = tuple(ONE if axis == "x" else self.lengths[int(axis)] for axis in order)
        return replace(self, lengths=lengths)

    def stretched(self, lengths: tuple[Length, ...]) -> Self:
        """Axes of length one repeated to ``lengths``."""
        return replace(self, lengths=lengths)


@dataclass(frozen=True)
class Vector:
    """Whole numbers in a row, each known as a length: a shape, or the sizes of parts."""

    items: tuple[Length, ...]
    dtype: str = "int64"

    @property
    def lengths(self) -> tuple[Length, ...]:
        """Its own length."""
        return (Length.of(len(self.items)),)


type Value = View | Uniform | Vector


def known(value: Value) -> Length | None:
    """The whole number that ``value`` is, as a length; None where it is found out at run time."""
    return value.value if isinstance(value, Uniform) and isinstance(value.value, Length) else None


def merged(
    lengths: tuple[Length, ...], steps: Sequence[tuple[Length, ...]]
) -> tuple[tuple[Length, ...], list[tuple[Length, ...]]]:
    """The same loops over fewer axes: neighbours that all arrays walk through evenly are one axis,
    and axes of length one are gone."""
    axes: list[tuple[Length, list[Length]]] = []
    for axis, length in enumerate(lengths):
        own = [step[axis] for step in steps]
        if length == ONE:
            continue
        if axes and all(
            outer == inner * length for outer, inner in zip(axes[-1][1], own, strict=True)
        ):
            axes[-1] = (axes[-1][0] * length, own)
        else:
            axes.append((length, own))
    found = [tuple(own[k] for _, own in axes) for k in range(len(steps))]
    return tuple(length for length, _ in axes), found
