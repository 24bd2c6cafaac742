"""Which channel to test next, over HTTP."""

import csv
import io

import pytest

from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


def test_tests_are_ranked_and_the_answer_is_kept(client, model_id) -> None:
    path = f"/v1/models/{model_id}/next-experiment"
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {each["channel"] for each in found["channels"]} == {"tv", "search", "radio", "mail"}
    net = [each["tests"][0]["net_value"] for each in found["channels"] if each["tests"]]
    assert net == sorted(net, reverse=True)
    assert found["summary"]
    again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    shorter = client.get(path, params={"weeks": 4}).json()
    assert shorter["horizon_weeks"] == 4


def test_it_is_a_table_too(client, model_id) -> None:
    path = f"/v1/models/{model_id}/next-experiment"
    told = client.get(path).json()
    answer = client.get(path, headers={"accept": "text/csv"})
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    tests = [test for channel in told["channels"] for test in channel["tests"]]
    assert [row["channel"] for row in rows] == [test["channel"] for test in tests]
    assert float(rows[0]["value"]) == pytest.approx(tests[0]["value"], rel=1e-6)


def test_a_rejected_model_is_not_asked_without_saying_so(client) -> None:
    model_id = fitted_model(client, REJECTED)
    path = f"/v1/models/{model_id}/next-experiment"
    assert_problem(client.get(path), 409, "model_rejected")
    accepted = client.get(path, params={"accept_rejected": True})
    assert accepted.status_code == 200
    assert accepted.json()["warnings"]


@pytest.mark.parametrize("weeks", [0, 1000])
def test_weeks_that_no_plan_has_are_refused(client, model_id, weeks) -> None:
    answer = client.get(f"/v1/models/{model_id}/next-experiment", params={"weeks": weeks})
    assert answer.status_code == 422
    assert "weeks" in answer.text
