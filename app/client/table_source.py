"""What a caller has a table in: a path, bytes or a data frame, as bytes of a media type."""

from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from mmm.tables.formats import CSV, PARQUET, media_type_of

if TYPE_CHECKING:
    from pandas import DataFrame

type TableSource = "bytes | str | PathLike[str] | DataFrame"


def table_content(table: TableSource) -> tuple[bytes, str]:
    """The bytes of a table and their media type; a data frame becomes Parquet.

    A text is a path. Raises OSError for a file that cannot be read, TypeError for anything else.
    """
    if isinstance(table, bytes):
        return table, media_type_of("", table) or CSV
    if isinstance(table, str | PathLike):
        path = Path(table)
        content = path.read_bytes()
        return content, media_type_of(path.name, content) or CSV
    if hasattr(table, "to_parquet"):
        return _parquet(table), PARQUET
    raise TypeError(f"a table is a path, bytes or a data frame, not {type(table).__name__}")


def _parquet(frame: "DataFrame") -> bytes:
    """A data frame with its named index as columns, which dates often are."""
    named = any(name is not None for name in frame.index.names)
    plain = frame.reset_index() if named else frame
    plain = plain.rename(columns=str)
    content = BytesIO()
    plain.to_parquet(content, index=False)
    return content.getvalue()
