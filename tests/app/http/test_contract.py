"""The failure contract: each bad request with its status, its code and its pointer."""

import json

import httpx
import pytest
from fastapi.openapi.utils import get_openapi

from app.contract.problem import MEDIA_TYPE
from app.main import create_app
from app.settings import Settings
from tests.app.fake_fit import TRUSTED
from tests.app.running import fit_body, fitted_model, rows, serving
from tests.mmm.fakes import RICH

JSON = {"Content-Type": "application/json"}
ABSENT = "mdl_00000000000000000000000000"
HORIZON = {"start": "2023-02-27", "weeks": 13}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def assert_problem(answer: httpx.Response, status: int, code: str, pointer: str | None = None):
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
    document = answer.json()
    fields = {"type", "title", "status", "detail", "code", "errors", "request_id"}
    assert set(document) == fields
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["detail"]
    if pointer is not None:
        pointers = [error["pointer"] for error in document["errors"]]
        assert pointer in pointers, document
    return document


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/models/nope", 404, "not_found"),
        ("DELETE", f"/v1/models/{ABSENT}", 404, "not_found"),
        ("GET", f"/v1/models/{ABSENT}/curves", 404, "not_found"),
        ("GET", "/v1/datasets/nope", 404, "not_found"),
        ("DELETE", "/v1/datasets/nope", 404, "not_found"),
        ("GET", "/v1/operations/nope", 404, "not_found"),
        ("GET", "/v1/operations/nope/events", 404, "not_found"),
        ("POST", "/v1/operations/nope:cancel", 404, "not_found"),
        ("POST", "/v1/models", 405, "method_not_allowed"),
        ("PUT", "/v1/fit", 405, "method_not_allowed"),
        ("GET", "/v1/datasets/x:draft", 405, "method_not_allowed"),
        ("DELETE", "/v1/datasets/x:draft", 405, "method_not_allowed"),
        ("GET", "/v1/datasets/x:unknown", 404, "not_found"),
        ("GET", "/v1/models?limit=0", 422, "validation"),
        ("GET", "/v1/models?page_token=!!", 422, "invalid_request"),
        ("GET", "/v1/models?colour=red", 422, "invalid_request"),
        ("GET", "/livez?colour=red", 422, "invalid_request"),
    ],
)
def test_paths_methods_and_parameters(client, method, path, status, code) -> None:
    assert_problem(client.request(method, path), status, code)


@pytest.mark.parametrize("question", ["counterfactual", "allocate"])
def test_an_absent_model_is_404_before_its_body_is_judged(client, question) -> None:
    answer = client.post(f"/v1/models/{ABSENT}/{question}", json={"nonsense": True})
    assert_problem(answer, 404, "not_found")


def changed(**changes) -> dict:
    return fit_body(**changes)


def cell(row: int, column: str, value: object) -> dict:
    table = rows()
    table[row][column] = value
    return changed(data={"rows": table})


def model(**changes) -> dict:
    return changed(model={**RICH, **changes})


FITS = {
    "no body": ({}, "validation", "/data"),
    "unknown field": (changed(colour="red"), "validation", "/colour"),
    "unknown spec field": (model(colour="red"), "validation", "/model/colour"),
    "kpi missing": (changed(model={"date": "week"}), "validation", "/model/kpi"),
    "deep spec field": (
        model(channels=[{"name": "tv", "column": "tv_spend", "adstock": {"max_lag": 99}}]),
        "validation",
        "/model/channels/0/adstock/max_lag",
    ),
    "repeated names": (model(channels=["tv_spend", "tv_spend"]), "validation", "/model"),
    "unknown mediator parent": (
        model(mediators=[{"name": "queries", "column": "queries", "parents": ["tvv"]}]),
        "validation",
        "/model/mediators/0/parents/0",
    ),
    "unknown country": (
        model(holidays={"country": "XX"}),
        "invalid_spec",
        "/model/holidays/country",
    ),
    "both sources": (changed(data={"rows": [], "dataset_id": "x"}), "validation", "/data"),
    "too few draws": (changed(sampling={"draws": 1}), "validation", "/sampling/draws"),
    "too many draws": (
        changed(sampling={"draws": 20000, "tune": 20000, "chains": 16}),
        "invalid_request",
        "/sampling",
    ),
    "too many cells": (
        changed(sampling={"draws": 10000, "tune": 500, "chains": 9}),
        "invalid_request",
        "/sampling",
    ),
    "no rows": (changed(data={"rows": []}), "invalid_data", "/data/rows"),
    "nested cell": (cell(2, "tv_spend", [1]), "invalid_data", "/data/rows/2/tv_spend"),
    "column missing": (
        model(channels=["radio_spend", "tivi"]),
        "invalid_data",
        "/model/channels/1/column",
    ),
    "negative spend": (cell(3, "tv_spend", -5), "invalid_data", "/data/rows/3/tv_spend"),
    "text in a number": (cell(4, "price", "cheap"), "invalid_data", "/data/rows/4/price"),
    "empty cell": (cell(5, "sales", None), "invalid_data", "/data/rows/5/sales"),
    "bad date": (cell(6, "week", "01/02/2023"), "invalid_data", "/data/rows/6/week"),
    "duplicate date": (cell(7, "week", "2022-01-03"), "invalid_data", "/data/rows/7/week"),
    "gap": (changed(data={"rows": rows()[:10] + rows()[12:]}), "invalid_data", "/model/date"),
    "too few weeks": (changed(data={"rows": rows(12)}), "invalid_data", "/data"),
    "too many rows": (changed(data={"rows": rows(501)}), "invalid_request", "/data"),
}


@pytest.mark.parametrize(("body", "code", "pointer"), FITS.values(), ids=FITS.keys())
@pytest.mark.parametrize("query", ["", "?validate_only=true"])
def test_a_fit_that_cannot_be_is_refused_before_it_is_queued(
    client, body, code, pointer, query
) -> None:
    before = client.get("/v1/operations").json()["items"]
    assert_problem(client.post(f"/v1/fit{query}", json=body), 422, code, pointer)
    assert client.get("/v1/operations").json()["items"] == before


def test_constant_and_identical_columns_are_refused(client) -> None:
    constant = [{**row, "tv_spend": 7.0} for row in rows()]
    body = changed(data={"rows": constant})
    document = assert_problem(client.post("/v1/fit", json=body), 422, "invalid_data")
    assert document["errors"][0]["code"] == "constant"
    identical = [{**row, "radio_spend": row["tv_spend"]} for row in rows()]
    body = changed(data={"rows": identical})
    document = assert_problem(client.post("/v1/fit", json=body), 422, "invalid_data")
    assert document["errors"][0]["code"] == "identical"


def test_a_dataset_that_does_not_exist(client) -> None:
    body = changed(data={"dataset_id": "ds_nope"})
    assert_problem(client.post("/v1/fit", json=body), 404, "not_found")


@pytest.mark.parametrize(
    "text",
    ["{", "[1, 2", '{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', "\xff", "[" * 100_000],
    ids=["cut", "cut list", "nan", "infinity", "minus infinity", "bytes", "deep"],
)
def test_json_that_is_none_is_refused(client, text) -> None:
    content = text.encode("latin-1")
    answer = client.post("/v1/fit", content=content, headers=JSON)
    document = assert_problem(answer, 422, "validation", "")
    assert document["errors"][0]["code"] == "json_invalid"


def test_a_number_beyond_the_floats_is_refused(client, model_id) -> None:
    content = json.dumps({"horizon": HORIZON, "budget": {"total": 1}}).replace("1}", "1e999}")
    answer = client.post(f"/v1/models/{model_id}/allocate", content=content, headers=JSON)
    assert_problem(answer, 422, "validation", "/budget/total")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", None])
def test_other_media_types_are_refused(client, media_type) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    for path in ("/v1/fit", "/v1/datasets"):
        answer = client.post(path, content=b"{}", headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")


def test_bodies_beyond_the_limit_are_refused(client) -> None:
    csv = {"Content-Type": "text/csv"}
    answer = client.post("/v1/datasets", content=b"x" * 400_001, headers=csv)
    assert_problem(answer, 413, "body_too_large")
    pieces = (b"x" * 100_000 for _ in range(5))
    answer = client.post("/v1/datasets", content=pieces, headers=csv)
    assert_problem(answer, 413, "body_too_large")


DATASETS = {
    "empty": (b"", "text/csv", "empty"),
    "no text": (b"a,b\n\x81,1\n", "text/csv", "encoding"),
    "ragged": (b"a,b\n1,2\n3\n", "text/csv", "row_length"),
    "two readings": (b"a;b\n1,234;2\n", "text/csv", "two_readings"),
    "repeated column": (b"a,a\n1,2\n", "text/csv", "column_repeated"),
    "no parquet": (b"PAR1", "application/vnd.apache.parquet", "parquet"),
    "no rows": (b'{"rows": []}', "application/json", "empty"),
    "no table": (b"[1]", "application/json", "json"),
    "no number": (b'{"rows": [{"a": NaN}]}', "application/json", "json"),
}


@pytest.mark.parametrize(("content", "kind", "code"), DATASETS.values(), ids=DATASETS.keys())
def test_tables_that_cannot_be_read(client, content, kind, code) -> None:
    answer = client.post("/v1/datasets", content=content, headers={"Content-Type": kind})
    document = assert_problem(answer, 422, "invalid_data")
    assert document["errors"][0]["code"] == code


def test_places_in_a_dataset_are_those_of_its_body(client) -> None:
    content = json.dumps({"rows": [{"a": 1}, {"a": [1]}]})
    answer = client.post("/v1/datasets", content=content, headers=JSON)
    assert_problem(answer, 422, "invalid_data", "/rows/1/a")


def test_a_request_id_is_taken_over_when_it_is_harmless(client) -> None:
    own = client.get("/livez", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"]
    assert own == "abc-1"
    other = client.get("/livez", headers={"X-Request-ID": "a b{}"}).headers["x-request-id"]
    assert other.startswith("req_")


def test_an_unexpected_error_is_a_problem_without_its_secrets(tmp_path, models) -> None:
    app = create_app(Settings(data_dir=tmp_path, warm_worker=False))

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret")

    with serving(app) as client:
        answer = client.get("/broken")
        assert_problem(answer, 500, "internal_error")
        assert "secret" not in answer.text
        assert client.get("/livez").status_code == 200


def test_the_schema_describes_every_route(tmp_path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
    assert len(schema["paths"]) >= 18
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), f"{method} {path} says nothing"
            success = [status for status in operation["responses"] if status.startswith("2")]
            assert success, f"{method} {path} has no success"
            if path.startswith("/v1"):
                assert "500" in operation["responses"]
    assert "Problem" in schema["components"]["schemas"]
    assert schema["components"]["schemas"]["FitBody"]["examples"]
    assert schema["components"]["schemas"]["AllocateBody"]["examples"]


def test_a_dataset_beyond_the_limits_is_an_invalid_request(client) -> None:
    content = "week,tv\n" + "2024-01-01,1\n" * 501
    answer = client.post("/v1/datasets", content=content, headers={"Content-Type": "text/csv"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (error["pointer"], error["code"]) == ("", "too_many_rows")
