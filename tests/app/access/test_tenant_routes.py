"""No route tells one tenant of another's things: the whole application is walked.

A route that is new fails here until it is covered: by an id of what it is about, or by a request
that names a foreign thing.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.main import create_app
from app.settings import Settings
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON
from tests.app.keyed import KeyedService, bearer, keyed_service
from tests.app.routes.test_experiments import planned
from tests.app.routes.test_lift_register import TEST
from tests.app.routes.test_refits import new_rows
from tests.app.running import fit_body, start_fit, wait_for
from tests.mmm.fakes import RICH

TABLE = b"week,sales,tv\n2024-01-01,1200,300\n2024-01-08,1310,0\n"
PLAN = {"horizon": HORIZON, "budget": {"total": 1000}, "stay": False}


def walked() -> list[tuple[str, str]]:
    """Every (method, path) of the application under /v1."""
    routes = create_app(Settings(data_dir=Path("nowhere"))).routes
    contexts = iter_route_contexts(routes)
    return sorted(
        (method, context.path.replace(":plain}", "}"))
        for context in contexts
        if isinstance(context.original_route, APIRoute) and context.path
        for method in context.methods or ()
        if context.path.startswith("/v1/")
    )


ROUTES = walked()
ABOUT_ONE = [(method, path) for method, path in ROUTES if "{" in path]
LISTS = [
    path
    for method, path in ROUTES
    if method == "GET" and "{" not in path and path not in {"/v1/scenarios/compare"}
]
NAMING = {
    ("POST", "/v1/fit"): lambda ids: fit_body(data={"dataset_id": ids["dataset_id"]}),
    ("POST", "/v1/simulate"): lambda ids: {
        "data": {"dataset_id": ids["dataset_id"]},
        "model": RICH,
    },
    ("POST", "/v1/scenarios"): lambda ids: {
        "name": "x",
        "model_id": ids["model_id"],
        "allocate": PLAN,
    },
    ("POST", "/v1/experiments"): lambda ids: planned(ids["model_id"]),
    ("POST", "/v1/experiments:design"): lambda ids: {
        "model_id": ids["model_id"],
        "channel": "tv",
        "change": {"scale": 0.0},
    },
    ("POST", "/v1/experiments:read"): lambda ids: {
        **dict.fromkeys(("date", "geo", "kpi"), "x"),
        "data": {"dataset_id": ids["dataset_id"]},
        "treated": ["x"],
        "window": {"start": "2024-01-01", "end": "2024-01-08"},
    },
    ("POST", "/v1/compare"): lambda ids: {"model_id": ids["model_id"]},
    ("GET", "/v1/scenarios/compare"): lambda ids: {"id": [ids["scenario_id"]]},
}
"""Requests that name a thing elsewhere than in the path."""

NAMING_NOTHING = {
    ("POST", path) for path in ("/v1/datasets", "/v1/lift-tests", "/v1/keys", "/v1/projects")
}
"""These only make something new."""


@pytest.fixture(scope="module")
def service(tmp_path_factory, models) -> Iterator[KeyedService]:
    with keyed_service(tmp_path_factory.mktemp("tenants"), models) as running:
        yield running


@pytest.fixture(scope="module")
def us(service) -> Iterator[httpx.Client]:
    with service.of("us") as client:
        yield client


@pytest.fixture(scope="module")
def them(service) -> Iterator[httpx.Client]:
    with service.of("them") as client:
        yield client


@pytest.fixture(scope="module")
def ids(us) -> dict[str, str]:
    """One thing of ours for every name that a path may hold."""
    done = wait_for(us, start_fit(us, TRUSTED))
    model_id = done["result"]["model_id"]
    scenario = {"name": "x", "model_id": model_id, "allocate": PLAN}
    as_csv = {"Content-Type": "text/csv"}
    project_id = made(us.post("/v1/projects", json={"name": "x"}))["id"]
    plan = {"name": "x", "model_id": model_id, "allocate": PLAN}
    plan_id = made(us.post(f"/v1/projects/{project_id}/plans", json=plan))["id"]
    later = {"data": {"rows": new_rows()}}
    made(us.post(f"/v1/projects/{project_id}/actuals", json=later))
    refitted = wait_for(us, us.post(f"/v1/models/{model_id}/refit", json=later).json()["id"])
    scenario_id = made(us.post("/v1/scenarios", json=scenario))["id"]
    return {
        "project_id": project_id,
        "plan_id": plan_id,
        "dataset_id": made(us.post("/v1/datasets", content=TABLE, headers=as_csv))["id"],
        "test_id": made(us.post("/v1/lift-tests", json={"tests": [TEST]}))["items"][0]["id"],
        "operation_id": done["id"],
        "model_id": refitted["result"]["model_id"],
        "scenario_id": scenario_id,
        "experiment_id": made(us.post("/v1/experiments", json=planned(model_id)))["id"],
        "share_id": made(us.post(f"/v1/scenarios/{scenario_id}/shares", json={}))["id"],
        "key_id": made(us.post("/v1/keys", json={"name": "x"}))["id"],
    }


REQUIRED = {"/v1/models/{model_id}/why": "?channel=tv"}
"""What a call needs beside its path."""


def place_of(path: str, ids: dict[str, str]) -> str:
    """A route's path with our ids; a name in it may have a rule of its own (``{id:rule}``)."""
    found = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: ids[found[1]], path)
    return found + REQUIRED.get(path, "")


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    document: dict[str, Any] = response.json()
    return document


def test_tenant_walk_covers_every_route() -> None:
    assert len(ABOUT_ONE) > 20
    covered = {*ABOUT_ONE, *NAMING, *NAMING_NOTHING, *(("GET", path) for path in LISTS)}
    assert set(ROUTES) - covered == set()


@pytest.fixture(scope="module")
def reader(service) -> str:
    return str(service.key("read", "us"))


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_tenant_needs_a_credential_and_its_scope_on_every_route(
    service, reader, ids, method, path
) -> None:
    place = place_of(path, ids)
    nobody = service.client.request(method, place, content=b"{")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    if needed(method, path) != "read":
        lesser = service.client.request(method, place, content=b"{", headers=bearer(reader))
        assert (lesser.status_code, lesser.json()["code"]) == (403, "missing_scope")


NOT_OURS = {"/v1/models/{model_id}/truth", "/v1/models/{model_id}/trust"}
"""What a model of real data, or one that was not tested, does not have."""


def needed(method: str, path: str) -> str:
    """The scope that a call should need, told from what it is about."""
    if path.startswith(("/v1/keys", "/v1/audit")):
        return "admin"
    questions = ("/counterfactual", "/allocate", "/evaluate-plan", "/plan-odds", ":draft")
    asks = path.endswith(questions) or path == "/v1/experiments:read"
    return "read" if method == "GET" or asks else "write"


@pytest.mark.parametrize(("method", "path"), ABOUT_ONE)
def test_tenant_gets_404_for_what_is_foreign(us, them, ids, method, path) -> None:
    place = place_of(path, ids)
    body: dict[str, Any] = {"json": {}} if method in {"POST", "PUT", "PATCH"} else {}
    foreign = them.request(method, place, **body)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found"), foreign.text
    assert foreign.json()["detail"] == them.request(method, place, **body).json()["detail"]
    if method == "GET":
        with us.stream("GET", place) as own:
            assert own.status_code == (404 if path in NOT_OURS else 200)


@pytest.mark.parametrize("path", LISTS)
def test_tenant_lists_hold_nothing_foreign(us, them, ids, path) -> None:
    ours = {item["id"] for item in us.get(path).raise_for_status().json()["items"]}
    theirs = {item["id"] for item in them.get(path).raise_for_status().json()["items"]}
    assert ours
    assert not ours & theirs


@pytest.mark.parametrize("call", NAMING)
def test_tenant_gets_404_for_a_request_that_names_what_is_foreign(them, ids, call) -> None:
    method, path = call
    where = "params" if method == "GET" else "json"
    answer = them.request(method, path, **{where: NAMING[call](ids)})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text


def test_tenant_cannot_fit_with_a_foreign_lift_test(them, ids) -> None:
    model = {**RICH, "lift_tests": [ids["test_id"]]}
    answer = them.post("/v1/fit", json=fit_body(model=model))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_lift_test"


def test_tenant_cannot_draw_foreign_things_into_its_own(them, ids) -> None:
    project = made(them.post("/v1/projects", json={"name": "theirs"}))["id"]
    model = wait_for(them, start_fit(them, TRUSTED))["result"]["model_id"]
    model_id, data = {"model_id": ids["model_id"]}, {"data": {"dataset_id": ids["dataset_id"]}}
    promote = them.post(f"/v1/projects/{project}/champion", json=model_id)
    refit = them.post(f"/v1/models/{model}/refit", json=data)
    for answer in (promote, refit):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text


def test_tenant_keeps_its_things_when_another_deletes_equal_ones(us, them, ids) -> None:
    as_csv = {"Content-Type": "text/csv"}
    theirs = made(them.post("/v1/datasets", content=TABLE, headers=as_csv))["id"]
    assert them.delete(f"/v1/datasets/{theirs}").status_code == 204
    model = {"kpi": {"column": "sales", "kind": "revenue"}, "date": "week", "channels": ["tv"]}
    body = {"data": {"dataset_id": ids["dataset_id"]}, "model": model}
    answer = us.post("/v1/fit", params={"validate_only": True}, json=body)
    assert answer.json()["code"] != "artefact_corrupt"


def test_tenant_is_never_taken_from_a_request(us, ids) -> None:
    for forged in ({"X-Tenant": "them"}, {"Tenant": "them"}):
        assert us.get(f"/v1/models/{ids['model_id']}", headers=forged).status_code == 200
    assert us.get("/v1/models", params={"tenant": "them"}).status_code == 422
