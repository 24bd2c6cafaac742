"""The report over HTTP: of the usual question, and of a saved allocation."""

import pytest

from app.report.words import money
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.routes.test_plans import PLAN
from tests.app.running import fake_service, fitted_model

GOAL = {"kind": "target", "kpi": 1.0, "probability": 0.8}


@pytest.fixture(scope="module")
def client(tmp_path_factory, models):
    with fake_service(tmp_path_factory.mktemp("reports"), models) as client:
        yield client


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def saved(client, model_id: str, **question) -> dict:
    body = {"name": "next quarter", "model_id": model_id, **question}
    found = client.post("/v1/scenarios", json=body)
    assert found.status_code == 201, found.text
    scenario: dict = found.json()
    return scenario


def test_the_report_of_a_saved_allocation_tells_its_stored_answer(client, model_id) -> None:
    allocate = {"horizon": HORIZON, "budget": {"change": -0.2}, "conditions": [GOAL]}
    scenario = saved(client, model_id, allocate=allocate)
    path = f"/v1/models/{model_id}/report"
    found = client.get(path, params={"scenario_id": scenario["id"]})
    assert found.status_code == 200, found.text
    plan = scenario["answer"]["plan"]
    for channel in plan["channels"]:
        assert money(channel["spend"], None) in found.text
    assert money(plan["total"], None) in found.text
    assert "Goals and conditions" in found.text
    usual = client.get(path)
    assert "Goals and conditions" not in usual.text
    assert found.headers["etag"] != usual.headers["etag"]
    tagged = {"if-none-match": found.headers["etag"]}
    again = client.get(path, params={"scenario_id": scenario["id"]}, headers=tagged)
    assert again.status_code == 304


def test_the_report_tells_the_moves_that_allocate_answers(client, model_id) -> None:
    last = client.get(f"/v1/models/{model_id}/weeks").json()["weeks"][-1]["week"]
    assert last < HORIZON["start"]
    question = {
        "horizon": {"start": HORIZON["start"], "weeks": 13},
        "budget": {"change": 0.0},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.7, "tail": 0.1},
        "prove": False,
    }
    answer = client.post(f"/v1/models/{model_id}/allocate", json=question).json()
    page = client.get(f"/v1/models/{model_id}/report").text
    for channel in answer["moves"]["plan"]["channels"]:
        assert money(channel["spend"], None) in page


def test_other_scenarios_are_refused_by_name(client, model_id) -> None:
    path = f"/v1/models/{model_id}/report"
    given = saved(client, model_id, evaluate_plan={"horizon": HORIZON, "plan": PLAN})
    refused = client.get(path, params={"scenario_id": given["id"]})
    assert_problem(refused, 422, "invalid_query")
    assert refused.json()["errors"][0]["code"] == "no_plan"
    other = f"/v1/models/{fitted_model(client, TRUSTED)}/report"
    refused = client.get(other, params={"scenario_id": given["id"]})
    assert refused.json()["errors"][0]["code"] == "other_model"
    absent = client.get(path, params={"scenario_id": "sc_00000000000000000000000000"})
    assert_problem(absent, 404, "not_found")
