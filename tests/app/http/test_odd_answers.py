"""Answers that are not finite, and cells that a workbook cannot hold as they are."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from app.db.models import ScenarioRow
from app.services.projects.scenario_export import scenario_table
from mmm.posterior.fitted import save_model
from mmm.tables.formats import XLSX
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.http.test_question_contract import WINDOW
from tests.app.running import ServiceProcess, fitted_model
from tests.mmm.fakes import RICH, fake_model


@pytest.fixture(scope="module")
def logged(tmp_path_factory) -> Iterator[httpx.Client]:
    """A service whose model adds on the log scale, where a far world has no finite sales.

    It is a process of its own: there, as with users, NumPy's warnings are no errors.
    """
    folder = tmp_path_factory.mktemp("logged")
    save_model(fake_model({**RICH, "link": "log"}), folder / "trusted.nc")
    service = ServiceProcess(folder / "data", folder)
    yield service.client
    service.close()


@pytest.fixture(scope="module")
def model_id(logged) -> str:
    return fitted_model(logged, TRUSTED, model={**RICH, "link": "log"})


def test_a_world_without_finite_sales_names_its_cause(logged, model_id) -> None:
    """Sales double with every few units of demand: with a million units no float holds them."""
    body: dict[str, Any] = {"window": WINDOW, "do": [{"variable": "demand", "set": 1e6}]}
    answer = logged.post(f"/v1/models/{model_id}/counterfactual", json=body)
    document = assert_problem(answer, 422, "invalid_query", "/do/0")
    assert "that were seen" in document["detail"]
    saved = {"name": "far", "model_id": model_id, "counterfactual": body}
    assert_problem(logged.post("/v1/scenarios", json=saved), 422, "invalid_query")
    assert logged.get("/v1/scenarios").json()["items"] == []
    far = {"assume": [{"variable": "demand", "set": 1e6}]}
    plan = {"horizon": HORIZON, "budget": {"total": 1000}, **far}
    answer = logged.post(f"/v1/models/{model_id}/allocate", json=plan)
    assert_problem(answer, 422, "invalid_query", "/assume/0")
    prefer = {"Prefer": "Respond-Async, Wait=30"}
    queued = logged.post(f"/v1/models/{model_id}/allocate", json=plan, headers=prefer)
    assert_problem(queued, 422, "invalid_query", "/assume/0")
    near = {**body, "do": [{"variable": "demand", "set": 0.1}]}
    assert logged.post(f"/v1/models/{model_id}/counterfactual", json=near).status_code == 200


def test_interventions_that_together_leave_all_numbers_name_the_one_that_does(
    logged, model_id
) -> None:
    do = [{"variable": "price", "scale": 1e9}] * 40
    answer = logged.post(f"/v1/models/{model_id}/counterfactual", json={"window": WINDOW, "do": do})
    document = assert_problem(answer, 422, "invalid_query")
    assert document["errors"][0]["pointer"] == "/do/34"  # 10 * 1e9**34 is beyond 1e308


def test_a_name_from_before_control_characters_were_refused_is_exported() -> None:
    interval = dict.fromkeys(("mean", "p5", "p50", "p95"), 1.0)
    spend = {"week": "2024-01-01", "spend": {"t\x07v": 5.0, "=1+1": 1.0}}
    channels = [{"name": "t\x07v", "marginal_roi": interval}]
    places = {"by_geo": [{"geo": "a"}], "by_week_and_geo": [], "by_week": [spend]}
    figures = ("outcome", "gain", "versus_current", "versus_proportional")
    answer = {**dict.fromkeys(figures, interval), "plan": {**places, "channels": channels},
              "warnings": ["t\x07v is far"]}  # fmt: skip
    row = ScenarioRow(name="x", question="allocate", answer=answer)
    book = load_workbook(io.BytesIO(scenario_table(row, XLSX)))
    assert [line[2] for line in book["plan"].values] == ["channel", "t\\x07v", "'=1+1"]
    assert [line[0] for line in book["warnings"].values] == ["warning", "t\\x07v is far"]
