"""Bodies that take much to read for what they weigh."""

import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

MEGABYTE = 1_000_000
MODEL = {"kpi": {"column": "sales"}, "date": "week", "channels": ["tv"]}
HORIZON = {"start": "2030-01-07", "weeks": 13}


def stray_rows(size: int) -> bytes:
    """A fit whose rows are empty and lie where none belong."""
    return _around(b'{"rows":[', b"{}", b"]}", size)


def empty_rows(size: int) -> bytes:
    """A fit with more empty rows than a table may have."""
    end = b']},"model":' + json.dumps(MODEL).encode() + b"}"
    return _around(b'{"data":{"rows":[', b"{}", end, size)


def faults(size: int) -> bytes:
    """An allocation to be saved as a scenario, with a fault in each of its many assumptions."""
    start = json.dumps({"name": "x", "model_id": "m"})[:-1] + ',"allocate":{"horizon":'
    start += json.dumps(HORIZON) + ',"budget":{"total":1},"assume":['
    return _around(start.encode(), b"{}", b"]}}", size)


def lists(size: int) -> bytes:
    """Lists instead of rows, which no count of objects bounds."""
    return _around(b'{"data":{"rows":[', b"[]", b"]}}", size)


def commas(size: int) -> bytes:
    """A CSV file of empty cells."""
    return b"a,b\n" + b",\n" * (size // 2)


def wide(size: int, columns: int = 100) -> bytes:
    """A CSV file that is a table of numbers."""
    header = ",".join(f"c{number}" for number in range(columns)).encode() + b"\n"
    rows = [
        b",".join(b"%d" % ((7 * row + 3 * cell) % 1000) for cell in range(columns)) + b"\n"
        for row in range(100)
    ]
    block = b"".join(rows)
    return header + block * (size // len(block))


def bomb(rows: int, columns: int) -> bytes:
    """A Parquet file of few kilobytes that unpacks to as many equal numbers."""
    column = pa.array([1.5]).take(pa.array([0] * rows))
    table = pa.table({f"c{number}": column for number in range(columns)})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def small_pieces(size: int) -> Iterator[bytes]:
    """Chunks of one byte each, by the thousand, as they go over the line."""
    block = b"1\r\n,\r\n" * 1000
    for _ in range(size // 1000):
        yield block
    yield b"0\r\n\r\n"


def _around(start: bytes, item: bytes, end: bytes, size: int) -> bytes:
    count = max((size - len(start) - len(end)) // (len(item) + 1), 1)
    return start + b",".join([item] * count) + end
