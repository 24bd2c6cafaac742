"""An experiment from its draft to the lift test that it becomes, over HTTP."""

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from mmm.spec.lift_test import LiftTest
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model
from tests.mmm.fakes import RICH

GEOS = ("north", "east", "south", "west", "coast", "hills")
MONDAY = date(2022, 1, 3)
WEEKS, TEST = 60, 6


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def planned(model_id: str, **fields) -> dict:
    start = MONDAY + timedelta(weeks=WEEKS - TEST)
    return {
        "name": "tv off in the north",
        "model_id": model_id,
        "channel": "tv",
        "change": {"scale": 0.0},
        "treated": ["north", "south"],
        "start": str(start),
        "weeks": TEST,
    } | fields


def weekly_rows(lift: float = -0.1) -> list[dict]:
    """Weeks of six regions, in the last of which tv was off in two of them."""
    rng, told = np.random.default_rng(3), []
    common = 1.0 + 0.1 * np.sin(np.arange(WEEKS) / 9.0)
    for number, geo in enumerate(GEOS):
        treated = geo in ("north", "south")
        sold = 20.0 * (number + 1) * common * np.exp(rng.normal(0.0, 0.02, WEEKS))
        spend = np.full(WEEKS, 4.0)
        if treated:
            sold[-TEST:] *= 1.0 + lift
            spend[-TEST:] = 0.0
        told += [
            {
                "week": str(MONDAY + timedelta(weeks=k)),
                "region": geo,
                "sales": round(float(sold[k]), 3),
                "tv": float(spend[k]),
            }
            for k in range(WEEKS)
        ]
    return told


def table(**fields) -> dict:
    return {
        "data": {"rows": weekly_rows()},
        "date": "week",
        "geo": "region",
        "kpi": "sales",
        "spend": "tv",
    } | fields


def created(client, model_id: str, **fields) -> str:
    answer = client.post("/v1/experiments", json=planned(model_id, **fields))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def act(client, experiment_id: str, action: str, **kwargs):
    return client.post(f"/v1/experiments/{experiment_id}:{action}", **kwargs)


def test_from_a_draft_to_a_lift_test_that_a_fit_refers_to(client, model_id) -> None:
    name = created(client, model_id)
    draft = client.get(f"/v1/experiments/{name}").json()
    assert (draft["status"], draft["reading"], draft["lift_test"]) == ("draft", None, None)
    assert draft["ends"] == str(MONDAY + timedelta(weeks=WEEKS) - timedelta(days=1))
    assert act(client, name, "start").json()["status"] == "running"
    read = act(client, name, "read", json=table())
    assert read.status_code == 200, read.text
    found = read.json()
    assert found["status"] == "read"
    assert found["reading"]["lift"]["p2_5"] < -0.1 < found["reading"]["lift"]["p97_5"]
    made = found["lift_test"]
    assert made["test"]["channel"] == "tv"
    assert made["test"]["treated_share"] == pytest.approx(4.0 / 21.0, abs=0.01)
    assert made["test"]["result"]["lift"] == pytest.approx(
        found["reading"]["incremental"]["p50"], rel=1e-6
    )
    assert "another season" in made["transport_source"]
    assert re.match(r"measured -\d\d\.\d with a standard error of \d\.\d\d: ", made["told"])
    used = act(client, name, "use").json()
    assert used["status"] == "used"
    registered = client.get(f"/v1/lift-tests/{used['lift_test_id']}").json()
    assert LiftTest.model_validate(registered["test"]) == LiftTest.model_validate(made["test"])
    again = fitted_model(client, TRUSTED, model={**RICH, "lift_tests": [used["lift_test_id"]]})
    assert client.get(f"/v1/models/{again}").status_code == 200
    listed = client.get("/v1/experiments").json()["items"]
    assert (name, "used") in [(each["id"], each["status"]) for each in listed]
    assert client.delete(f"/v1/experiments/{name}").status_code == 204
    assert client.get(f"/v1/lift-tests/{used['lift_test_id']}").status_code == 200


def test_a_running_test_is_not_read_before_it_is_over(client, model_id) -> None:
    name = created(
        client, model_id, start=str(datetime.now(UTC).date() - timedelta(weeks=2)), cooldown=2
    )
    act(client, name, "start")
    assert_problem(act(client, name, "read", json=table()), 409, "wrong_status")
    assert client.get(f"/v1/experiments/{name}").json()["status"] == "running"
    client.delete(f"/v1/experiments/{name}")


def test_each_step_needs_the_one_before(client, model_id) -> None:
    name = created(client, model_id)
    assert_problem(act(client, name, "read", json=table()), 409, "wrong_status")
    assert_problem(act(client, name, "use"), 409, "wrong_status")
    act(client, name, "start")
    assert_problem(act(client, name, "start"), 409, "wrong_status")
    assert_problem(act(client, name, "use"), 409, "wrong_status")
    client.delete(f"/v1/experiments/{name}")
    assert_problem(act(client, name, "start"), 404, "not_found")


def test_a_plan_holds_the_channel_of_a_running_test(client, model_id) -> None:
    def moved() -> tuple[set[str], str]:
        body = {"horizon": HORIZON, "budget": {"change": 0.0}}
        answer = client.post(f"/v1/models/{model_id}/allocate", json=body).json()
        moves = answer["moves"]
        reasons = [e["why"] for e in (*moves["hold"], *moves["test_first"]) if e["channel"] == "tv"]
        return {move["channel"] for move in moves["do_now"]}, " ".join(reasons)

    name = created(client, model_id, start=HORIZON["start"])
    draft = moved()
    assert "A test of it runs until" not in draft[1]
    act(client, name, "start")
    channels, why = moved()
    assert "tv" not in channels
    assert "A test of it runs until" in why
    saved = {
        "name": "while it runs",
        "model_id": model_id,
        "allocate": {"horizon": HORIZON, "budget": {"change": 0.0}},
    }
    kept = client.post("/v1/scenarios", json=saved).json()["answer"]["moves"]
    assert "tv" not in {move["channel"] for move in kept["do_now"]}
    client.delete(f"/v1/experiments/{name}")
    assert moved() == draft


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("frontier", {"budget": {"total": 500}, "totals": [500, 600]}),
        ("plan-odds", {"plan": dict.fromkeys(("tv", "search", "radio", "mail"), 100.0)}),
    ],
)
def test_an_answer_without_moves_takes_no_channels_under_test(
    client, model_id, question, asked
) -> None:
    body = {"horizon": HORIZON, **asked, "under_test": {"tv": HORIZON["start"]}}
    answer = client.post(f"/v1/models/{model_id}/{question}", json=body)
    assert answer.status_code == 422
    assert "under_test" in answer.text


def test_what_cannot_be_read_changes_nothing(client, model_id) -> None:
    name = created(client, model_id)
    act(client, name, "start")
    same = [row | {"tv": 4.0} for row in weekly_rows()]
    answer = act(client, name, "read", json=table(data={"rows": same}))
    assert answer.status_code == 422
    assert client.get(f"/v1/experiments/{name}").json()["status"] == "running"
    client.delete(f"/v1/experiments/{name}")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"channel": "vt"}, "is not a channel"),
        ({"treated": []}, "at least 1"),
        ({"treated": ["north", "north"]}, "named twice"),
        ({"weeks": 0}, "weeks"),
        ({"change": {"scale": 1.0}}, "changes nothing"),
        ({"model_id": "mdl_none"}, "mdl_none"),
    ],
)
def test_a_test_that_cannot_be_planned_is_refused(client, model_id, fields, told) -> None:
    answer = client.post("/v1/experiments", json=planned(model_id) | fields)
    assert answer.status_code in (404, 422)
    assert told in answer.text
