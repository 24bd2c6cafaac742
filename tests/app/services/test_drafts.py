"""A draft says so in every answer: over HTTP, on the command line and in the report."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.report import NoPlan, render
from mmm.posterior.fitted import FittedModel, Method, save_model
from mmm.posterior.verdict import DRAFT_NOTE, judge
from mmm.posterior.verdict_limits import CHAIN_RULES, DRAFT, RULES
from mmm.spec.sampling import SamplingSpec
from tests.app.console.test_cli import prudent
from tests.app.fake_fit import SLOW
from tests.app.http.test_contract import assert_problem
from tests.app.running import fake_service, fit_body, fitted_model, start_fit, wait_for
from tests.mmm.fakes import fake_model

WINDOW = {"start": "2022-11-07", "end": "2023-01-30"}


@pytest.fixture(scope="module")
def draft() -> FittedModel:
    values = {rule.name: rule.caution for rule in RULES if rule not in CHAIN_RULES}
    verdict = judge({**values, DRAFT: 1.0, "pareto_k": 0.5})
    method = Method("laplace", "0", "collapsed", SamplingSpec(method="laplace"), 1.0)
    return replace(fake_model(), verdict=verdict, method=method, notes=(DRAFT_NOTE,))


@pytest.fixture(scope="module")
def folder(draft, tmp_path_factory) -> Path:
    """A folder whose model, in the place of a trusted one, is a draft."""
    folder: Path = tmp_path_factory.mktemp("draft")
    save_model(draft, folder / "trusted.nc")
    return folder


@pytest.fixture(scope="module")
def client(folder, tmp_path_factory):
    with fake_service(tmp_path_factory.mktemp("service"), folder) as running:
        yield running


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client)


def test_the_model_is_a_draft_that_needs_caution(client, model_id) -> None:
    document = client.get(f"/v1/models/{model_id}").raise_for_status().json()
    assert document["method"]["draft"] is True
    assert document["method"]["sampler"] == "laplace"
    assert document["verdict"]["status"] == "caution"
    failing = [check for check in document["verdict"]["checks"] if not check["passed"]]
    assert [check["name"] for check in failing] == ["draft"]
    assert "DRAFT" in failing[0]["message"]
    assert "nuts" in failing[0]["advice"]
    assert document["notes"] == [DRAFT_NOTE]


@pytest.mark.parametrize("what", ["contributions", "curves", "graph"])
def test_readings_say_so(client, model_id, what) -> None:
    document = client.get(f"/v1/models/{model_id}/{what}").raise_for_status().json()
    assert (document["verdict"], document["draft"]) == ("caution", True)


def test_answers_warn_first(client, model_id, draft) -> None:
    horizon = {"start": (draft.panel.weeks[-1] + timedelta(weeks=1)).isoformat(), "weeks": 4}
    questions = {
        "counterfactual": {"window": WINDOW, "do": [{"variable": "price", "scale": 1.03}]},
        "allocate": {"horizon": horizon, "budget": {"total": 300.0}},
        "evaluate-plan": {"horizon": horizon, "plan": dict.fromkeys(draft.structure.channels, 9.0)},
    }
    for name, body in questions.items():
        answer = client.post(f"/v1/models/{model_id}/{name}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["warnings"][0] == DRAFT_NOTE, name


def test_a_frontier_warns_first(client, model_id, draft) -> None:
    horizon = {"start": (draft.panel.weeks[-1] + timedelta(weeks=1)).isoformat(), "weeks": 4}
    body = {"horizon": horizon, "budget": {"total": 300.0}, "totals": [300.0, 400.0]}
    asked = client.post(f"/v1/models/{model_id}/frontier", json=body)
    assert asked.status_code == 202, asked.text
    ended = wait_for(client, asked.json()["id"])
    assert ended["status"] == "succeeded", ended["error"]
    assert ended["result"]["frontier"]["warnings"][0] == DRAFT_NOTE


def test_every_line_that_is_handed_on_says_so(client, model_id) -> None:
    csv_wanted = {"Accept": "text/csv"}
    table = client.get(f"/v1/models/{model_id}/contributions", headers=csv_wanted).text
    rows = [*csv.DictReader(io.StringIO(table))]
    assert {(row["verdict"], row["draft"]) for row in rows} == {("caution", "draft")}
    asked = {"window": WINDOW, "do": [{"variable": "price", "scale": 1.03}]}
    body = {"name": "dearer", "model_id": model_id, "counterfactual": asked}
    saved = client.post("/v1/scenarios", json=body).raise_for_status().json()
    export = f"/v1/scenarios/{saved['id']}/export"
    rows = [*csv.DictReader(io.StringIO(client.get(export).text))]
    assert {row["warning"] for row in rows} == {DRAFT_NOTE}
    content = client.get(export, params={"format": "xlsx"}).content
    told = [row[0] for row in load_workbook(io.BytesIO(content))["warnings"].values]
    assert told[1] == DRAFT_NOTE


def test_a_draft_is_made_no_champion(client, model_id) -> None:
    project = client.post("/v1/projects", json={"name": "retail"}).raise_for_status().json()["id"]
    body = {"model_id": model_id, "accept_rejected": True}
    refused = client.post(f"/v1/projects/{project}/champion", json=body)
    assert_problem(refused, 422, "invalid_request")
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/model_id", "draft")
    assert "nuts" in error["detail"]
    assert client.get(f"/v1/projects/{project}").json()["champion"] is None


@pytest.mark.parametrize(
    ("sampling", "reason"),
    [({"method": "pathfinder"}, "pathfinder"), ({"backend": "jax"}, "'jax'")],
    ids=["draft", "jax"],
)
def test_what_is_made_in_one_piece_is_not_stopped_and_says_why(client, sampling, reason) -> None:
    operation_id = start_fit(client, sampling={"seed": SLOW, "draws": 50, **sampling})
    wait_for(client, operation_id, "running")
    refused = client.post(f"/v1/operations/{operation_id}:stop")
    assert_problem(refused, 409, "nothing_to_keep")
    assert reason in refused.json()["detail"]
    assert "cancel it" in refused.json()["detail"]
    assert client.post(f"/v1/operations/{operation_id}:cancel").status_code == 200


def test_the_report_says_so_on_top(client, model_id, draft) -> None:
    page = client.get(f"/v1/models/{model_id}/report").raise_for_status().text
    assert page.index("<h1>Draft: ") < page.index("A draft: every number here is approximate")
    assert page.index("A draft: ") < page.index("What to do, and how sure")
    assert page.count("DRAFT: these numbers") >= 2
    assert "draft" not in render(fake_model(), NoPlan("No plan was asked for.")).lower()


@pytest.mark.parametrize(
    "command",
    [
        ("contributions", "trusted.nc", "--json"),
        ("graph", "trusted.nc"),
        ("allocate", "trusted.nc", "--weeks", 4),
    ],
    ids=lambda command: command[0],
)
def test_the_command_line_says_so(folder, command) -> None:
    found = prudent(*command, folder=folder)
    assert found.returncode == 0, found.stderr
    assert "DRAFT" in found.stderr


@pytest.mark.parametrize(
    ("sampling", "pointer"),
    [({"method": "vi"}, "/sampling/method"), ({"method": None}, "/sampling/method")],
)
def test_an_unknown_method_is_refused(client, sampling, pointer) -> None:
    answer = client.post("/v1/fit", json=fit_body(sampling=sampling))
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["pointer"] == pointer
    assert "'laplace'" in error["detail"]
