"""What a table holds and what is remarkable about it, as JSON."""

from datetime import date

from mmm.interval import Answer


class ColumnProfile(Answer):
    """One column, of kind ``number``, ``date`` or ``text``; None where a field does not apply."""

    name: str
    kind: str
    missing: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    first: date | None = None
    last: date | None = None


class TableWarning(Answer):
    """Something to look at before a fit."""

    code: str
    column: str
    detail: str


class TableProfile(Answer):
    """Number of rows, profile of each column, and warnings."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    warnings: tuple[TableWarning, ...]
