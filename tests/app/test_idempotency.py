"""Idempotency-Key: sent again, a creating call creates nothing again."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.db.database import open_database
from app.db.idempotency import Keys, Remembered
from app.errors import KeyInUse, KeyReused
from tests.app.running import fit_body, fitted_model, wait_for
from tests.app.test_contract import assert_problem
from tests.mmm.fakes import table

DAY, MINUTE, PAST = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=-1)
ANSWER = Remembered(201, {"location": "/v1/things/1"}, "{}")


@pytest.fixture
def database(tmp_path):
    found = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    found.upgrade()
    yield found
    found.close()


def keys(database, tenant="a", lifetime=DAY, patience=MINUTE) -> Keys:
    return Keys(database.of(tenant), tenant, lifetime, patience)


def test_a_key_is_claimed_once_and_then_tells_the_answer(database) -> None:
    mine = keys(database)
    assert mine.claim("k", "request") is None
    with pytest.raises(KeyInUse):
        mine.claim("k", "request")
    mine.remember("k", ANSWER)
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
    mine.remember("k", ANSWER)
    assert keys(database, lifetime=PAST).claim("k", "third") is None


def test_a_claim_whose_process_died_is_taken_over(database) -> None:
    assert keys(database).claim("k", "request") is None
    assert keys(database, patience=PAST).claim("k", "request") is None


def creating(client) -> dict[str, tuple[str, dict]]:
    model = fitted_model(client)
    window = {"start": "2022-06-06", "end": "2022-08-29"}
    question = {"window": window, "do": [{"variable": "tv", "scale": 0.0}]}
    lift: dict = {"channel": "tv", "start": "2022-06-06", "end": "2022-06-27"}
    lift |= {"control": {"scale": 0.0}, "result": {"lift": 5.0, "se": 1.0}}
    horizon = {"start": "2023-02-27", "weeks": 4}
    frontier = {"horizon": horizon, "budget": {"total": 1}, "totals": [500, 600]}
    csv = {"content": table().to_csv(index=False), "headers": {"Content-Type": "text/csv"}}
    simulation = {key: value for key, value in fit_body().items() if key != "sampling"}
    return {
        "dataset": ("/v1/datasets", csv),
        "lift test": ("/v1/lift-tests", {"json": {"tests": [lift]}}),
        "fit": ("/v1/fit", {"json": fit_body()}),
        "simulation": ("/v1/simulate", {"json": {**simulation, "draws": 20}}),
        "frontier": (f"/v1/models/{model}/frontier", {"json": frontier}),
        "scenario": (
            "/v1/scenarios",
            {"json": {"name": "x", "model_id": model, "counterfactual": question}},
        ),
    }


def test_every_creating_call_takes_a_key(client) -> None:
    for name, (path, parts) in creating(client).items():
        headers = {**parts.get("headers", {}), "Idempotency-Key": name.replace(" ", "-")}
        call = {**parts, "headers": headers}
        first, again = client.post(path, **call), client.post(path, **call)
        assert first.status_code in (201, 202), first.text
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again.headers.get("location") == first.headers.get("location")
        other = client.post(path, **_changed(call))
        assert_problem(other, 422, "idempotency_key_reused")


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
