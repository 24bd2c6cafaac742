"""The first look of a fit: read while it runs, decided on by nobody, gone with its end."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.db.artefact_keys import all_referenced
from app.db.database import open_database
from app.settings import Settings
from tests.app.fake_fit import HELD, NO_LOOK, NOTE, RAISES, SLOW, TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.looks import look_of, with_looks
from tests.app.routes.test_refits import new_rows
from tests.app.running import fake_service, fitted_model, operation, start_fit, wait_for

HORIZON = {"start": "2023-02-27", "weeks": 4}
WINDOW = {"start": "2022-11-07", "end": "2023-01-30"}
CHANNELS = ("tv", "search", "radio", "mail")


@pytest.fixture(scope="module")
def folder(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_looks(models, tmp_path_factory.mktemp("looks") / "models")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = tmp_path_factory.mktemp("service")
    return found


@pytest.fixture(scope="module")
def client(folder, data_dir) -> Iterator[httpx.Client]:
    with fake_service(data_dir, folder, fit_workers=2, second_models=False) as client:
        yield client


@pytest.fixture(scope="module")
def running(client, folder) -> Iterator[tuple[str, str]]:
    """A fit that goes on, and its first look."""
    operation_id = start_fit(client, HELD)
    yield operation_id, look_of(client, operation_id)
    (folder / "let-go").touch()


def test_a_look_is_marked_as_what_it_is(client, running) -> None:
    operation_id, look = running
    document = client.get(f"/v1/models/{look}").raise_for_status().json()
    assert document["id"] == look
    assert look.startswith("look_")
    assert document["first_look_of"] == operation_id
    assert document["evidence"] is None
    assert document["second_model"] is None
    assert document["method"]["draft"] is True
    assert document["verdict"]["status"] == "caution"
    assert operation(client, operation_id)["first_look"] == {"model_id": look, "note": None}


@pytest.mark.parametrize("what", ["contributions", "curves", "weeks", "graph"])
def test_a_look_can_be_read(client, running, what) -> None:
    answer = client.get(f"/v1/models/{running[1]}/{what}").raise_for_status().json()
    assert answer["draft"] is True


DECISIONS: dict[str, dict[str, object]] = {
    "allocate": {"horizon": HORIZON, "budget": {"total": 300.0}},
    "frontier": {"horizon": HORIZON, "budget": {"total": 300.0}, "totals": [300.0, 400.0]},
    "evaluate-plan": {"horizon": HORIZON, "plan": dict.fromkeys(CHANNELS, 9.0)},
    "plan-odds": {"horizon": HORIZON, "plan": dict.fromkeys(CHANNELS, 9.0)},
    "counterfactual": {"window": WINDOW, "do": [{"variable": "price", "scale": 1.03}]},
}


def refused(answer: httpx.Response) -> None:
    assert_problem(answer, 409, "draft")
    assert answer.json()["type"] == "urn:prudent:problem:draft"
    assert "Wait for the fit" in answer.json()["detail"]


@pytest.mark.parametrize("accept", [False, True])
@pytest.mark.parametrize("name", DECISIONS)
def test_nothing_is_decided_on_a_look_whatever_is_accepted(client, running, name, accept) -> None:
    body = DECISIONS[name] | {"accept_rejected": accept}
    refused(client.post(f"/v1/models/{running[1]}/{name}", json=body))


def test_no_other_way_leads_to_a_decision(client, running) -> None:
    look = running[1]
    queued = {"Prefer": "respond-async"}
    refused(client.post(f"/v1/models/{look}/allocate", json=DECISIONS["allocate"], headers=queued))
    refused(client.get(f"/v1/models/{look}/report"))
    refused(client.post(f"/v1/models/{look}/refit", json={"data": {"rows": new_rows()}}))
    asked = {"name": "x", "model_id": look, "allocate": DECISIONS["allocate"]}
    refused(client.post("/v1/scenarios", json=asked))
    project = client.post("/v1/projects", json={"name": "looks"}).raise_for_status().json()["id"]
    body = {"model_id": look, "accept_rejected": True}
    refused(client.post(f"/v1/projects/{project}/champion", json=body))
    plan = {"name": "x", "model_id": look, "allocate": DECISIONS["allocate"]}
    refused(client.post(f"/v1/projects/{project}/plans", json=plan))


def test_no_list_of_models_has_it(client, running) -> None:
    listed = client.get("/v1/models").raise_for_status().json()["items"]
    assert running[1] not in [model["id"] for model in listed]


def test_the_fit_replaces_it_and_says_what_changed(client, running, folder) -> None:
    """The last of those that share the running fit."""
    operation_id, look = running
    (folder / "let-go").touch()
    done = wait_for(client, operation_id)
    (folder / "let-go").unlink()
    assert done["first_look"] is None
    change = done["result"]["first_look"]
    assert change["summary"].startswith("The return of tv moved outside the first look's interval")
    assert {row["name"]: row["outside"] for row in change["channels"]} == {
        name: name == "tv" for name in CHANNELS
    }
    assert_problem(client.get(f"/v1/models/{look}"), 404, "not_found")
    model = client.get(f"/v1/models/{done['result']['model_id']}").raise_for_status().json()
    assert model["first_look_of"] is None
    assert model["evidence"] is not None


def test_a_cancelled_fit_takes_its_look_and_its_files_along(client, data_dir) -> None:
    operation_id = start_fit(client, SLOW)
    look = look_of(client, operation_id)
    database = open_database(Settings(data_dir=data_dir).resolved_database_url)
    with database.read() as session:
        kept = all_referenced(session)
    client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
    assert wait_for(client, operation_id)["first_look"] is None
    assert_problem(client.get(f"/v1/models/{look}/contributions"), 404, "not_found")
    with database.read() as session:
        assert len(all_referenced(session)) < len(kept)
    database.close()


def test_a_fit_that_fails_takes_its_look_along(client) -> None:
    operation_id = start_fit(client, RAISES)
    assert wait_for(client, operation_id)["status"] == "failed"
    look = f"look_{operation_id.partition('_')[2]}"
    assert_problem(client.get(f"/v1/models/{look}"), 404, "not_found")


def test_a_fit_without_a_look_says_why_and_goes_on(client) -> None:
    operation_id = start_fit(client, NO_LOOK)
    done = wait_for(client, operation_id)
    assert done["status"] == "succeeded"
    assert done["first_look"] == {"model_id": None, "note": NOTE}
    assert "first_look" not in done["result"]


def test_a_refit_has_none(client) -> None:
    model_id = fitted_model(client, TRUSTED)
    body = {"data": {"rows": new_rows()}}
    asked = client.post(f"/v1/models/{model_id}/refit", json=body).raise_for_status().json()
    done = wait_for(client, asked["id"])
    assert done["status"] == "succeeded", done["error"]
    assert "first_look" not in done["result"]


def test_a_look_that_was_deleted_costs_the_fit_nothing(client, folder) -> None:
    operation_id = start_fit(client, HELD)
    look = look_of(client, operation_id)
    assert client.delete(f"/v1/models/{look}").status_code == 204
    assert_problem(client.get(f"/v1/models/{look}"), 404, "not_found")
    (folder / "let-go").touch()
    done = wait_for(client, operation_id)
    (folder / "let-go").unlink()
    assert done["status"] == "succeeded"
