"""The header of a table: the row with the names of its columns, or the two rows that make them.

Above it may stand titles; below it stand the values. Two rows of names are joined, column by
column, where the lower one alone does not tell the columns apart, or both are full: a channel over
its metrics, a name over its unit.
"""

import re
from collections.abc import Sequence
from typing import Any

from mmm.errors import DataError, Issue
from mmm.tables.dates import readings
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.files.grid import SEARCHED, Row, filled, is_empty

VALUE = re.compile(r"[^\w,;|\t]*\d[\d.,:/ '’\u00a0\u202f-]*[^\w,;|\t]*")
"""A number or a date, however it is written."""
NARROW = 2
"""Columns of a table in which a title may be as wide as the header."""


def find_header(first: Sequence[Row], what: str, decisions: Decisions) -> Row:
    """The names of the columns and the last row that they stand in, of the ``first`` rows.

    It is the last wide row of names above the values; without values, the first one about as wide
    as the widest. ``what`` is "line" or "row". Raises DataError where the given number has no
    names, or where values stand in their place.
    """
    rows = [(number, row) for number, row in first if filled(row)]
    if not rows:
        raise DataError(
            [
                Issue(
                    "",
                    "empty",
                    f"the first {len(first)} {what}s hold nothing; put the table at the top",
                )
            ]
        )
    if decisions.given.header is not None:
        return _given(rows, what, decisions)
    position = _position([row for _, row in rows])
    number, row = rows[position]
    if _is_of_values(row) and len(row) > 1:
        some = ", ".join(repr(str(cell)) for cell in row[:2])
        detail = (
            f"{what} {number} holds values ({some}) where the names of the columns should stand"
        )
        raise DataError([Issue("/read/header", "no_header", f"{detail}; add a line of names")])
    above = rows[position - 1] if position else None
    joined = above and _joined(above[1], row)
    if above is not None and joined:
        one, two = (next(str(c) for c in r if not is_empty(c)) for r in (above[1], row))
        sentence = f"{what}s {above[0]} and {number} hold names ({one[:40]!r} above {two[:40]!r})"
        decisions.settle("header", above[0], _with_title(sentence, rows, position - 1))
        decisions.settle("header_rows", 2, "the names of both are joined, column by column")
        return number, joined
    sentence = f"{what} {number} is the first with names"
    decisions.settle("header", number, _with_title(sentence, rows, position))
    return number, row


def _given(rows: Sequence[Row], what: str, decisions: Decisions) -> Row:
    given = decisions.given.header
    numbers = [number for number, _ in rows]
    if given not in numbers:
        misfit("header", given, f"{what} {given} is empty or not among the first {SEARCHED}")
    position = numbers.index(given)
    decisions.settle("header", given, "as told")
    if decisions.given.header_rows != 2:
        return rows[position]
    if position + 1 == len(rows):
        misfit("header_rows", 2, f"below {what} {given} there is nothing")
    decisions.settle("header_rows", 2, "as told")
    return numbers[position + 1], _names_of_two(rows[position][1], rows[position + 1][1])


def _with_title(sentence: str, rows: Sequence[Row], position: int) -> str:
    if not position:
        return sentence
    title = next(cell for cell in rows[0][1] if not is_empty(cell))
    return f"{sentence}; above stands {str(title)[:80]!r}, which is left out"


def _position(rows: Sequence[Sequence[Any]]) -> int:
    """Which of ``rows``, none of them empty, has the names."""
    widest = max(map(filled, rows))
    needed = min(widest, max(2, widest // 2 + 1))
    values = next((at for at, row in enumerate(rows) if _is_data(row, widest)), len(rows))
    named = [at for at in range(values) if _is_of_names(rows[at], widest, needed)]
    if named and values < len(rows):
        return named[-1]
    first = next(at for at, row in enumerate(rows) if filled(row) >= needed)
    values_alone = all(_is_value(cell) for cell in rows[first] if not is_empty(cell))
    if first and values_alone and len(rows[first - 1]) == len(rows[first]):
        return first - 1  # a header that lacks a name
    return first


def _is_data(row: Sequence[Any], widest: int) -> bool:
    """Whether a row holds a date, or values in at least half of its cells."""
    cells = [cell for cell in row if not is_empty(cell)]
    if widest > NARROW and len(cells) <= NARROW:
        return False
    if widest <= NARROW:
        return _is_of_values(row)
    return any(map(readings, cells)) or 2 * sum(map(_is_value, cells)) >= len(cells)


def _is_of_names(row: Sequence[Any], widest: int, needed: int) -> bool:
    """Whether a row is about as wide as the widest, but for a first column that only counts, and
    holds no dates and few numbers."""
    values = sum(map(_is_value, row))
    if widest <= NARROW:
        return not values and (filled(row) == widest or is_empty(row[0]))
    return filled(row) >= needed and not any(map(readings, row)) and 2 * values < filled(row)


def _is_of_values(row: Sequence[Any]) -> bool:
    """Whether every cell that holds something is a date or a number: the first one, and a date."""
    cells = [cell for cell in row if not is_empty(cell)]
    begins = bool(row) and not is_empty(row[0])
    return begins and any(map(readings, cells)) and all(map(_is_value, cells))


def _is_value(cell: Any) -> bool:
    if is_empty(cell):
        return False
    return not isinstance(cell, str) or bool(VALUE.fullmatch(cell) or readings(cell))


def _joined(upper: Sequence[Any], lower: Sequence[Any]) -> list[str] | None:
    """The names that two rows make together; None where the lower one says them all, or the upper
    one is no row of names."""
    names = [str(cell).strip() for cell in lower if not is_empty(cell)]
    repeats = len(set(names)) < len(names)
    full = filled(upper) >= filled(lower) and filled(upper) > NARROW
    if filled(upper) < 2 or any(map(_is_value, upper)) or not (repeats or full):
        return None
    made = _names_of_two(upper, lower)
    given = [name for name in made if name]
    return made if len(set(given)) == len(given) else None


def _names_of_two(upper: Sequence[Any], lower: Sequence[Any]) -> list[str]:
    """The names of two rows joined; a name of the upper one stands for the empty cells right of it,
    as merged cells are stored."""
    made, over = [], ""
    for at in range(max(len(upper), len(lower))):
        cells = ("" if at >= len(row) or is_empty(row[at]) else row[at] for row in (upper, lower))
        above, below = (str(cell).strip() for cell in cells)
        over = above or over
        made.append(f"{over} {below}".strip() if above or below else "")
    return made
