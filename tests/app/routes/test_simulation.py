"""Simulations over HTTP and on the command line: data sets from the prior."""

import io
import json
from collections.abc import Iterator

import httpx
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from app.cli import cli
from tests.app.http.test_contract import assert_problem
from tests.app.running import fake_service, rows, wait_for
from tests.mmm.fakes import RICH, table

ROI = {"prior": {"roi": {"median": 500.0, "p95": 900.0}}}


@pytest.fixture(scope="module")
def client(tmp_path_factory, models) -> Iterator[httpx.Client]:
    """A service whose limit on cells lies between a small simulation and a large one."""
    folder = tmp_path_factory.mktemp("simulations")
    limits = {"max_body_bytes": 400_000, "max_rows": 500, "max_columns": 40}
    with fake_service(folder, models, **limits, max_fit_cells=8_000_000) as running:
        yield running


def priced(roi: dict) -> dict:
    return {**RICH, "channels": [{**RICH["channels"][0], **roi}, *RICH["channels"][1:]]}


def body(**changes) -> dict:
    return {"data": {"rows": rows()}, "model": RICH, "draws": 40, "datasets": 2, **changes}


def test_a_simulation_is_an_operation_whose_data_sets_are_stored(client) -> None:
    answer = client.post("/v1/simulate", json=body(), headers={"Prefer": "wait=40"})
    assert answer.status_code == 202
    found = answer.json()
    assert (found["kind"], found["status"]) == ("simulate", "succeeded"), found["error"]
    summary = found["result"]["summary"]
    names = [channel["name"] for channel in summary["channels"]]
    assert names == [channel["name"] for channel in RICH["channels"]]
    assert summary["draws"] == 40
    assert 0.0 <= summary["media_share"]["p5"] < summary["media_share"]["p95"]
    first, second = found["result"]["dataset_ids"]
    document = client.get(f"/v1/datasets/{first}").json()
    assert document["profile"]["rows"] == 60
    assert found["id"] in document["name"]
    checked = client.post(
        "/v1/fit?validate_only=true",
        json={"data": {"dataset_id": second}, "model": RICH, "sampling": {"draws": 200}},
    )
    # of the prior's sales some may be negative, and then the fit says so
    assert checked.status_code == 200 or "negative" in checked.text


def test_equal_seeds_give_equal_bytes(client) -> None:
    sent = body(seed=5, datasets=1)
    found = [
        wait_for(client, client.post("/v1/simulate", json=sent).json()["id"]) for _ in range(2)
    ]
    summaries = [operation["result"]["summary"] for operation in found]
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"draws": 1}, 422, "validation", "/draws"),
        ({"datasets": 21}, 422, "validation", "/datasets"),
        ({"colour": "red"}, 422, "validation", "/colour"),
        ({"data": {"dataset_id": "ds_none"}}, 404, "not_found", None),
        ({"model": priced(ROI)}, 422, "invalid_spec", "/model/channels/0/prior/roi"),
        ({"data": {"rows": rows(480)}, "draws": 2000}, 422, "invalid_request", "/draws"),
    ],
)
def test_a_bad_simulation_is_refused(client, changes, status, code, pointer) -> None:
    assert_problem(client.post("/v1/simulate", json=body(**changes)), status, code, pointer)


def test_the_limit_on_cells_is_told_with_its_numbers(client) -> None:
    sent = body(data={"rows": rows(480)}, draws=2000)
    (error,) = client.post("/v1/simulate", json=sent).json()["errors"]
    assert error["code"] == "too_many_cells"
    assert error["detail"].startswith("480 rows x 10 columns x 2000 draws are 9600000 cells")
    assert "the limit is 8000000" in error["detail"]


def test_a_belief_in_more_than_all_sales_is_refused_before_a_fit(client) -> None:
    sent = {"data": {"rows": rows()}, "model": priced(ROI)}
    answer = client.post("/v1/fit", json=sent)
    document = assert_problem(answer, 422, "invalid_spec", "/model/channels/0/prior/roi")
    assert document["errors"][0]["code"] == "implied_media_share"
    assert client.post("/v1/fit?validate_only=true", json=sent).status_code == 422


def test_a_checked_fit_tells_what_its_beliefs_imply(client) -> None:
    plausible = priced({"prior": {"roi": {"median": 1.0, "p95": 3.0}}})
    sent = {"data": {"rows": rows()}, "model": plausible, "sampling": {"draws": 200}}
    found = client.post("/v1/fit?validate_only=true", json=sent).json()
    assert 0.0 < found["implied_media_share"]["p50"] < 1.0


def test_the_command_line_writes_tables_that_can_be_read_back(tmp_path) -> None:
    data, spec = tmp_path / "data.csv", tmp_path / "spec.json"
    table(60).to_csv(data, index=False)
    spec.write_text(json.dumps(RICH))
    command = ["simulate", str(data), str(spec), "--draws", "30", "--datasets", "2"]
    result = CliRunner().invoke(cli, [*command, "--out", str(tmp_path / "out"), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["draws"] == 30
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["simulated-1.csv", "simulated-2.csv"]
    observed = pd.read_csv(io.StringIO(data.read_text()))
    drawn = pd.read_csv(files[0])
    kpi = RICH["kpi"]["column"]
    assert list(drawn) == list(observed)
    assert not np.allclose(drawn[kpi], observed[kpi])
    spend = [channel["column"] for channel in RICH["channels"]]
    pd.testing.assert_frame_equal(drawn[spend], observed[spend])


def test_the_command_line_prints_what_is_implied(tmp_path) -> None:
    data, spec = tmp_path / "data.csv", tmp_path / "spec.json"
    table(60).to_csv(data, index=False)
    spec.write_text(json.dumps(RICH))
    command = ["simulate", str(data), str(spec), "--draws", "30", "--datasets", "0"]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    assert "media's share of sales" in result.stdout
    assert "tv" in result.stdout
