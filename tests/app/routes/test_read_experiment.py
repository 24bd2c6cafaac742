"""A geo test read over HTTP, from rows or a data set; bad input is refused by its place."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest

from tests.app.http.test_contract import assert_problem

PATH = "/v1/experiments:read"
DAYS, WINDOW, GEOS = 60, 14, ("north", "east", "south", "west", "coast", "hills")


def rows(lift: float = 0.3, extra: float = 50.0) -> list[dict]:
    """Days of six regions; the first is treated in the last two weeks."""
    rng = np.random.default_rng(3)
    common = 1.0 + 0.1 * np.sin(np.arange(DAYS) / 9.0)
    told = []
    for number, geo in enumerate(GEOS):
        sold = 100.0 * (number + 1) * common * np.exp(rng.normal(0.0, 0.03, DAYS))
        spend = np.full(DAYS, 20.0)
        if number == 0:
            sold[-WINDOW:] *= 1.0 + lift
            spend[-WINDOW:] += extra
        told += [
            {
                "date": str(date(2024, 3, 1) + timedelta(days=day)),
                "region": geo,
                "sales": round(float(sold[day]), 3),
                "tv": float(spend[day]),
            }
            for day in range(DAYS)
        ]
    return told


def body(table: list[dict] | None = None, **changed) -> dict:
    first = date(2024, 3, 1) + timedelta(days=DAYS - WINDOW)
    last = date(2024, 3, 1) + timedelta(days=DAYS - 1)
    given = {
        "data": {"rows": rows() if table is None else table},
        "date": "date",
        "geo": "region",
        "kpi": "sales",
        "spend": "tv",
        "treated": ["north"],
        "window": {"start": str(first), "end": str(last)},
    }
    return given | changed


def test_a_test_is_read_with_its_money(client) -> None:
    answer = client.post(PATH, json=body())
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["lift"]["p2_5"] < 0.3 < found["lift"]["p97_5"]
    assert found["p_value"] < 0.01
    assert found["spend"] == {"spent": 980.0, "usual": 280.0, "extra": 700.0}
    iroas, more = found["iroas"], found["incremental"]
    assert iroas["p50"] == pytest.approx(more["p50"] / 700.0)
    assert [each["phase"] for each in found["periods"]].count("window") == WINDOW
    assert found["summary"].startswith("north sold ")
    assert len(found["placebos_in_space"]["geos"]) == len(GEOS) - 1
    assert found["placebos_in_time"]["windows"]


def test_a_stored_data_set_of_days_is_read_by_day(client) -> None:
    lines = rows()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    made = client.post(
        "/v1/datasets", content=text.getvalue(), headers={"content-type": "text/csv"}
    )
    assert made.status_code == 201, made.text
    stored = client.post(PATH, json=body(data={"dataset_id": made.json()["id"]})).json()
    inline = client.post(PATH, json=body()).json()
    assert stored["incremental"] == pytest.approx(inline["incremental"])
    assert stored["period"] == "day"


def test_a_cut_is_told_as_what_a_saved_unit_lost(client) -> None:
    found = client.post(PATH, json=body(rows(lift=-0.3, extra=-20.0))).json()
    assert found["spend"]["extra"] == -280.0
    assert found["iroas"]["p2_5"] > 0.0
    assert "A unit of spend saved lost" in found["summary"]


def test_the_reading_is_a_table_too(client) -> None:
    told = client.post(PATH, json=body()).json()
    answer = client.post(PATH, json=body(), headers={"accept": "text/csv"})
    lines = [*csv.DictReader(io.StringIO(answer.text))]
    assert len(lines) == DAYS
    assert float(lines[-1]["predicted"]) == pytest.approx(told["periods"][-1]["predicted"])
    figures = client.post(
        PATH, json=body(), headers={"accept": "text/csv"}, params={"table": "figures"}
    )
    assert "incremental" in figures.text


def test_faults_carry_their_place_in_the_request(client) -> None:
    table = rows()
    table[5]["sales"] = -1.0
    problem = client.post(PATH, json=body(table))
    assert_problem(problem, 422, "invalid_data")
    assert problem.json()["errors"][0]["pointer"] == "/data/rows/5/sales"
    unknown = client.post(PATH, json=body(treated=["nowhere"]))
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/treated/0"
    same = client.post(PATH, json=body(rows(extra=0.0)))
    assert same.json()["errors"][0]["code"] == "spend_unchanged"
    assert client.post(PATH, json=body(data={"dataset_id": "ds_unknown"})).status_code == 404
