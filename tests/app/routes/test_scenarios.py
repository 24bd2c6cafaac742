"""Saved scenarios over HTTP: asked once, read back, compared, exported, forgotten."""

import csv
import io

import pytest
from openpyxl import load_workbook

from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.routes.test_plans import CHANNELS, PLAN
from tests.app.running import fitted_model

ALLOCATE = {"horizon": HORIZON, "budget": {"total": 1000}, "stay": False}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


@pytest.fixture(scope="module")
def window(client, model_id) -> dict[str, str]:
    end = client.get(f"/v1/models/{model_id}").json()["data"]["end"]
    return {"start": end, "end": end}


def saved(client, model_id: str, name: str, **question) -> dict:
    answer = client.post("/v1/scenarios", json={"name": name, "model_id": model_id, **question})
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    return found


def test_a_saved_plan_is_what_asking_again_says(client, model_id) -> None:
    found = saved(client, model_id, "next quarter", allocate=ALLOCATE)
    again = client.post(f"/v1/models/{model_id}/allocate", json=ALLOCATE).json()
    assert found["answer"] == again
    assert found["request"]["budget"]["total"] == 1000
    assert client.get(f"/v1/scenarios/{found['id']}").json() == found
    listed = client.get("/v1/scenarios", params={"limit": 1}).json()
    assert listed["items"][0]["id"] == found["id"]
    assert "answer" not in listed["items"][0]


def test_scenarios_stand_side_by_side(client, model_id, window) -> None:
    ids = [
        saved(client, model_id, "best", allocate=ALLOCATE)["id"],
        saved(client, model_id, "agency", evaluate_plan={"horizon": HORIZON, "plan": PLAN})["id"],
        saved(
            client,
            model_id,
            "no tv",
            counterfactual={"window": window, "do": [{"variable": "tv", "scale": 0.0}]},
        )["id"],
    ]
    best, agency, no_tv = client.get("/v1/scenarios/compare", params={"id": ids}).json()["items"]
    assert [best["name"], agency["name"], no_tv["name"]] == ["best", "agency", "no tv"]
    assert agency["spend"] == pytest.approx(PLAN)
    assert best["total"] == pytest.approx(1000.0)
    assert no_tv["total"] is None
    assert best["effect"]["mean"] >= agency["effect"]["mean"] - 1e-6
    missing = client.get("/v1/scenarios/compare", params={"id": [ids[0], "sc_none"]})
    assert_problem(missing, 404, "not_found")


def test_a_plan_is_exported_for_spreadsheets(client, model_id) -> None:
    name = '=HYPERLINK("x") "next" quarter'
    found = saved(client, model_id, name, allocate=ALLOCATE)
    where = f"/v1/scenarios/{found['id']}/export"
    table = client.get(where)
    assert table.headers["content-type"].startswith("text/csv")
    assert (
        table.headers["content-disposition"]
        == 'attachment; filename="HYPERLINK-x-next-quarter.csv"'
    )
    rows = [*csv.DictReader(io.StringIO(table.text))]
    assert len(rows) == len(found["answer"]["plan"]["by_week"]) * len(CHANNELS)
    assert sum(float(row["spend"]) for row in rows) == pytest.approx(1000.0)
    book = load_workbook(io.BytesIO(client.get(where, params={"format": "xlsx"}).content))
    sheet = [*book["plan"].values]
    assert sheet[0] == ("week", "geo", "channel", "spend")
    assert sum(float(str(row[3])) for row in sheet[1:]) == pytest.approx(1000.0)
    figures = {row[0]: row[1] for row in book["figures"].values}
    assert figures["gain"] == pytest.approx(found["answer"]["gain"]["mean"])
    assert_problem(client.get(where, params={"format": "pdf"}), 422, "validation")


def test_a_what_if_is_exported_week_by_week(client, model_id, window) -> None:
    asked = {"window": window, "do": [{"variable": "tv", "scale": 0.0}]}
    found = saved(client, model_id, "no tv", counterfactual=asked)
    table = client.get(f"/v1/scenarios/{found['id']}/export").text
    rows = [*csv.DictReader(io.StringIO(table))]
    effects = [week["effect"]["mean"] for week in found["answer"]["by_week"]]
    assert [float(row["effect_mean"]) for row in rows] == pytest.approx(effects)


def test_what_cannot_be_saved_is_refused_and_nothing_is_kept(client, model_id) -> None:
    before = client.get("/v1/scenarios").json()
    both = {"allocate": ALLOCATE, "evaluate_plan": {"horizon": HORIZON, "plan": PLAN}}
    for question in ({}, both, {"allocate": {**ALLOCATE, "budget": {"total": -1}}}):
        answer = client.post("/v1/scenarios", json={"name": "x", "model_id": model_id, **question})
        assert answer.status_code == 422, answer.text
    rejected = fitted_model(client, REJECTED)
    answer = client.post(
        "/v1/scenarios", json={"name": "x", "model_id": rejected, "allocate": ALLOCATE}
    )
    assert answer.status_code == 409
    unknown = {"name": "x", "model_id": "md_none", "allocate": ALLOCATE}
    assert_problem(client.post("/v1/scenarios", json=unknown), 404, "not_found")
    assert client.get("/v1/scenarios").json() == before


def test_a_forgotten_scenario_is_gone(client, model_id) -> None:
    found = saved(client, model_id, "short-lived", allocate=ALLOCATE)
    assert client.delete(f"/v1/scenarios/{found['id']}").status_code == 204
    assert_problem(client.get(f"/v1/scenarios/{found['id']}"), 404, "not_found")
    assert_problem(client.delete(f"/v1/scenarios/{found['id']}"), 404, "not_found")
