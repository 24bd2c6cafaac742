"""Idempotency-Key: sent again, a creating call creates nothing again."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.db.database import open_database
from app.db.idempotency import IdempotencyKeys, IdempotencyRow, StoredResponse
from app.db.models import now
from app.errors import KeyInUse, KeyReused
from tests.app.access.test_tenant_routes import ROUTES
from tests.app.fake_fit import LONG
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.routes.test_experiments import planned, weekly_rows
from tests.app.routes.test_lift_register import TEST
from tests.app.routes.test_refits import new_rows
from tests.app.running import fit_body, fitted_model, wait_for
from tests.mmm.fakes import table

DAY, MINUTE, PAST = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=-1)
ANSWER = StoredResponse(201, {"location": "/v1/things/1"}, "{}")


@pytest.fixture
def database(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    found.upgrade()
    yield found
    found.close()


def keys(database, tenant="a", lifetime=DAY, patience=MINUTE) -> IdempotencyKeys:
    return IdempotencyKeys(database.of(tenant), tenant, lifetime, patience)


def test_a_key_is_claimed_once_and_then_tells_the_answer(database) -> None:
    mine = keys(database)
    assert mine.claim("k", "request") is None
    with pytest.raises(KeyInUse):
        mine.claim("k", "request")
    mine.store("k", ANSWER)
    assert mine.claim("k", "request") == ANSWER
    with pytest.raises(KeyReused):
        mine.claim("k", "another")


def test_keys_belong_to_a_tenant(database) -> None:
    assert keys(database, "a").claim("k", "request") is None
    assert keys(database, "b").claim("k", "another") is None


def test_a_released_and_an_expired_key_are_free(database) -> None:
    mine = keys(database)
    mine.claim("k", "request")
    mine.release("k")
    assert mine.claim("k", "another") is None
    mine.store("k", ANSWER)
    assert keys(database, lifetime=PAST).claim("k", "third") is None


def test_a_claim_whose_process_died_is_taken_over(database) -> None:
    assert keys(database).claim("k", "request") is None
    assert keys(database, patience=PAST).claim("k", "request") is None


def test_a_claim_from_before_the_clock_was_set_back_blocks_its_key_no_longer_than_others(
    database,
) -> None:
    assert keys(database).claim("k", "request") is None
    with database.write() as session:
        session.execute(update(IdempotencyRow).values(created_at=now() + MINUTE / 2))
    with pytest.raises(KeyInUse):
        keys(database).claim("k", "request")
    with database.write() as session:
        session.execute(update(IdempotencyRow).values(created_at=now() + DAY))
    assert keys(database).claim("k", "request") is None


CREATING_NOTHING = {
    "/v1/datasets/{dataset_id}:draft",
    "/v1/experiments:read",
    "/v1/experiments/{experiment_id}:start",
    "/v1/experiments/{experiment_id}:read",
    "/v1/experiments/{experiment_id}:use",
    "/v1/models/{model_id}/counterfactual",
    "/v1/models/{model_id}/evaluate-plan",
    "/v1/models/{model_id}/plan-odds",
    "/v1/operations/{operation_id}:cancel",
    "/v1/operations/{operation_id}:stop",
}
"""Questions, and calls that say of themselves what had been done before."""

CREATING = {path for method, path in ROUTES if method == "POST"} - CREATING_NOTHING


def creating(client) -> dict[str, tuple[dict[str, str], dict]]:
    """A request for every creating route: what its path names, and what is sent."""
    model_id = fitted_model(client)
    project_id = client.post("/v1/projects", json={"name": "for the others"}).json()["id"]
    in_model, in_project = {"model_id": model_id}, {"project_id": project_id}
    window = {"start": "2022-06-06", "end": "2022-08-29"}
    question = {"window": window, "do": [{"variable": "tv", "scale": 0.0}]}
    plan = {"horizon": HORIZON, "budget": {"total": 500}}
    csv = {"content": table().to_csv(index=False), "headers": {"Content-Type": "text/csv"}}
    simulation = {key: value for key, value in fit_body().items() if key != "sampling"}
    body = {"name": "x", **in_model, "allocate": plan}
    scenario = client.post("/v1/scenarios", json=body).json()
    later = {"json": {"data": {"rows": new_rows()}}}
    history = {"data": {"rows": weekly_rows()}, "date": "week", "geo": "region", "kpi": "sales"}
    design = {**in_model, "channel": "tv", "change": {"scale": 0.0}, "history": history}
    return {
        "/v1/datasets": ({}, csv),
        "/v1/lift-tests": ({}, {"json": {"tests": [TEST]}}),
        "/v1/fit": ({}, {"json": fit_body()}),
        "/v1/simulate": ({}, {"json": {**simulation, "draws": 20}}),
        "/v1/keys": ({}, {"json": {"name": "dashboard"}}),
        "/v1/scenarios": ({}, {"json": {"name": "x", **in_model, "counterfactual": question}}),
        "/v1/scenarios/{scenario_id}/shares": (
            {"scenario_id": scenario["id"]},
            {"json": {"days": 7}},
        ),
        "/v1/models/{model_id}/refit": (in_model, later),
        "/v1/models/{model_id}/trust": (
            {"model_id": fitted_model(client, LONG)},
            {"json": {"parts": {"backtest": {"origins": 2}}}},
        ),
        "/v1/compare": (
            {},
            {
                "json": {
                    "model_id": fitted_model(client, LONG),
                    "rivals": [{"edit": "with AR(1)"}],
                    "backtest": {"origins": 2},
                }
            },
        ),
        "/v1/models/{model_id}/frontier": (in_model, {"json": {**plan, "totals": [500, 600]}}),
        "/v1/models/{model_id}/allocate": (
            in_model,
            {"json": plan, "headers": {"Prefer": "respond-async"}},
        ),
        "/v1/experiments": ({}, {"json": planned(model_id)}),
        "/v1/experiments:design": ({}, {"json": design}),
        "/v1/projects": ({}, {"json": {"name": "Spring"}}),
        "/v1/projects/{project_id}/champion": (in_project, {"json": in_model}),
        "/v1/projects/{project_id}/plans": (
            in_project,
            {"json": {"name": "x", "allocate": plan}},
        ),
        "/v1/projects/{project_id}/actuals": (in_project, later),
    }


def test_every_creating_call_takes_a_key(client) -> None:
    requests = creating(client)
    assert requests.keys() == CREATING, "a route that creates something is not tried here"
    for route, (ids, parts) in requests.items():
        path = route.format(**ids)
        headers = {**parts.get("headers", {}), "Idempotency-Key": route}
        call = {**parts, "headers": headers}
        first, again = client.post(path, **call), client.post(path, **call)
        assert first.status_code in (201, 202), first.text
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true", route
        secret = {"key": None} if route == "/v1/keys" else {}
        assert (again.status_code, again.json()) == (first.status_code, first.json() | secret)
        assert again.headers.get("location") == first.headers.get("location")
        if first.status_code == 202:  # a tenant has one test of a model at a time
            wait_for(client, first.json()["id"])
        other = client.post(path, **_changed(call))
        assert_problem(other, 422, "idempotency_key_reused")


def test_the_secret_of_a_key_is_not_remembered(client) -> None:
    headers = {"Idempotency-Key": "secret"}
    first = client.post("/v1/keys", json={"name": "x"}, headers=headers).json()
    assert first["key"].startswith("prudent_")
    assert client.post("/v1/keys", json={"name": "x"}, headers=headers).json()["key"] is None
    made = [item["id"] for item in client.get("/v1/keys").json()["items"]]
    assert made.count(first["id"]) == 1


def _changed(call: dict) -> dict:
    """Another body that is accepted as well."""
    if "json" not in call:
        return {**call, "content": call["content"] + "\n"}
    headers = {**call["headers"], "Content-Type": "application/json"}
    return {"content": json.dumps(call["json"], indent=1), "headers": headers}


def test_a_refused_call_may_be_corrected_under_its_key(client) -> None:
    headers = {"Idempotency-Key": "corrected"}
    bad = client.post("/v1/fit", json=fit_body(data={"rows": []}), headers=headers)
    assert bad.status_code == 422
    good = client.post("/v1/fit", json=fit_body(), headers=headers)
    assert good.status_code == 202
    wait_for(client, good.json()["id"])


def test_calls_at_the_same_time_create_one_thing(client) -> None:
    def call(_: int):
        return client.post("/v1/fit", json=fit_body(), headers={"Idempotency-Key": "together"})

    before = {item["id"] for item in client.get("/v1/operations?limit=200").json()["items"]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    after = {item["id"] for item in client.get("/v1/operations?limit=200").json()["items"]}
    (made,) = after - before
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "idempotency_key_in_use")
        else:
            assert (answer.status_code, answer.json()["id"]) == (202, made)
    assert call(0).json()["id"] == made


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_keys_that_are_none_are_refused(client, key) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = client.post("/v1/fit", json=fit_body(), headers=headers)
    assert_problem(answer, 422, "validation")
