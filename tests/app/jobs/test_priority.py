"""How urgent a queued call is: said with the call, told by its operation, and kept to."""

from tests.app.fake_fit import SLOW
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.routes.test_refits import new_rows
from tests.app.running import fit_body, fitted_model, operation, wait_for, wait_until

PLAN = {"horizon": HORIZON, "budget": {"total": 500.0}}


def queueing(model_id: str) -> dict[str, dict]:
    simulation = {key: value for key, value in fit_body().items() if key != "sampling"}
    return {
        "/v1/fit": fit_body(),
        "/v1/simulate": {**simulation, "draws": 20},
        f"/v1/models/{model_id}/refit": {"data": {"rows": new_rows()}},
        f"/v1/models/{model_id}/frontier": {**PLAN, "totals": [500, 600]},
        f"/v1/models/{model_id}/allocate": PLAN,
    }


def test_every_call_that_queues_takes_a_priority(client) -> None:
    model_id = fitted_model(client)
    for path, body in queueing(model_id).items():
        for asked, told in (({}, "normal"), ({"priority": "low"}, "low")):
            headers = {"Prefer": "respond-async"}
            answer = client.post(path, json=body, params=asked, headers=headers)
            assert answer.status_code == 202, answer.text
            assert answer.json()["priority"] == told
            assert wait_for(client, answer.json()["id"])["priority"] == told
        refused = client.post(path, json=body, params={"priority": "asap"})
        assert_problem(refused, 422, "validation")
        assert refused.json()["errors"][0]["pointer"] == "/priority"


def test_an_urgent_fit_starts_before_an_earlier_one(client) -> None:
    busy = [client.post("/v1/fit", json=fit_body(SLOW)).json()["id"] for _ in range(2)]
    wait_until(lambda: all(operation(client, one)["status"] == "running" for one in busy))
    asked = ("low", "normal", "high")
    ids = [
        client.post("/v1/fit", json=fit_body(), params={"priority": priority}).json()["id"]
        for priority in asked
    ]
    client.post(f"/v1/operations/{busy[0]}:cancel").raise_for_status()
    ended = [wait_for(client, one) for one in ids]
    assert all(one["status"] == "succeeded" for one in ended)
    started = {one["priority"]: one["started_at"] for one in ended}
    assert sorted(started, key=lambda priority: started[priority]) == ["high", "normal", "low"]
    client.post(f"/v1/operations/{busy[1]}:cancel").raise_for_status()
    wait_for(client, busy[1])
