"""The register of lift tests, and fits that name its tests by id."""

import pytest

from tests.app.http.test_contract import assert_problem
from tests.app.running import fit_body, operation, wait_for
from tests.mmm.fakes import RICH

TEST = {
    "channel": "tv",
    "start": "2022-03-14",
    "end": "2022-04-04",
    "control": {"scale": 0},
    "result": {"lift": 200.0, "se": 50.0},
}
POINT = {"channel": "tv", "x": 100.0, "delta_x": 50.0, "delta_y": 20.0, "sigma": 5.0}


def registered(client, **body) -> list[str]:
    answer = client.post("/v1/lift-tests", json=body)
    assert answer.status_code == 201, answer.text
    return [item["id"] for item in answer.json()["items"]]


def named(*tests, **changes) -> dict:
    return fit_body(model={**RICH, "lift_tests": list(tests), **changes})


def test_a_test_is_registered_found_listed_and_forgotten(client) -> None:
    (test_id,) = registered(client, tests=[TEST])
    found = client.get(f"/v1/lift-tests/{test_id}").json()
    assert (found["id"], found["source"]) == (test_id, "prudent")
    assert found["test"]["result"]["lift"] == 200.0
    assert test_id in [item["id"] for item in client.get("/v1/lift-tests").json()["items"]]
    assert client.delete(f"/v1/lift-tests/{test_id}").status_code == 204
    assert_problem(client.get(f"/v1/lift-tests/{test_id}"), 404, "not_found")


def test_rows_of_another_tool_are_registered(client) -> None:
    (test_id,) = registered(client, rows=[POINT], format="pymc-marketing")
    found = client.get(f"/v1/lift-tests/{test_id}").json()
    assert found["source"] == "pymc-marketing"
    assert found["test"]["treatment"]["weekly"] == [150.0]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "validation", ""),
        ({"tests": [TEST], "rows": [POINT], "format": "geolift"}, "validation", ""),
        ({"rows": [POINT]}, "validation", ""),
        ({"rows": [POINT], "format": "robyn"}, "validation", "/format"),
        ({"rows": [{**POINT, "sigma": "x"}], "format": "pymc-marketing"}, "invalid_spec",
         "/rows/0/sigma"),
        ({"tests": [{**TEST, "result": {"lift": 1.0}}]}, "validation", "/tests/0/result/se"),
        ({"tests": []}, "validation", "/tests"),
    ],
)  # fmt: skip
def test_a_bad_registration_stores_nothing(client, body, code, pointer) -> None:
    before = client.get("/v1/lift-tests").json()
    assert_problem(client.post("/v1/lift-tests", json=body), 422, code, pointer)
    assert client.get("/v1/lift-tests").json() == before


def test_one_bad_test_of_two_stores_none(client) -> None:
    before = client.get("/v1/lift-tests").json()
    bad = {**TEST, "result": {"lift": 1.0, "se": -1.0}}
    answer = client.post("/v1/lift-tests", json={"tests": [TEST, bad]})
    assert_problem(answer, 422, "validation", "/tests/1/result/se")
    assert client.get("/v1/lift-tests").json() == before


def test_a_fit_takes_a_copy_of_the_test_it_names(client) -> None:
    (test_id,) = registered(client, tests=[TEST])
    answer = client.post("/v1/fit", json=named(test_id))
    assert answer.status_code == 202, answer.text
    client.delete(f"/v1/lift-tests/{test_id}")
    ended = wait_for(client, answer.json()["id"])
    assert ended["status"] == "succeeded", ended["error"]
    model = client.get(f"/v1/models/{ended['result']['model_id']}").json()
    (kept,) = model["spec"]["lift_tests"]
    assert (kept["channel"], kept["result"]["lift"]) == ("tv", 200.0)
    assert isinstance(model["notes"], list)
    assert isinstance(model["lift_checks"], list)
    assert operation(client, ended["id"])["status"] == "succeeded"


def test_inline_and_named_tests_keep_their_places(client) -> None:
    (test_id,) = registered(client, tests=[TEST])
    other = {**TEST, "start": "2022-06-13", "end": "2022-07-04"}
    answer = client.post("/v1/fit?validate_only=true", json=named(test_id, other))
    assert answer.status_code == 200, answer.text
    unknown = "lt_00000000000000000000000000"
    answer = client.post("/v1/fit", json=named(other, unknown))
    assert_problem(answer, 422, "invalid_request", "/model/lift_tests/1")
    broken = {**other, "control": {"scale": -1}}
    answer = client.post("/v1/fit", json=named(test_id, broken))
    assert_problem(answer, 422, "validation", "/model/lift_tests/1/control/scale")


def test_a_named_test_that_contradicts_the_model_is_named_by_its_place(client) -> None:
    (test_id,) = registered(client, tests=[{**TEST, "channel": "cinema"}])
    answer = client.post("/v1/fit", json=named(test_id))
    assert_problem(answer, 422, "invalid_spec", "/model/lift_tests/0/channel")


def test_the_same_test_named_twice_is_refused(client) -> None:
    (test_id,) = registered(client, tests=[TEST])
    answer = client.post("/v1/fit", json=named(test_id, test_id))
    assert_problem(answer, 422, "invalid_spec", "/model/lift_tests/1")
