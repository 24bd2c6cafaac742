"""The path over HTTP with a fit that fits nothing: every resource, from its birth to its end."""

import csv
import io
import json

import pytest
import xarray as xr

from tests.app.fake_fit import REJECTED, SLOW, TRUSTED
from tests.app.running import fit_body, fitted_model, rows, start_fit, wait_for, wait_until
from tests.mmm.fakes import table

HORIZON = {"start": "2023-02-27", "weeks": 13}
WINDOW = {"start": "2022-06-06", "end": "2022-08-29"}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


@pytest.fixture(scope="module")
def rejected_id(client) -> str:
    return fitted_model(client, REJECTED)


def test_a_dataset_is_profiled_listed_and_deleted(client) -> None:
    content = table().to_csv(index=False)
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    created = client.post("/v1/datasets?name=weekly", content=content, headers=headers)
    assert created.status_code == 201
    document = created.json()
    assert created.headers["location"] == f"/v1/datasets/{document['id']}"
    assert (document["name"], document["profile"]["rows"]) == ("weekly", 60)
    assert client.get(created.headers["location"]).json() == document
    assert document["id"] in [item["id"] for item in client.get("/v1/datasets").json()["items"]]
    assert client.delete(created.headers["location"]).status_code == 204
    assert client.get(created.headers["location"]).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_every_format_of_a_dataset_can_be_fitted(client, kind) -> None:
    frame = table()
    content, media_type = {
        "csv": lambda: (frame.to_csv(index=False).encode(), "text/csv"),
        "parquet": lambda: (frame.to_parquet(index=False), "application/vnd.apache.parquet"),
        "json": lambda: (json.dumps({"rows": rows()}).encode(), "application/json"),
    }[kind]()
    created = client.post("/v1/datasets", content=content, headers={"Content-Type": media_type})
    assert created.status_code == 201, created.text
    body = fit_body(data={"dataset_id": created.json()["id"]})
    checked = client.post("/v1/fit?validate_only=true", json=body)
    expected = {"valid": True, "start": "2022-01-03", "end": "2023-02-20", "weeks": 60}
    assert checked.status_code == 200
    found = {"geos": ["national"], "implied_media_share": None, "suggested_events": []}
    answer = checked.json()
    channels, warnings = answer.pop("channels"), answer.pop("warnings")
    assert answer == {**expected, **found, "parameters": 25}
    assert [channel["name"] for channel in channels] == ["tv", "search", "radio", "mail"]
    assert [warning[:24] for warning in warnings] == ["60 weeks for 25 paramete"]


def test_a_model_survives_the_deletion_of_its_dataset(client) -> None:
    content = json.dumps({"rows": rows()})
    headers = {"Content-Type": "application/json"}
    dataset = client.post("/v1/datasets", content=content, headers=headers).json()["id"]
    done = wait_for(client, start_fit(client, data={"dataset_id": dataset}))
    path = f"/v1/models/{done['result']['model_id']}"
    assert client.get(path).json()["data"]["dataset_id"] == dataset
    client.delete(f"/v1/datasets/{dataset}").raise_for_status()
    assert client.get(path).json()["data"]["dataset_id"] is None
    assert client.get(f"{path}/contributions").status_code == 200


def test_events_tell_progress_and_end_with_the_terminal_event(client) -> None:
    operation_id = start_fit(client)
    with client.stream("GET", f"/v1/operations/{operation_id}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = "".join(response.iter_text())
    events = [part for part in text.split("\n\n") if part.startswith("event:")]
    names = [event.splitlines()[0].removeprefix("event: ") for event in events]
    assert names[-1] == "succeeded"
    assert set(names[:-1]) <= {"progress"}
    last = json.loads(events[-1].splitlines()[1].removeprefix("data: "))
    assert last["status"] == "succeeded"
    assert last["progress"] == 1.0


def test_a_finished_operation_still_tells_its_end(client) -> None:
    operation_id = start_fit(client)
    wait_for(client, operation_id)
    path = f"/v1/operations/{operation_id}/events"
    text = client.get(path, headers={"Last-Event-ID": "99"}).text
    assert text.startswith("event: succeeded")


def test_progress_of_the_chains_is_shown(client) -> None:
    operation_id = start_fit(client, SLOW)
    path = f"/v1/operations/{operation_id}"
    wait_until(lambda: client.get(path).json()["stage"] == "sampling")
    document = client.get(path).json()
    assert document["eta_seconds"] == 1.5
    assert document["chains"] == [
        {"chain": 0, "draws_done": 5, "draws_total": 10, "tuning": False, "divergences": 1}
    ]
    assert client.post(f"{path}:cancel").json()["status"] == "cancelling"
    assert wait_for(client, operation_id)["status"] == "cancelled"
    again = client.post(f"{path}:cancel")
    assert (again.status_code, again.json()["code"]) == (409, "operation_finished")


def test_prefer_wait_returns_with_the_end(client) -> None:
    response = client.post("/v1/fit", json=fit_body(), headers={"Prefer": "wait=30"})
    assert response.status_code == 202
    assert response.headers["preference-applied"] == "wait=30"
    assert response.json()["status"] == "succeeded"


def test_a_model_tells_its_spec_data_and_verdict(client, model_id) -> None:
    document = client.get(f"/v1/models/{model_id}").json()
    assert document["spec"]["kpi"]["column"] == "sales"
    assert document["data"]["weeks"] == 60
    assert document["verdict"]["status"] == "trusted"
    assert model_id in [item["id"] for item in client.get("/v1/models").json()["items"]]


@pytest.mark.parametrize("by", ["total", "week", "geo"])
def test_contributions_add_up_and_carry_the_verdict(client, model_id, by) -> None:
    document = client.get(f"/v1/models/{model_id}/contributions", params={"by": by}).json()
    assert (document["by"], document["verdict"]) == (by, "trusted")
    first = document["components"][0]
    share = sum(
        item["share"]["mean"]
        for item in document["components"]
        if (item["week"], item["geo"]) == (first["week"], first["geo"])
    )
    assert share == pytest.approx(1.0, rel=1e-6)


def test_contributions_come_as_csv_by_accept(client, model_id) -> None:
    path = f"/v1/models/{model_id}/contributions"
    answer = client.get(path, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    components = client.get(path).json()["components"]
    assert [line["name"] for line in lines] == [item["name"] for item in components]
    tv = next(line for line in lines if line["name"] == "tv")
    assert float(tv["spend"]) > 0
    assert float(tv["roi_p95"]) >= float(tv["roi_p5"])


def test_curves_posterior_and_schema_of_the_csv(client, model_id, tmp_path) -> None:
    curves = client.get(f"/v1/models/{model_id}/curves").json()
    assert [channel["name"] for channel in curves["channels"]] == ["tv", "search", "radio", "mail"]
    answer = client.get(f"/v1/models/{model_id}/posterior")
    assert f'filename="{model_id}.nc"' in answer.headers["content-disposition"]
    file = tmp_path / "model.nc"
    file.write_bytes(answer.content)
    with xr.open_datatree(file, engine="h5netcdf") as tree:
        assert "posterior" in tree.children


def test_a_what_if_is_answered_from_the_draws(client, model_id) -> None:
    body = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
    answer = client.post(f"/v1/models/{model_id}/counterfactual", json=body)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["effect"]["mean"] < 0
    assert document["effect"]["probability_positive"] is None
    assert document["effect"]["mean"] <= document["effect_in_window"]["mean"]


def test_an_allocation_spends_the_budget_within_bounds(client, model_id) -> None:
    body = {
        "horizon": HORIZON,
        "budget": {"total": 1000.0},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.2},
        "channels": {"tv": {"min": 100.0, "max": 300.0}, "mail": {"fixed": 50.0}},
    }
    answer = client.post(f"/v1/models/{model_id}/allocate", json=body)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    plan = {channel["name"]: channel["spend"] for channel in document["plan"]["channels"]}
    assert sum(plan.values()) == pytest.approx(1000.0, rel=1e-6)
    assert 100.0 - 1e-3 <= plan["tv"] <= 300.0 + 1e-3
    assert plan["mail"] == pytest.approx(50.0, abs=1e-3)
    weeks = document["plan"]["by_week"]
    assert len(weeks) == 13
    assert sum(week["spend"]["tv"] for week in weeks) == pytest.approx(plan["tv"])
    assert document["versus_current"]["p5"] <= document["versus_current"]["p95"]
    assert 0.0 <= document["versus_proportional"]["probability_better"] <= 1.0
    assert "1,000 over 13 weeks" in document["summary"]
    assert document["status"] in ("optimal", "feasible")


def test_a_rejected_model_answers_only_when_that_is_accepted(client, rejected_id) -> None:
    questions: dict[str, dict] = {
        "counterfactual": {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]},
        "allocate": {"horizon": HORIZON, "budget": {"total": 1000.0}},
    }
    for name, body in questions.items():
        path = f"/v1/models/{rejected_id}/{name}"
        refused = client.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "model_rejected")
        assert [error["code"] for error in refused.json()["errors"]] == ["r_hat", "ess_bulk"]
        answered = client.post(path, json=body | {"accept_rejected": True})
        assert answered.status_code == 200
        assert "failed its checks" in answered.json()["warnings"][0]
    reading = client.get(f"/v1/models/{rejected_id}/contributions")
    assert (reading.status_code, reading.json()["verdict"]) == (200, "rejected")


def test_lists_come_in_pages(client) -> None:
    made = [start_fit(client) for _ in range(3)]
    seen, token = [], None
    while True:
        params = {"limit": 2, **({"page_token": token} if token else {})}
        page = client.get("/v1/operations", params=params).json()
        seen += [item["id"] for item in page["items"]]
        assert len(page["items"]) <= 2
        token = page["next_page_token"]
        if token is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    assert set(made) <= set(seen)


def test_deleting_a_model_ends_every_answer_about_it(client) -> None:
    path = f"/v1/models/{fitted_model(client)}"
    assert client.get(f"{path}/curves").status_code == 200
    assert client.delete(path).status_code == 204
    for what in ("", "/curves", "/contributions", "/posterior", "/report"):
        assert client.get(path + what).json()["code"] == "not_found"


def test_health_and_version(client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    assert client.get("/version").json()["name"] == "prudent-mmm"
    assert client.get("/docs").status_code == 200
