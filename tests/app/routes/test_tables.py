"""Every answer that has a table comes as CSV and as a workbook, with the numbers of its JSON."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from mmm.tables.formats import CSV, XLSX
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.http.test_question_contract import WINDOW
from tests.app.routes.test_plans import CHANNELS, PLAN
from tests.app.running import fitted_model

ALLOCATE = {"horizon": HORIZON, "budget": {"total": 1000}, "stay": False}
WHAT_IF = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
READS = {
    "contributions": "contributions",
    "contributions?by=week": "contributions",
    "contributions?by=geo": "contributions",
    "curves": "curves",
    "weeks": "weeks",
    "": "checks",
}
QUESTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "counterfactual": (WHAT_IF, "what-if"),
    "allocate": (ALLOCATE, "plan"),
    "evaluate-plan": ({"horizon": HORIZON, "plan": PLAN}, "plan"),
}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def lines_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(CSV)
    assert "Accept" in answer.headers["vary"]
    return [*csv.DictReader(io.StringIO(answer.text, newline=""))]


def sheets_of(answer) -> dict[str, list[tuple]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX
    book = load_workbook(io.BytesIO(answer.content))
    return {sheet.title: [*sheet.values] for sheet in book}


def same_cells(lines: list[dict[str, str]], sheet: list[tuple]) -> None:
    """CSV and the first sheet say the same, number by number."""
    assert sheet[0] == tuple(lines[0])
    for line, row in zip(lines, sheet[1:], strict=True):
        for text, cell in zip(line.values(), row, strict=True):
            if isinstance(cell, int | float):
                assert float(text) == cell
                assert len(text.lstrip("-0.").split("e")[0].replace(".", "")) <= 12
            elif hasattr(cell, "isoformat"):
                assert cell.date().isoformat() == text
            else:
                assert (cell or "") == text


@pytest.mark.parametrize("read", READS)
def test_a_read_is_a_table_by_accept(client, model_id, read) -> None:
    path = f"/v1/models/{model_id}/{read}".rstrip("/")
    lines = lines_of(client.get(path, headers={"Accept": CSV}))
    book = client.get(path, headers={"Accept": XLSX})
    sheets = sheets_of(book)
    assert next(iter(sheets)) == READS[read]
    same_cells(lines, sheets[READS[read]])
    again = client.get(path, headers={"Accept": XLSX, "If-None-Match": book.headers["etag"]})
    assert again.status_code == 304
    tags = {client.get(path, headers={"Accept": kind}).headers["etag"] for kind in (CSV, "*/*")}
    assert len(tags | {book.headers["etag"]}) == 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_a_table_by_accept(client, model_id, question) -> None:
    body, first = QUESTIONS[question]
    path = f"/v1/models/{model_id}/{question}"
    lines = lines_of(client.post(path, json=body, headers={"Accept": CSV}))
    sheets = sheets_of(client.post(path, json=body, headers={"Accept": XLSX}))
    assert next(iter(sheets)) == first
    same_cells(lines, sheets[first])


def test_the_tables_have_the_numbers_of_the_answer(client, model_id) -> None:
    path = f"/v1/models/{model_id}/allocate"
    told = client.post(path, json=ALLOCATE).json()
    sheets = sheets_of(client.post(path, json=ALLOCATE, headers={"Accept": XLSX}))
    assert len(sheets["plan"]) - 1 == len(told["plan"]["by_week"]) * len(CHANNELS)
    assert sum(row[3] for row in sheets["plan"][1:]) == pytest.approx(1000.0)
    spend = {row[0]: row[1] for row in sheets["channels"][1:]}
    expected = {channel["name"]: channel["spend"] for channel in told["plan"]["channels"]}
    assert spend == pytest.approx(expected, rel=1e-11, abs=1e-8)
    gain = next(row for row in sheets["figures"] if row[0] == "gain")
    assert gain[1] == pytest.approx(told["gain"]["mean"], rel=1e-11)
    assert [row[0] for row in sheets["warnings"][1:]] == told["warnings"]
    moves = told["moves"]
    assert len(sheets["moves"]) - 1 == sum(
        len(moves[kind]) for kind in ("do_now", "test_first", "hold")
    )


def test_one_table_is_named_or_refused_by_those_there_are(client, model_id) -> None:
    path, csv_wanted = f"/v1/models/{model_id}/contributions", {"Accept": CSV}
    returns = lines_of(client.get(path, params={"table": "returns"}, headers=csv_wanted))
    assert [line["channel"] for line in returns] == list(CHANNELS)
    wrong = client.get(path, params={"table": "moves"}, headers=csv_wanted)
    assert_problem(wrong, 422, "invalid_query", "/table")
    assert "contributions, returns" in wrong.json()["detail"]
    unused = client.get(path, params={"table": "returns"})
    assert_problem(unused, 422, "invalid_request", "/table")


def test_a_frontier_is_a_table_of_its_operation(client, model_id) -> None:
    body = {**ALLOCATE, "totals": [500.0, 1000.0]}
    path = f"/v1/models/{model_id}/frontier"
    made = client.post(path, json=body, headers={"Prefer": "wait=40", "Accept": CSV})
    assert made.status_code == 202
    operation = f"/v1/operations/{made.json()['id']}"
    lines = lines_of(client.get(operation, headers={"Accept": CSV}))
    points = made.json()["result"]["frontier"]["points"]
    assert [float(line["total"]) for line in lines] == pytest.approx([500.0, 1000.0])
    assert [float(line["gain_mean"]) for line in lines] == pytest.approx(
        [point["gain"]["mean"] for point in points], rel=1e-11
    )
    for line, point in zip(lines, points, strict=True):
        spend = {name: float(line[f"spend {name}"]) for name in CHANNELS}
        assert spend == pytest.approx(point["spend"], rel=1e-11, abs=1e-8)
    same_cells(lines, sheets_of(client.get(operation, headers={"Accept": XLSX}))["frontier"])


def test_an_operation_without_a_table_is_refused_to_whom_takes_nothing_else(client) -> None:
    operations = client.get("/v1/operations").json()["items"]
    fit = next(item for item in operations if item["kind"] == "fit")
    path = f"/v1/operations/{fit['id']}"
    refused = client.get(path, headers={"Accept": CSV})
    assert_problem(refused, 406, "no_table")
    assert fit["id"] in refused.json()["detail"]
    for accept in (f"{CSV}, application/json;q=0.5", "*/*", "application/json"):
        assert client.get(path, headers={"Accept": accept}).json()["id"] == fit["id"]
