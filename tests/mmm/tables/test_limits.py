"""Tables beyond the limits are refused by their size, before their content takes memory."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mmm.data.cells import numbers, numbers_if_all
from mmm.data.profile import profile_table
from mmm.errors import DataError
from mmm.tables.formats import CSV, JSON, PARQUET
from mmm.tables.limits import TableLimits
from mmm.tables.read import read_rows, read_table

ROOT = Path(__file__).parents[3]
LIMITS = TableLimits(rows=1000, columns=20, unpacked_bytes=1_000_000)


def parquet(columns) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def repeated_text(rows: int, length: int) -> pa.Array:
    indices = pa.array(np.zeros(rows, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(indices, pa.array(["x" * length]))


TOO_LARGE = {
    "csv rows": (CSV, b"a,b\n" + b"1,2\n" * 1001, "too_many_rows"),
    "csv columns": (CSV, ",".join(f"c{i}" for i in range(21)).encode() + b"\n", "too_many_columns"),
    "csv line": (CSV, b"a" * 2_000_000, "csv"),
    "csv record over many lines": (CSV, b"a,b\n" + b'"a\n",' * 300_000, "csv"),
    "csv name": (CSV, b"a" * 201 + b",b\n1,2\n", "column_name_too_long"),
    "json rows": (JSON, b'{"rows":[' + b"{}," * 1000 + b"{}]}", "too_many_rows"),
    "json columns in all": (
        JSON,
        b'{"rows":[' + b",".join(b'{"c%d":1}' % i for i in range(21)) + b"]}",
        "too_many_columns",
    ),
    "parquet rows": (PARQUET, parquet({"a": np.zeros(1001)}), "too_many_rows"),
    "parquet columns": (
        PARQUET,
        parquet({f"c{i}": [1] for i in range(21)}),
        "too_many_columns",
    ),
    "parquet text repeated": (
        PARQUET,
        parquet({"a": repeated_text(900, 100_000)}),
        "too_many_bytes",
    ),
}


@pytest.mark.parametrize(("kind", "content", "code"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_table_beyond_a_limit_is_refused(kind: str, content: bytes, code: str) -> None:
    with pytest.raises(DataError) as refused:
        read_table(content, kind, limits=LIMITS)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_a_table_at_the_limits_is_read() -> None:
    names = [f"{'c' * 198}{i:02d}" for i in range(20)]
    text = "\n".join([",".join(names), *[",".join("1" for _ in names)] * 1000])
    assert read_table(text.encode(), CSV, limits=LIMITS).frame.shape == (1000, 20)


BAD = {
    "json key twice": (JSON, b'{"rows":[{"tv":1,"tv":2}]}', "json", "'tv' appears more than once"),
    "json column without a name": (JSON, b'{"rows":[{"":1}]}', "column_unnamed", "column 1"),
    "json lone surrogate": (JSON, b'{"rows":[{"\\ud800":1}]}', "column_name", "column 1"),
    "csv control character": (CSV, b"tv\x07,b\n1,2\n", "column_name", "'tv\\x07'"),
    "parquet date": (
        PARQUET,
        parquet({"week": pa.array([2**30], pa.int32()).cast(pa.date32())}),
        "parquet",
        "'week'",
    ),
    "parquet time": (
        PARQUET,
        parquet({"week": pa.array([2**60], pa.int64()).cast(pa.timestamp("us"))}),
        "parquet",
        "'week'",
    ),
    "parquet list": (PARQUET, parquet({"tv": [[1, 2]]}), "nested", "'tv'"),
}


@pytest.mark.parametrize(("kind", "content", "code", "words"), BAD.values(), ids=BAD.keys())
def test_a_table_that_holds_no_table_names_its_fault(kind, content, code, words) -> None:
    with pytest.raises(DataError) as refused:
        read_table(content, kind)
    (issue,) = refused.value.issues
    assert issue.code == code
    assert words in issue.detail


@pytest.mark.parametrize("cell", ["1_000", "\uff11\uff12", "\u0661", "1e", "--1", "0x10"])
def test_what_only_a_programming_language_reads_as_a_number_is_none(cell: str) -> None:
    frame = read_rows([{"tv": cell}]).frame
    assert [issue.code for issue in numbers(frame, "tv")[1]] == ["not_a_number"]


@pytest.mark.parametrize("cell", [10**400, 1e308, "1e308", "-1e101", 10**101])
def test_a_number_that_sums_cannot_hold_is_refused(cell) -> None:
    frame = read_rows([{"tv": cell}, {"tv": 1.0}]).frame
    (issue,) = numbers(frame, "tv")[1]
    assert (issue.code, issue.pointer) == ("too_large", "/data/rows/0/tv")


@pytest.mark.parametrize(
    "cells",
    [["1", "+2.5", " -3e2 ", ".5"], [1, 2, 3], [0.1, 2.0], [1, 2.5, "3"], [True, False], ["7."]],
)
def test_a_column_at_once_is_the_column_cell_by_cell(cells) -> None:
    frame = read_rows([{"tv": cell} for cell in cells]).frame
    expected = [float(cell) for cell in cells]
    np.testing.assert_array_equal(numbers(frame, "tv")[0], expected)
    np.testing.assert_array_equal(numbers_if_all(frame, "tv"), expected)


def test_missing_numbers_of_a_parquet_file_are_missing() -> None:
    frame = read_table(parquet({"tv": [1.0, float("nan"), None]}), PARQUET).frame
    (column,) = profile_table(frame).columns
    assert (column.kind, column.missing, column.mean) == ("number", 2, 1.0)


def test_a_profile_reads_a_column_to_its_first_cell_of_another_kind() -> None:
    cells = {"text": ["a", "1"], "late": ["1", "a"], "day": ["2024-01-01", ""], "none": ["", " "]}
    profile = profile_table(pd.DataFrame(cells, dtype=object))
    assert [c.kind for c in profile.columns] == ["text", "text", "date", "text"]
    assert [c.missing for c in profile.columns] == [0, 0, 1, 2]


MEMORY = """
import sys
from mmm.tables.formats import CSV, JSON
from mmm.tables.read import read_table
from mmm.tables.limits import TableLimits
from mmm.errors import DataError

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024

head, body, kind = {}[sys.argv[1]]
content = head + body * (40_000_000 // len(body))
before = peak()
try:
    read_table(content, kind, limits=TableLimits(rows=200_000, columns=500))
except DataError:
    print((peak() - before) / len(content), len(content))
"""
ATTACKS = """{
    "commas": (b"a,b\\n", b",\\n", CSV),
    "cells": (b"a,b\\n", b"12,13\\n", CSV),
    "one line": (b"", b",", CSV),
    "bad byte": (b"a\\n", bytes([255, 10]), CSV),
    "objects": (b'{"rows":[', b"{},", JSON),
}"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.parametrize("attack", ["commas", "cells", "one line", "bad byte", "objects"])
def test_a_refused_table_takes_little_memory(attack: str) -> None:
    """Below twice what was sent and 50 MB, beside what was sent: 40 MB of each kind."""
    command = [sys.executable, "-c", MEMORY.replace("{}", ATTACKS, 1), attack]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ratio, sent = map(float, done.stdout.split())
    assert ratio * sent < 2 * sent + 50e6
