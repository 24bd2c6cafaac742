"""How large a table may be, known before its content is read."""

from dataclasses import dataclass
from math import inf

from mmm.errors import Issue, TableTooLarge
from mmm.spec.sizes import LONGEST_NAME

MEBIBYTE = 1024 * 1024
MOST_ROWS = 10_000_000
MOST_COLUMNS = 10_000
"""The most that an installation can allow; a table in memory takes tens of bytes a cell."""


@dataclass(frozen=True)
class TableLimits:
    """Most rows, columns, characters of a column's name and bytes of unpacked cells."""

    rows: float = inf
    columns: float = inf
    name_length: int = LONGEST_NAME
    unpacked_bytes: float = inf

    def check_rows(self, rows: int) -> None:
        """Raise TableTooLarge for more rows than allowed; ``rows`` may be a count so far."""
        if rows > self.rows:
            detail = f"the table has more than {self.rows:.0f} rows, which is the limit; "
            detail += "send fewer rows, by week rather than by day"
            raise TableTooLarge([Issue("/data", "too_many_rows", detail)])

    def check_columns(self, columns: int) -> None:
        """Raise TableTooLarge for more columns than allowed."""
        if columns > self.columns:
            detail = (
                f"the table has {columns} columns; the limit is {self.columns:.0f}: leave out some"
            )
            raise TableTooLarge([Issue("/data", "too_many_columns", detail)])

    def check_bytes(self, size: int) -> None:
        """Raise TableTooLarge where the cells unpack to more bytes than allowed."""
        if size > self.unpacked_bytes:
            detail = (
                f"the cells take {size / MEBIBYTE:.0f} MiB when unpacked; the limit is "
                f"{self.unpacked_bytes / MEBIBYTE:.0f} MiB"
            )
            raise TableTooLarge([Issue("/data", "too_many_bytes", detail)])


UNLIMITED = TableLimits()
"""For a person's own files on their own machine."""
