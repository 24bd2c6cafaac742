"""The place of a cell as people see it: the line of a text file, the row of a sheet.

A table read from a file carries these numbers in its index, named ``line`` or ``row``.
"""

from typing import Any, SupportsInt

import pandas as pd

from mmm.errors import Issue, pointer

LINE, ROW = "line", "row"


def place(frame: pd.DataFrame, row: SupportsInt) -> str:
    """``line 14`` of the file, or ``row 13`` of a table that was not read from lines.

    ``row`` is the position of the row, from zero.
    """
    if frame.index.name in (LINE, ROW):
        return f"{frame.index.name} {frame.index[int(row)]}"
    return f"row {int(row) + 1}"


def cell_issue(frame: pd.DataFrame, row: int, column: str, code: str, detail: str) -> Issue:
    """The issue of one cell; ``row`` is the position of its row, from zero."""
    where = pointer("data", "rows", row, column)
    return Issue(where, code, f"{place(frame, row)}, column {column!r}: {detail}")


def quoted(cell: Any) -> str:
    """The cell as a sentence shows it, long text cut."""
    text = repr(cell)
    return text if len(text) <= 80 else f"{text[:77]}..."
