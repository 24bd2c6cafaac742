"""Weekly life over HTTP: champion, plan of record, weeks as they come, what became of the plan."""

import csv
import io

import pytest

from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.routes.test_plans import PLAN
from tests.app.routes.test_refits import new_rows, refit
from tests.app.running import fitted_model, wait_for

EVALUATE = {"horizon": HORIZON, "plan": PLAN}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


@pytest.fixture
def project(client, request) -> str:
    answer = client.post("/v1/projects", json={"name": request.node.name[-200:]})
    assert answer.status_code == 201, answer.text
    return f"/v1/projects/{answer.json()['id']}"


def promoted(client, project: str, model_id: str, **more) -> dict:
    answer = client.post(f"{project}/champion", json={"model_id": model_id, **more})
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    return found


def adopted(client, project: str, **body) -> dict:
    answer = client.post(f"{project}/plans", json={"name": "quarter", **body})
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    return found


def posted(client, project: str, rows: list[dict]):
    return client.post(f"{project}/actuals", json={"data": {"rows": rows}})


def test_a_project_is_made_changed_listed_and_forgotten(client) -> None:
    made = client.post("/v1/projects", json={"name": "Spring", "description": "q2"}).json()
    assert (made["champion"], made["plan_of_record"], made["actuals_until"]) == (None, None, None)
    path = f"/v1/projects/{made['id']}"
    taken = client.post("/v1/projects", json={"name": "Spring"})
    assert_problem(taken, 422, "invalid_request", "/name")
    changed = client.put(path, json={"name": "Spring and summer"}).json()
    assert client.get(path).json() == changed
    assert changed["name"] == "Spring and summer"
    assert client.get("/v1/projects", params={"limit": 1}).json()["items"] == [changed]
    assert client.delete(path).status_code == 204
    assert_problem(client.get(path), 404, "not_found")


def test_promotion_is_explicit_and_its_history_stays(client, project, model_id) -> None:
    second = fitted_model(client, TRUSTED)
    promoted(client, project, model_id, note="first")
    promoted(client, project, second, note="better")
    assert client.get(project).json()["champion"]["model_id"] == second
    history = client.get(f"{project}/promotions").json()["items"]
    assert [(item["model_id"], item["note"]) for item in history] == [
        (second, "better"), (model_id, "first")
    ]  # fmt: skip
    assert_problem(client.delete(f"/v1/models/{second}"), 409, "in_use")
    promoted(client, project, model_id)
    assert client.delete(f"/v1/models/{second}").status_code == 204


def test_a_rejected_model_becomes_champion_only_if_that_is_said(client, project) -> None:
    rejected = fitted_model(client, REJECTED)
    body = {"model_id": rejected}
    assert_problem(client.post(f"{project}/champion", json=body), 409, "model_rejected")
    assert promoted(client, project, rejected, accept_rejected=True)["verdict"] == "rejected"


def test_a_plan_is_adopted_by_question_or_by_scenario(client, project, model_id) -> None:
    without = client.post(f"{project}/plans", json={"name": "x", "evaluate_plan": EVALUATE})
    assert_problem(without, 409, "project_incomplete")
    promoted(client, project, model_id)
    first = adopted(client, project, evaluate_plan=EVALUATE)
    assert first["model_id"] == model_id
    assert first["total"] == pytest.approx(sum(PLAN.values()))
    promise, expected = first["promised"], first["expected"]
    spread = expected["p95"] - expected["p5"]
    assert promise["mean"] == pytest.approx(expected["mean"], abs=0.2 * spread)
    assert promise != expected
    body = {"name": "best", "model_id": model_id, "allocate": {**_ALLOCATE}}
    scenario = client.post("/v1/scenarios", json=body).json()
    second = adopted(client, project, scenario_id=scenario["id"])
    assert second["answer"] == scenario["answer"]
    listed = client.get(f"{project}/plans").json()["items"]
    assert [item["id"] for item in listed] == [second["id"], first["id"]]
    assert client.get(project).json()["plan_of_record"]["id"] == second["id"]
    assert client.get(f"{project}/plans/{first['id']}").json() == first


_ALLOCATE = {"horizon": HORIZON, "budget": {"total": 1000}, "stay": False, "prove": False}


def test_actuals_split_the_difference_and_come_by_post_or_by_refit(
    client, project, model_id
) -> None:
    where = f"{project}/plan-vs-actual"
    promoted(client, project, model_id)
    assert_problem(client.get(where), 409, "project_incomplete")
    plan = adopted(client, project, evaluate_plan=EVALUATE)
    assert_problem(client.get(where), 422, "invalid_query")
    rows = new_rows()
    assert posted(client, project, rows[:2]).status_code == 201
    assert_problem(posted(client, project, rows[3:]), 422, "invalid_data")
    assert posted(client, project, rows[2:]).status_code == 201
    found = client.get(where).json()
    assert (found["weeks"], found["weeks_planned"]) == (4, HORIZON["weeks"])
    assert found["plan_id"] == plan["id"]
    assert found["actual"] == pytest.approx(sum(row["sales"] for row in rows))
    assert sum(row["amount"]["mean"] for row in found["rows"]) == pytest.approx(
        found["actual"], rel=1e-9
    )
    by_name = {row["name"]: row["actual"] for row in found["spend"]}
    assert by_name["tv"] == pytest.approx(sum(row["tv_spend"] for row in rows))
    assert client.get(project).json()["actuals_until"] == rows[-1]["week"]

    done = wait_for(client, refit(client, model_id, rows).json()["id"])
    other = client.post("/v1/projects", json={"name": "by refit"}).json()["id"]
    promoted(client, f"/v1/projects/{other}", model_id)
    adopted(client, f"/v1/projects/{other}", evaluate_plan=EVALUATE)
    promoted(client, f"/v1/projects/{other}", done["result"]["model_id"])
    again = client.get(f"/v1/projects/{other}/plan-vs-actual").json()
    assert again["sources"] == [f"data of {done['result']['model_id']}"]
    for one, two in zip(found["rows"], again["rows"], strict=True):
        assert one["amount"]["mean"] == pytest.approx(two["amount"]["mean"], rel=1e-9)


def test_a_week_sent_again_replaces_what_was_sent(client, project, model_id) -> None:
    promoted(client, project, model_id)
    adopted(client, project, evaluate_plan=EVALUATE)
    rows = new_rows()
    posted(client, project, rows)
    corrected = [{**rows[1], "sales": 250.0}]
    assert posted(client, project, corrected).status_code == 201
    found = client.get(f"{project}/plan-vs-actual").json()
    assert found["by_week"][1]["actual"] == 250.0
    table = client.get(f"{project}/plan-vs-actual", headers={"Accept": "text/csv"})
    lines = [*csv.DictReader(io.StringIO(table.text))]
    week = [line for line in lines if line["weeks"] == rows[1]["week"]]
    assert sum(float(line["mean"]) for line in week) == pytest.approx(250.0)


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "pointer"),
    [
        ("champion", {"model_id": "mdl_none"}, 404, "not_found", None),
        ("plans", {"name": "x"}, 422, "validation", ""),
        ("plans", {"name": "x", "scenario_id": "sc_none"}, 404, "not_found", None),
        ("plans", {"name": "x", "evaluate_plan": {**EVALUATE, "plan": {"tv": 1.0}}}, 422,
         "invalid_query", "/plan"),
        ("actuals", {"data": {"rows": [{"week": "2023-02-27"}]}}, 422, "invalid_data", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    client, project, model_id, path, body, status, code, pointer
) -> None:
    promoted(client, project, model_id)
    assert_problem(client.post(f"{project}/{path}", json=body), status, code, pointer)


def test_a_project_that_is_not_there_is_404_before_its_body_is_read(client) -> None:
    nothing = "/v1/projects/prj_none"
    for path in ("champion", "plans", "actuals"):
        assert_problem(client.post(f"{nothing}/{path}", json={"no": 1}), 404, "not_found")
    for path in ("", "/promotions", "/plans", "/actuals", "/plan-vs-actual", "/promises"):
        assert_problem(client.get(f"{nothing}{path}"), 404, "not_found")
