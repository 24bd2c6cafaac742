"""A sheet: a name, a header and rows of cells; numbers are cleaned when it is made.

A number keeps twelve significant digits. In a column of one unit, what is smaller than a
million-millionth of the column's largest amount is rounding error of a sum, and zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

DIGITS = 12
DUST = 10.0**-DIGITS
PARTS = ("mean", "p5", "p50", "p95")

type Cell = str | float | int | date | None
type Line = dict[str, Cell]
type Json = Mapping[str, Any]
"""The document of an answer, as JSON data."""


@dataclass(frozen=True)
class Sheet:
    """A table: ``head`` has the names of the columns, each row a cell for every column."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, name: str, lines: Iterable[Mapping[str, Cell]], *, mixed: bool = False) -> Self:
        """A sheet of lines, which have the same keys.

        ``mixed``: the numbers of a column have different units, so that none is small by itself.
        """
        given = [*lines]
        head = tuple(given[0]) if given else ()
        columns = [_clean([line[column] for line in given], mixed=mixed) for column in head]
        return cls(name, head, tuple(zip(*columns, strict=True)))


def clean(number: float) -> float:
    """The number with twelve significant digits, without a negative zero."""
    return float(f"{number:.{DIGITS}g}") + 0.0


def _clean(cells: list[Cell], *, mixed: bool) -> list[Cell]:
    sizes = [abs(cell) for cell in cells if isinstance(cell, float)]
    least = 0.0 if mixed else DUST * max(sizes, default=0.0)
    return [_number(cell, least) if isinstance(cell, float) else cell for cell in cells]


def _number(cell: float, least: float) -> float:
    return 0.0 if abs(cell) < least else clean(cell)


def interval(name: str, given: Json | None) -> Line:
    """The four numbers of an interval as cells; empty ones where there is none."""
    prefix = f"{name}_" if name else ""
    return {f"{prefix}{part}": given[part] if given else None for part in PARTS}


def day(text: str | None) -> date | None:
    """A date of a document as the date that a workbook knows."""
    return None if text is None else date.fromisoformat(text)


def yes(given: bool | None) -> str | None:
    """A truth value in words, which look the same in CSV and in every spreadsheet's language."""
    return None if given is None else ("yes" if given else "no")


def notes(name: str, texts: Iterable[str]) -> Sheet:
    """A sheet of sentences, such as the warnings of an answer."""
    column = name.removesuffix("s")
    return Sheet.of(name, ({column: text} for text in texts))
