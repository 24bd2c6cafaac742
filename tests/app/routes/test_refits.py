"""Refits over HTTP: new weeks make the next model, the past is held fast, what moved is told."""

import pandas as pd
import pytest

from mmm.data.scales import DEFAULTS
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model, wait_for
from tests.mmm.fakes import RICH
from tests.mmm.refit.test_append_weeks import whole

NEW = 4


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def rows_of(frame: pd.DataFrame) -> list[dict]:
    kept = frame.drop(columns=["awareness", "region", "people"])
    found: list[dict] = kept.to_dict("records")
    return found


def new_rows() -> list[dict]:
    return rows_of(whole())[-NEW:]


def refit(client, model_id: str, rows: list[dict], **changes):
    body = {"data": {"rows": rows}, **changes}
    return client.post(f"/v1/models/{model_id}/refit", json=body)


def test_new_weeks_make_a_model_that_names_its_base_and_what_moved(client, model_id) -> None:
    answer = refit(client, model_id, new_rows(), name="next week")
    assert answer.status_code == 202, answer.text
    assert answer.json()["kind"] == "refit"
    done = wait_for(client, answer.json()["id"])
    assert done["status"] == "succeeded", done["error"]
    new_id, report = done["result"]["model_id"], done["result"]["stability"]
    model = client.get(f"/v1/models/{new_id}").json()
    assert model["defaults"] == {"generation": DEFAULTS, "current": DEFAULTS}
    assert (model["base_model_id"], model["name"]) == (model_id, "next week")
    assert model["data"]["weeks"] == 60 + NEW
    assert client.get(f"/v1/models/{new_id}/stability").json() == report
    assert len(report["new_weeks"]) == NEW
    assert {item["name"] for item in report["moved"] if item["kind"] == "contribution"} == {
        "tv", "search", "radio", "mail"
    }  # fmt: skip
    assert report["restated_count"] == 0
    # The fake learns nothing: the same draws say the same of the weeks that both have seen.
    assert all(abs(item["in_sd"]) < 1e-9 for item in report["moved"])


def test_a_stored_table_of_all_weeks_serves_as_well(client, model_id) -> None:
    content = whole().to_csv(index=False)
    headers = {"Content-Type": "text/csv"}
    dataset = client.post("/v1/datasets", content=content, headers=headers).json()["id"]
    body = {"data": {"dataset_id": dataset}}
    answer = client.post(f"/v1/models/{model_id}/refit", json=body, headers={"Prefer": "wait=40"})
    assert answer.json()["status"] == "succeeded", answer.json()["error"]


def test_a_restated_past_is_refused_by_numbers_and_taken_if_accepted(client, model_id) -> None:
    rows = rows_of(whole())
    old = rows[3]["tv_spend"]
    rows[3]["tv_spend"] = old + 7.0
    problem = assert_problem(
        refit(client, model_id, rows), 422, "invalid_data", "/data/rows/3/tv_spend"
    )
    detail = problem["errors"][0]["detail"]
    assert f"{old:.12g}" in detail
    assert f"{old + 7.0:.12g}" in detail
    done = wait_for(client, refit(client, model_id, rows, restated="accept").json()["id"])
    report = done["result"]["stability"]
    assert [cell["column"] for cell in report["restated"]] == ["tv_spend"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"data": {"rows": rows_of(whole())[:60]}}, "invalid_request", "/data"),
        ({"data": {"rows": new_rows()[1:]}}, "invalid_data", "/model/date"),
        ({"data": {}}, "validation", "/data"),
        ({"data": {"rows": [{"week": "2023-02-27"}]}}, "invalid_data", "/model/kpi/column"),
        ({"sampling": {"draws": 20000, "chains": 16}}, "invalid_request", "/sampling"),
        ({"sampling": {"draws": 10000, "tune": 500, "chains": 8}}, "invalid_request", "/sampling"),
        ({"restated": "hide"}, "validation", "/restated"),
        ({"model": {**RICH, "kpi": {"column": "orders"}}}, "invalid_spec", "/model/kpi/column"),
    ],
)
def test_a_refit_that_cannot_be_is_refused_before_it_is_queued(
    client, model_id, change, code, pointer
) -> None:
    body = {"data": {"rows": new_rows()}, **change}
    answer = client.post(f"/v1/models/{model_id}/refit", json=body)
    assert_problem(answer, 422, code, pointer)


def test_what_is_not_there_is_404(client, model_id) -> None:
    assert_problem(refit(client, "mdl_none", new_rows()), 404, "not_found")
    assert_problem(client.get(f"/v1/models/{model_id}/stability"), 404, "not_found")
    missing = {"data": {"dataset_id": "ds_none"}}
    assert_problem(client.post(f"/v1/models/{model_id}/refit", json=missing), 404, "not_found")
