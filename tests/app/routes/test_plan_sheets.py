"""The planner's sheet over HTTP: in as a form, evaluated, allocated over, out and in again."""

import base64
import csv
import io
import json
from datetime import date, timedelta

import pytest
from openpyxl import Workbook, load_workbook

from app.client import Client
from mmm.tables.formats import CSV
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model

FIRST = date.fromisoformat(str(HORIZON["start"]))
WEEKS = [(FIRST + timedelta(weeks=number)).isoformat() for number in range(3)]
ROWS = [
    ["TV", "", 30, 40, "20*"],
    ["search", "yes", 10, 10, 10],
    ["Radio ", "", 5, "", 5],
    ["mail_spend", "", 7, 7, 7],
    ["price", "", 10, 9.5, 10],
    ["Rival Price".replace(" ", "."), "", 11, 11, 11],
]


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def text(rows=ROWS, heads=WEEKS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["item", "committed", *heads], *rows])
    return out.getvalue().encode()


def sent(client, model_id: str, content: bytes, name: str = "plan.csv"):
    parts = {"model_id": model_id, "name": "from the agency"}
    return client.post("/v1/scenarios", data=parts, files={"file": (name, content)})


@pytest.fixture(scope="module")
def scenario(client, model_id) -> dict:
    answer = sent(client, model_id, text())
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    return found


def test_a_sheet_is_a_plan_with_its_world_and_its_commitments(scenario) -> None:
    request = scenario["request"]
    assert scenario["question"] == "evaluate_plan"
    assert request["horizon"] == {"start": WEEKS[0], "weeks": 3}
    assert request["plan"] == {
        "tv": [30.0, 40.0, 20.0],
        "search": [10.0, 10.0, 10.0],
        "radio": [5.0, 0.0, 5.0],
        "mail": [7.0, 7.0, 7.0],
    }
    assert request["committed"] == {"tv": [0.0, 0.0, 20.0], "search": [10.0, 10.0, 10.0]}
    assert request["future"] == {"price": [10.0, 9.5, 10.0], "rival.price": [11.0, 11.0, 11.0]}
    by_week = scenario["answer"]["plan"]["by_week"]
    assert [week["spend"]["tv"] for week in by_week] == pytest.approx([30.0, 40.0, 20.0])


def test_a_workbook_and_json_say_the_same(client, model_id, scenario) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["item", "committed", *map(date.fromisoformat, WEEKS)])
    for row in ROWS:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    answer = sent(client, model_id, out.getvalue(), "plan.xlsx")
    assert answer.status_code == 201, answer.text
    assert answer.json()["request"] == scenario["request"]
    file = {"content": base64.b64encode(text()).decode(), "media_type": CSV}
    body = {"name": "x", "model_id": model_id, "sheet": file}
    assert client.post("/v1/scenarios", json=body).json()["request"] == scenario["request"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_it_goes_out_and_in_again(client, model_id, scenario, form) -> None:
    where = f"/v1/scenarios/{scenario['id']}/export"
    content = client.get(where, params={"format": form, "table": "sheet"}).content
    again = sent(client, model_id, content, f"again.{form}")
    assert again.status_code == 201, again.text
    assert again.json()["request"] == scenario["request"]
    assert again.json()["answer"] == scenario["answer"]
    whole = client.get(where, params={"format": "xlsx"}).content
    assert "sheet" in load_workbook(io.BytesIO(whole)).sheetnames


def test_totals_go_out_in_the_weeks_of_their_answer(client, model_id) -> None:
    plan = {"tv": 90.0, "search": 30.0, "radio": 10.0, "mail": 21.0}
    question = {"horizon": {"start": WEEKS[0], "weeks": 3}, "plan": plan}
    body = {"name": "totals", "model_id": model_id, "evaluate_plan": question}
    saved = client.post("/v1/scenarios", json=body).raise_for_status().json()
    where = f"/v1/scenarios/{saved['id']}/export"
    content = client.get(where, params={"format": "csv", "table": "sheet"}).content
    again = sent(client, model_id, content).json()
    by_week = saved["answer"]["plan"]["by_week"]
    assert again["request"]["plan"]["tv"] == pytest.approx([w["spend"]["tv"] for w in by_week])
    assert again["answer"]["gain"]["mean"] == pytest.approx(saved["answer"]["gain"]["mean"])


def test_evaluate_plan_takes_the_scenario_and_changes(client, model_id, scenario) -> None:
    path = f"/v1/models/{model_id}/evaluate-plan"
    asked = {"scenario_id": scenario["id"]}
    found = client.post(path, json=asked)
    assert found.status_code == 200, found.text
    assert found.json()["gain"] == scenario["answer"]["gain"]
    dearer = client.post(path, json={**asked, "future": {"price": [11.0, 11.0, 11.0]}}).json()
    assert dearer["outcome"]["mean"] != pytest.approx(found.json()["outcome"]["mean"])
    assert_problem(client.post(path, json={**asked, "x": 1}), 422, "validation", "/x")
    unknown = client.post(path, json={"scenario_id": "sc_none"})
    assert_problem(unknown, 404, "not_found")


@pytest.mark.parametrize("phasing", [{}, {"phasing": {"kind": "optimised"}}])
def test_an_allocation_keeps_what_is_committed(client, model_id, scenario, phasing) -> None:
    path = f"/v1/models/{model_id}/allocate"
    asked = {"scenario_id": scenario["id"], "stay": False, **phasing}
    found = client.post(path, json=asked)
    assert found.status_code == 200, found.text
    plan = found.json()["plan"]
    assert plan["total"] == pytest.approx(90.0 + 30.0 + 10.0 + 21.0)
    weeks = [week["spend"] for week in plan["by_week"]]
    assert weeks[2]["tv"] >= 20.0 * (1 - 1e-6)
    assert [week["search"] >= 10.0 * (1 - 1e-6) for week in weeks] == [True] * 3
    if not phasing:
        assert [week["search"] for week in weeks] == pytest.approx([10.0] * 3)


def test_words_of_a_form_say_how_a_sheet_is_written(client, model_id) -> None:
    rows = [[name, "", "1,234", "2,500"] for name in ("tv", "search", "radio", "mail")]
    parts = {"model_id": model_id, "name": "from the agency"}
    file = {"file": ("plan.csv", text(rows, WEEKS[:2]))}
    asked = client.post("/v1/scenarios", data=parts, files=file)
    assert_problem(asked, 422, "invalid_data", "/sheet")
    told = {**parts, "read": json.dumps({"decimal": "comma"})}
    answer = client.post("/v1/scenarios", data=told, files=file)
    assert answer.status_code == 201, answer.text
    assert answer.json()["request"]["plan"]["tv"] == [1.234, 2.5]
    wrong = {**parts, "read": json.dumps({"week": "ends"})}
    refused = client.post("/v1/scenarios", data=wrong, files=file)
    assert_problem(refused, 422, "invalid_data", "/read/week")


def test_the_odds_of_a_scenario_are_those_of_its_plan(client, model_id, scenario) -> None:
    path = f"/v1/models/{model_id}/plan-odds"
    found = client.post(path, json={"scenario_id": scenario["id"]})
    assert found.status_code == 200, found.text
    request = scenario["request"]
    whole = {name: request[name] for name in ("horizon", "plan", "future")}
    assert found.json() == client.post(path, json=whole).json()
    half = {name: sum(amounts) / 2 for name, amounts in request["plan"].items()}
    changed = client.post(path, json={"scenario_id": scenario["id"], "plan": half}).json()
    assert changed["gain"] != found.json()["gain"]
    unknown = client.post(path, json={"scenario_id": "sc_none"})
    assert_problem(unknown, 404, "not_found")


def test_a_frontier_over_a_scenario_keeps_what_is_committed(client, model_id, scenario) -> None:
    path, wait = f"/v1/models/{model_id}/frontier", {"Prefer": "wait=40"}
    asked = {"scenario_id": scenario["id"], "totals": [151.0, 200.0], "stay": False}
    found = client.post(path, json=asked, headers=wait)
    assert found.status_code == 202, found.text
    assert found.json()["status"] == "succeeded", found.json()["error"]
    points = found.json()["result"]["frontier"]["points"]
    assert [point["total"] for point in points] == pytest.approx([151.0, 200.0])
    for point in points:
        assert point["spend"]["search"] == pytest.approx(30.0)
        assert point["spend"]["tv"] >= 20.0 * (1 - 1e-6)
    too_low = client.post(path, json={**asked, "totals": [20.0, 200.0]})
    assert_problem(too_low, 422, "infeasible")
    one = client.post(path, json={**asked, "totals": [151.0]})
    assert_problem(one, 422, "invalid_query")


def test_a_frontier_over_a_saved_allocation_has_its_limits(client, model_id) -> None:
    asked = {"horizon": HORIZON, "budget": {"total": 100}, "channels": {"tv": {"max": 20}}}
    body = {"name": "capped", "model_id": model_id, "allocate": {**asked, "explain": True}}
    saved = client.post("/v1/scenarios", json=body)
    assert saved.status_code == 201, saved.text
    path, wait = f"/v1/models/{model_id}/frontier", {"Prefer": "wait=40"}
    question = {"scenario_id": saved.json()["id"], "totals": [80.0, 120.0], "stay": False}
    found = client.post(path, json=question, headers=wait).json()
    assert found["status"] == "succeeded", found["error"]
    for point in found["result"]["frontier"]["points"]:
        assert point["spend"]["tv"] <= 20.0 * (1 + 1e-6)
    odds = client.post(f"/v1/models/{model_id}/plan-odds", json={"scenario_id": saved.json()["id"]})
    assert_problem(odds, 422, "invalid_query", "/scenario_id")


def test_months_are_spread_to_weeks_in_sum_and_said(client, model_id) -> None:
    months = ["2023-03", "2023-04"]
    rows = [[name, "", 100, 60] for name in ("tv", "search", "radio", "mail")]
    answer = sent(client, model_id, text([*rows, ["price", "", 10, 12]], months))
    assert answer.status_code == 201, answer.text
    request = answer.json()["request"]
    assert request["horizon"] == {"start": "2023-02-27", "weeks": 9}
    assert sum(request["plan"]["tv"]) == pytest.approx(160.0)
    assert request["future"]["price"][0] == 10.0
    assert request["future"]["price"][4] == pytest.approx((5 * 10 + 2 * 12) / 7)
    assert any(
        "months were spread to weeks" in line for line in answer.json()["answer"]["warnings"]
    )


WRONG = {
    "unknown": (
        [["tv", "", 1, 2, 3], ["cinema", "", 1, 1, 1]],
        WEEKS,
        "line 3: 'cinema' is nothing",
    ),
    "no number": ([["tv", "", 1, "soon", 3]], WEEKS, "line 2, period '2023-03-06': 'soon'"),
    "negative": ([["tv", "", 1, -2, 3]], WEEKS, "line 2: 'tv' has -2; spend is at least 0"),
    "missing week": ([["tv", "", 1, 2]], [WEEKS[0], WEEKS[2]], "the next week is 2023-03-06"),
    "later": ([["tv", "", 1, 2]], WEEKS[1:], "the sheet starts with the week 2023-03-06"),
    "weekday": ([["tv", "", 1]], ["2023-03-01"], "starts on a Wednesday; the data's on a Monday"),
    "two readings": ([["tv", "", 1]], ["03/06/2023"], "means 2023-03-06 or 2023-06-03"),
    "channel left out": ([["tv", "", 1, 2, 3]], WEEKS, "say what search, radio, mail get"),
    "empty price": ([["tv", "", 1, 2, 3], ["price", "", 9, "", 9]], WEEKS, "'price' is empty"),
    "decimals": ([["tv", "", "1.234", 2, 3]], WEEKS, "write one amount with two or four decimals"),
    "no channel": ([["price", "", 1, 2, 3]], WEEKS, "no row is a channel with a cost"),
    "two prices": ([["price", "", 9, 9, 9], ["Price", "", 8, 8, 8]], WEEKS, "in line 2 too"),
    "too large": ([["tv", "", 1, "1e308", 3]], WEEKS, "'1e308' is no number up to 1e+18"),
    "too large in sum": (
        [[name, "", 1, 1e18, 3] for name in ("tv", "tv", "search", "radio", "mail")],
        WEEKS,
        "plan tv: Input should be less than or equal",
    ),
    "committed": ([["tv", "maybe", 1, 2, 3]], WEEKS, "'maybe' is not yes or no"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_sheet_is_refused_by_its_place(client, model_id, case) -> None:
    rows, heads, words = WRONG[case]
    answer = sent(client, model_id, text(rows, heads))
    assert answer.status_code == 422, answer.text
    assert words in answer.text.replace("\\u0027", "'"), json.dumps(answer.json(), indent=1)


def test_a_form_is_taken_by_scenarios_alone_and_lacks_no_part(client, model_id) -> None:
    answer = client.post("/v1/scenarios", files={"file": ("plan.csv", text())})
    assert_problem(answer, 422, "validation", "/model_id")
    path = f"/v1/models/{model_id}/evaluate-plan"
    other = client.post(path, files={"file": ("plan.csv", text())})
    assert_problem(other, 415, "unsupported_media_type")
    assert_problem(sent(client, model_id, b"PK\x03\x04 no zip", "plan.xlsx"), 422, "invalid_data")


def test_the_client_sends_a_file(client, model_id, scenario, tmp_path) -> None:
    (tmp_path / "plan.csv").write_bytes(text())
    with Client(str(client.base_url)) as prudent:
        found = prudent.save_sheet("from a file", model_id, tmp_path / "plan.csv")
    assert (found.name, found.request) == ("from a file", scenario["request"])
