"""Reads a Parquet file, whose footer states its rows, columns and unpacked bytes."""

import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mmm.errors import DataError, Issue
from mmm.tables.files.grid import check_names
from mmm.tables.limits import TableLimits
from mmm.tables.place import ROW


def read_parquet(content: bytes, limits: TableLimits) -> pd.DataFrame:
    """The cells of a Parquet file as Python values; NaN is a missing cell.

    Raises DataError for what is not Parquet, TableTooLarge beyond the limits.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        metadata = file.metadata
        limits.check_rows(metadata.num_rows)
        limits.check_columns(metadata.num_columns)
        groups = range(metadata.num_row_groups)
        limits.check_bytes(sum(metadata.row_group(group).total_byte_size for group in groups))
        names = list(file.schema_arrow.names)
        check_names(names, limits)
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        table = pq.read_table(io.BytesIO(content), read_dictionary=texts)
        limits.check_bytes(sum(_unpacked_bytes(table.column(name)) for name in names))
        columns = {name: _cells(table.column(name), name) for name in names}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            [Issue("", "parquet", f"the file is not valid Parquet: {error}")]
        ) from error
    index = pd.RangeIndex(1, metadata.num_rows + 1, name=ROW)
    return pd.DataFrame(
        {name: pd.Series(cells, index=index, dtype=object) for name, cells in columns.items()}
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _unpacked_bytes(column: pa.ChunkedArray) -> int:
    """Bytes of a column once each cell stands alone: a dictionary repeats long values for free."""
    size = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            lengths = pc.binary_length(chunk.dictionary)
            size += pc.sum(lengths.take(chunk.indices)).as_py() or 0
        else:
            size += chunk.nbytes
    return size


def _cells(column: pa.ChunkedArray, name: str) -> list[Any]:
    if pa.types.is_nested(column.type):
        raise DataError(
            [Issue("", "nested", f"the column {name!r} holds lists; give a value each")]
        )
    try:
        cells = column.to_pylist()
    except (ValueError, OverflowError) as error:  # a date beyond the calendar, a strange time zone
        detail = f"the column {name!r} of type {column.type} cannot be read: {error}"
        raise DataError([Issue("", "parquet", detail)]) from error
    return [None if isinstance(cell, float) and cell != cell else cell for cell in cells]
