"""Columns of Parquet files with odd types, cells and time zones."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def odd_columns() -> dict[str, Any]:
    """Columns of two cells each."""
    micro, day = pa.timestamp("us"), pa.int32()
    bad_text = pa.Array.from_buffers(
        pa.string(),
        2,
        [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"\xff\xfe\xc3(")],
    )
    return {
        "far": pa.array([2**60, 0], pa.int64()).cast(micro),
        "past": pa.array([-(2**60), 0], pa.int64()).cast(micro),
        "day": pa.array([2**30, 0], day).cast(pa.date32()),
        "nowhere": pa.array([0, 1], pa.timestamp("us", "Nowhere/Else")),
        "zone": pa.array([0, 1], pa.timestamp("ns", "+25:00")),
        "nano": pa.array([1, 2], pa.timestamp("ns")),
        "text": bad_text,
        "bytes": pa.array([b"\xff", b"12"]),
        "decimal": pa.array([1, 2], pa.decimal128(38, 0)),
        "time": pa.array([1, 2], pa.time64("ns")),
        "span": pa.array([2**62, 1], pa.duration("us")),
        "half": pa.array([1.0, float("inf")], pa.float16()),
        "nan": pa.array([float("nan"), float("-inf")]),
        "big": pa.array([2**64 - 1, 0], pa.uint64()),
        "large": pa.array([1e308, 1e308]),
        "tiny": pa.array([5e-324, 1.0]),
        "null": pa.nulls(2),
        "list": pa.array([[1], [2]]),
        "struct": pa.array([{"a": 1}, {"a": 2}]),
        "map": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
        "flag": pa.array([True, None]),
        "dictionary": pa.array(["a", None]).dictionary_encode(),
        "\x07bell": pa.array([1, 2]),
        "": pa.array([1, 2]),
        "week": pa.array(["2024-01-01", "2024-01-08"]),
        "sales": pa.array([1.0, 2.0]),
    }


def written(columns: dict[str, Any]) -> bytes:
    """The file's bytes."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()
