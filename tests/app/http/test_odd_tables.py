"""Odd cells of tables in JSON and Parquet: named by row or column, never a 500."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.app.http.test_contract import assert_problem
from tests.app.running import fit_body, rows

JSON, PARQUET = "application/json", "application/vnd.apache.parquet"
HALF = '"\\ud800"'
DIGITS = "1" * 400

CELLS = {
    "400 digits": (DIGITS, "/data/rows/3/tv_spend"),
    "beyond sums": ("1e308", "/data/rows/3/tv_spend"),
    "beyond floats": ("1e400", "/data/rows/3/tv_spend"),
}


@pytest.mark.parametrize(("text", "pointer"), CELLS.values(), ids=CELLS.keys())
def test_numbers_beyond_floats_in_rows_name_their_cell(client, text, pointer) -> None:
    sent = rows()
    sent[3]["tv_spend"] = sent[4]["tv_spend"] = "HERE"
    content = json.dumps(fit_body(data={"rows": sent})).replace('"HERE"', text)
    answer = client.post("/v1/fit", content=content, headers={"Content-Type": JSON})
    assert_problem(answer, 422, "invalid_data", pointer)


def test_weeks_of_a_table_beyond_the_calendar_name_their_row(client) -> None:
    sent = rows()
    sent[59]["week"] = "9999-12-27"
    answer = client.post("/v1/fit", json=fit_body(data={"rows": sent}))
    document = assert_problem(answer, 422, "invalid_data", "/data/rows/59/week")
    assert document["errors"][0]["code"] == "date_out_of_range"


TABLES = {
    "half a character": (JSON, f'{{"rows": [{{{HALF}: 1}}]}}'.encode()),
    "digits": (JSON, f'{{"rows": [{{"a": {DIGITS}}}, {{"a": 1e308}}]}}'.encode()),
    "sums": (JSON, b'{"rows": [{"a": 1e308}, {"a": 1e308}]}'),
}


@pytest.mark.parametrize(("kind", "content"), TABLES.values(), ids=TABLES.keys())
def test_tables_with_odd_cells_are_stored_or_refused(client, kind, content) -> None:
    answer = client.post("/v1/datasets", content=content, headers={"Content-Type": kind})
    assert answer.status_code in (201, 422), answer.text


def columns() -> dict[str, pa.Array]:
    broken = [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    return {
        "a time beyond the calendar": pa.array([2**60]).cast(pa.timestamp("us")),
        "a day beyond the calendar": pa.array([2**30], pa.int32()).cast(pa.date32()),
        "an unknown time zone": pa.array([0], pa.timestamp("us", "Nowhere/Else")),
        "a time zone beyond a day": pa.array([0], pa.timestamp("us", "+25:00")),
        "text that is no UTF-8": pa.Array.from_buffers(pa.string(), 1, broken),
    }


@pytest.mark.parametrize("column", columns().values(), ids=columns().keys())
def test_cells_of_a_parquet_file_that_cannot_be_read_name_their_column(client, column) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"odd": column}), buffer)
    headers = {"Content-Type": PARQUET}
    answer = client.post("/v1/datasets", content=buffer.getvalue(), headers=headers)
    document = assert_problem(answer, 422, "invalid_data")
    assert "'odd'" in document["detail"]
