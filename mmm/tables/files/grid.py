"""Numbered rows of cells become a table with names: what a text file and a sheet have in common."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from mmm.errors import DataError, Issue
from mmm.spec.base import is_printable
from mmm.tables.dates import readings
from mmm.tables.decisions import Decisions
from mmm.tables.limits import TableLimits

SEARCHED = 50
"""Rows in which the header is looked for."""

_WORDS = re.compile(r"[^\W\d]\S*\s+\S*[^\W\d]")
"""How a note begins: with two words, of which neither is a number."""

type Row = tuple[int, Sequence[Any]]
"""The number of a row as people see it, and its cells."""


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing, or white space only."""
    return cell is None or cell is pd.NA or (isinstance(cell, str) and not cell.strip())


def holds(row: Sequence[Any]) -> bool:
    """Whether any cell of a row holds something."""
    return any(not is_empty(cell) for cell in row)


def filled(row: Sequence[Any]) -> int:
    """The number of cells of a row that hold something."""
    return sum(not is_empty(cell) for cell in row)


def is_note(row: Sequence[Any]) -> bool:
    """Whether a row holds words in its first cell and nothing else, as below a table."""
    if not row or filled(row) != 1 or not isinstance(row[0], str):
        return False
    return bool(_WORDS.match(row[0].strip())) and not readings(row[0])


def table_of(
    names: Sequence[str], rows: Iterable[Row], what: str, decisions: Decisions
) -> pd.DataFrame:
    """The table of ``rows``, whose numbers become its index; rows without any cell are left out.

    Columns without a name are dropped where they are empty or only count the rows.
    """
    numbers: list[int] = []
    kept: list[Sequence[Any]] = []
    empty: list[int] = []
    for number, row in rows:
        if holds(row):
            numbers.append(number)
            kept.append(row)
        else:
            empty.append(number)
    while len(kept) > 1 and is_note(kept[-1]):
        note = str(kept.pop()[0]).strip()
        decisions.leave_out(f"{what} {numbers.pop()} is a note below the table: {note[:80]!r}")
    while empty and (not numbers or empty[-1] > numbers[-1]):
        empty.pop()  # below the last row there is no table
    if empty:
        decisions.leave_out(f"{_listed(what, empty)} without any cell")
    index = pd.Index(numbers, name=what)
    frame = pd.DataFrame(kept, columns=range(len(names)), index=index, dtype=object)
    unnamed = [position for position, name in enumerate(names) if not name]
    for position in unnamed:
        _require_idle(frame[position], position)
    frame = frame.drop(columns=unnamed)
    frame.columns = pd.Index([name for name in names if name], dtype=object)
    return frame


def check_names(names: Sequence[str], limits: TableLimits) -> None:
    """Refuse columns without a name, with one too long or unprintable, or with another's."""
    for position, name in enumerate(names, start=1):
        if not name.strip():
            raise DataError([_no_name(position)])
    check_given_names(names, limits)


def check_given_names(names: Sequence[str], limits: TableLimits) -> None:
    """Like ``check_names``; columns without a name are no fault yet."""
    for position, name in enumerate(names, start=1):
        if len(name) > limits.name_length:
            detail = f"the name of column {position} has {len(name)} characters"
            detail += f"; the limit is {limits.name_length}"
            raise DataError([Issue("", "column_name_too_long", detail)])
        if not is_printable(name):
            detail = (
                f"the name of column {position}, {name!r}, holds a control character; rename it"
            )
            raise DataError([Issue("", "column_name", detail)])
    repeated = [name for name, count in Counter(names).items() if count > 1 and name.strip()]
    if repeated:
        detail = f"the column {repeated[0]!r} appears more than once in the header; rename "
        detail += "one of them, or remove it"
        raise DataError([Issue("", "column_repeated", detail)])


def _require_idle(cells: pd.Series, position: int) -> None:
    """Refuse a column without a name, unless it is empty or counts the rows from 0 or 1."""
    texts = [str(cell).strip() for cell in cells if not is_empty(cell)]
    counts = [[str(row + start) for row in range(len(cells))] for start in (0, 1)]
    if texts and texts not in counts:
        raise DataError([_no_name(position + 1)])


def _no_name(position: int) -> Issue:
    return Issue(
        "", "column_unnamed", f"column {position} has no name in the header; name it, or remove it"
    )


def _listed(what: str, numbers: Sequence[int]) -> str:
    some = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    return f"{what} {some}" if len(numbers) == 1 else f"{what}s {some}"
