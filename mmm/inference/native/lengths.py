"""Lengths of arrays as polynomials in the lengths of data, and what was assumed of them.

One machine function serves panels of other lengths, so that a length is no number: that of a padded
axis is ``week + 8``, that of a flattened panel ``week * geo``. Where the code depends on how two
lengths compare, the data at hand decide, and the comparison becomes a ``Guard`` that the function
checks before anything else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Monomial = tuple[str, ...]


@dataclass(frozen=True)
class Length:
    """A polynomial with whole coefficients: pairs of a product of symbols and its coefficient."""

    terms: tuple[tuple[Monomial, int], ...] = ()

    @classmethod
    def of(cls, value: "int | Length") -> "Length":
        """A number as a length."""
        return value if isinstance(value, Length) else _collected({(): int(value)})

    @classmethod
    def symbol(cls, name: str) -> "Length":
        """The length called ``name``."""
        return cls((((name,), 1),))

    @property
    def constant(self) -> int | None:
        """The number that it is, whatever the data; None where it depends on them."""
        if not self.terms:
            return 0
        ((product, coefficient), *rest) = self.terms
        return coefficient if not rest and not product else None

    @property
    def symbols(self) -> set[str]:
        """Names that it depends on."""
        return {name for product, _ in self.terms for name in product}

    def __add__(self, other: "int | Length") -> "Length":
        found = dict(self.terms)
        for product, coefficient in Length.of(other).terms:
            found[product] = found.get(product, 0) + coefficient
        return _collected(found)

    def __neg__(self) -> "Length":
        return self * -1

    def __sub__(self, other: "int | Length") -> "Length":
        return self + -Length.of(other)

    def __mul__(self, other: "int | Length") -> "Length":
        found: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in Length.of(other).terms:
                product = tuple(sorted(left + right))
                found[product] = found.get(product, 0) + a * b
        return _collected(found)

    def divided(self, other: "Length") -> "Length | None":
        """The quotient where division by ``other`` leaves no rest for any data, else None."""
        if other.terms and len(other.terms) == 1:
            ((product, divisor),) = other.terms
            found = {}
            for own, coefficient in self.terms:
                rest = _without(own, product)
                if rest is None or coefficient % divisor:
                    return None
                found[rest] = coefficient // divisor
            return _collected(found)
        return Length.of(1) if self == other else None

    def value(self, symbols: Mapping[str, int]) -> int:
        """The number for these values of the symbols."""
        total = 0
        for product, coefficient in self.terms:
            for name in product:
                coefficient *= symbols[name]
            total += coefficient
        return total


@dataclass(frozen=True)
class Guard:
    """An assumption that code rests on: the sign (-1, 0 or 1) of ``difference``."""

    difference: Length
    sign: int


@dataclass
class Assumptions:
    """Decides comparisons by ``symbols``, the lengths at hand, and keeps what it relied on.

    ``quotients``: name of a symbol of its own -> the two lengths whose quotient it is.
    """

    symbols: dict[str, int]
    guards: dict[Guard, None] = field(default_factory=dict)
    quotients: dict[str, tuple[Length, Length]] = field(default_factory=dict)

    def sign(self, difference: Length) -> int:
        """The sign of ``difference``."""
        value = difference.value(self.symbols)
        sign = (value > 0) - (value < 0)
        if difference.constant is None:
            self.guards[Guard(difference, sign)] = None
        return sign

    def quotient(self, one: Length, other: Length) -> Length:
        """``one / other``, rounded down; raises NotImplementedError below zero."""
        exact = one.divided(other)
        if exact is not None:
            return exact
        if self.sign(one) < 0 or self.sign(other) <= 0:
            raise NotImplementedError("a quotient of negative lengths")
        value = one.value(self.symbols) // other.value(self.symbols)
        if one.constant is not None and other.constant is not None:
            return Length.of(value)
        name = f"{one.terms} / {other.terms}"
        self.symbols[name] = value
        self.quotients[name] = (one, other)
        return Length.symbol(name)

    def same(self, one: Length, other: Length) -> bool:
        """Whether two lengths are equal, by their form or by the data at hand."""
        return one == other or self.sign(one - other) == 0


def product(lengths: "Iterator[Length] | tuple[Length, ...]") -> Length:
    """The number of items of an array with these lengths."""
    total = Length.of(1)
    for length in lengths:
        total = total * length
    return total


def contiguous(lengths: tuple[Length, ...]) -> tuple[Length, ...]:
    """Steps, in items, of an array whose last axis varies fastest."""
    steps = [Length.of(1)]
    for length in reversed(lengths[1:]):
        steps.insert(0, steps[0] * length)
    return tuple(steps[: len(lengths)])


def _collected(found: Mapping[Monomial, int]) -> Length:
    return Length(tuple(sorted((p, c) for p, c in found.items() if c)))


def _without(own: Monomial, removed: Monomial) -> Monomial | None:
    rest = list(own)
    for name in removed:
        if name not in rest:
            return None
        rest.remove(name)
    return tuple(rest)
