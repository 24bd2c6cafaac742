"""The second model: fitted after the model, heard by its plans, and lost without loss."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.app.running import fake_service, fitted_model, operation, wait_for, wait_until

FAILS, UNSETTLED, WAITS = 50, 51, 52
BUDGET = {"budget": {"total": 3000.0}, "explore": True}
STRUCTURE = "a baseline that wanders and noise that remembers"


@pytest.fixture(scope="module")
def client(tmp_path_factory, models) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("second")
    with fake_service(folder, models, second_models=True) as client:
        yield client


def second_of(client: httpx.Client, model_id: str) -> dict:
    found: dict = client.get(f"/v1/models/{model_id}").raise_for_status().json()["second_model"]
    return found


def settled(client: httpx.Client, model_id: str) -> dict:
    wait_until(lambda: second_of(client, model_id)["status"] != "pending")
    return second_of(client, model_id)


def plan_of(client: httpx.Client, model_id: str) -> dict:
    horizon = {"start": next_week(client, model_id), "weeks": 6}
    asked = client.post(f"/v1/models/{model_id}/allocate", json=BUDGET | {"horizon": horizon})
    found: dict = asked.raise_for_status().json()
    return found


def next_week(client: httpx.Client, model_id: str) -> str:
    end = client.get(f"/v1/models/{model_id}").json()["data"]["end"]
    return (date.fromisoformat(end) + timedelta(weeks=1)).isoformat()


def test_a_plan_hears_the_second_model(client) -> None:
    """The fake's second model is the model again: its odds are the model's own."""
    model_id = fitted_model(client)
    second = settled(client, model_id)
    assert second["status"] == "ready"
    assert second["structure"] == STRUCTURE
    assert operation(client, second["operation_id"])["kind"] == "second_model"
    answer = plan_of(client, model_id)
    told, own = answer["second_model"], answer["versus_current"]
    assert told["status"] == "ready"
    assert told["probability_better"] == own["probability_better"]
    assert told["versus_current"] == pytest.approx({k: own[k] for k in told["versus_current"]})


def test_a_given_plan_and_a_queued_one_hear_it_too(client) -> None:
    model_id = fitted_model(client)
    settled(client, model_id)
    answer = plan_of(client, model_id)
    horizon = {"start": next_week(client, model_id), "weeks": 6}
    spend = {row["name"]: row["spend"] for row in answer["plan"]["channels"]}
    given = client.post(
        f"/v1/models/{model_id}/evaluate-plan",
        json={"horizon": horizon, "plan": spend, "explore": True},
    )
    _same(given.raise_for_status().json()["second_model"], answer["second_model"])
    queued = client.post(
        f"/v1/models/{model_id}/allocate",
        json=BUDGET | {"horizon": horizon},
        headers={"Prefer": "respond-async"},
    )
    done = wait_for(client, queued.json()["id"])
    _same(done["result"]["allocation"]["second_model"], answer["second_model"])


def _same(one: dict, other: dict) -> None:
    """Equal up to how far spend after the horizon has settled at the plan's mean."""
    intervals = [opinion["versus_current"] for opinion in (one, other)]
    assert intervals[0] == pytest.approx(intervals[1], rel=1e-2)
    assert {**one, "versus_current": None} == {**other, "versus_current": None}


@pytest.mark.parametrize(
    ("seed", "reason"), [(FAILS, "its fit failed"), (UNSETTLED, "its chains do not agree")]
)
def test_its_failure_costs_the_model_nothing(client, seed, reason) -> None:
    model_id = fitted_model(client, seed)
    second = settled(client, model_id)
    assert second["status"] == "skipped"
    assert second["reason"].startswith(reason)
    told = plan_of(client, model_id)["second_model"]
    assert (told["status"], told["probability_better"]) == ("skipped", None)
    assert told["reason"] == second["reason"]


def test_while_it_is_pending_a_plan_says_so(client) -> None:
    model_id = fitted_model(client, WAITS)
    second = second_of(client, model_id)
    assert second["status"] == "pending"
    answer = plan_of(client, model_id)
    assert answer["second_model"]["status"] == "pending"
    assert any(text.startswith("second model: not ready") for text in answer["warnings"])
    wait_until(lambda: operation(client, second["operation_id"])["status"] == "running")
    client.post(f"/v1/operations/{second['operation_id']}:cancel").raise_for_status()
    assert settled(client, model_id) == second | {
        "status": "skipped",
        "reason": "its fit was cancelled",
    }


def test_it_ends_with_a_model_that_was_deleted_meanwhile(client, models) -> None:
    model_id = fitted_model(client, WAITS)
    operation_id = second_of(client, model_id)["operation_id"]
    client.delete(f"/v1/models/{model_id}").raise_for_status()
    go = models / "let-go"
    go.touch()
    try:
        done = wait_for(client, operation_id)
    finally:
        go.unlink()
    assert (done["status"], done["result"]) == ("succeeded", {"model_id": None})


def test_nobody_fits_one_against_the_wish_of_the_call(client) -> None:
    model_id = fitted_model(client, second_model=False)
    second = second_of(client, model_id)
    assert (second["status"], second["operation_id"]) == ("skipped", None)
    assert second["reason"] == "the fit was asked for without one"
