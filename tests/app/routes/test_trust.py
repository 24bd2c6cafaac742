"""Testing a model over HTTP: queued by its cost, one at a time, kept with the model."""

import pytest

from tests.app.fake_fit import LONG
from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model, wait_for

TWO = {"parts": {"backtest": {"origins": 2}}}
ALL: dict[str, dict] = {"parts": {"backtest": {}}}


@pytest.fixture(scope="module")
def long_model(client) -> str:
    return fitted_model(client, LONG)


@pytest.fixture
def tested(client, long_model):
    """Starts a test of the model; the answer of its operation once it has ended."""

    def test(body: dict) -> dict:
        started = client.post(f"/v1/models/{long_model}/trust", json=body)
        assert started.status_code == 202, started.text
        return wait_for(client, started.json()["id"])

    return test


def test_nothing_is_known_until_a_test_was_run(client) -> None:
    model = fitted_model(client, LONG)
    answer = client.get(f"/v1/models/{model}/trust")
    assert_problem(answer, 404, "not_found")
    assert "trust record" in answer.json()["detail"]


def test_a_test_tells_its_cost_and_its_parts_and_is_kept_with_the_model(
    client, long_model, tested
) -> None:
    before = client.get(f"/v1/models/{long_model}/contributions")
    verdict = client.get(f"/v1/models/{long_model}").json()["verdict"]
    started = client.post(f"/v1/models/{long_model}/trust", json=ALL)
    assert started.status_code == 202
    operation = started.json()
    assert (operation["kind"], operation["priority"]) == ("trust", "low")
    # 100 weeks: 61 before the first origin and 13 after the last leave 26, an origin every fourth
    assert operation["fits"] == 7
    ended = wait_for(client, operation["id"])
    assert ended["result"] == {"model_id": long_model, "parts": ["backtest"], "refused": {}}
    assert [part["part"] for part in ended["parts"]] == ["backtest"]
    record = client.get(f"/v1/models/{long_model}/trust").json()
    assert [run["part"] for run in record["runs"]] == ["backtest"]
    assert len(record["backtest"]["origins"]) == record["runs"][0]["fits"] == 7
    # seven windows are too few to judge by: nothing is added
    assert client.get(f"/v1/models/{long_model}").json()["verdict"] == verdict
    after = client.get(f"/v1/models/{long_model}/contributions")
    assert after.headers["etag"] != before.headers["etag"]


def test_the_verdict_of_every_answer_listens(client, tested, long_model) -> None:
    tested({"parts": {"backtest": {"origins": 9, "horizons": [4]}}})
    document = client.get(f"/v1/models/{long_model}").json()
    check = next(c for c in document["verdict"]["checks"] if c["name"] == "backtest_coverage")
    assert check["passed"]
    tested(TWO)  # too few to judge: the check of the longer backtest goes with it
    names = [c["name"] for c in client.get(f"/v1/models/{long_model}").json()["verdict"]["checks"]]
    assert "backtest_coverage" not in names


@pytest.mark.parametrize(
    ("parts", "pointer", "said"),
    [
        ({"crystal_ball": {}}, "/parts/crystal_ball", "backtest"),
        ({"backtest": {"origin": 3}}, "/parts/backtest/origin", "not permitted"),
        ({"backtest": {"origins": 30}}, "/parts/backtest/origins", "7 origins"),
        ({"backtest": {"every": 0}}, "/parts/backtest/every", "1"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(client, long_model, parts, pointer, said) -> None:
    answer = client.post(f"/v1/models/{long_model}/trust", json={"parts": parts})
    assert_problem(answer, 422, "invalid_query")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert said in error["detail"]


def test_too_few_weeks_are_refused_with_their_number(client) -> None:
    answer = client.post(f"/v1/models/{fitted_model(client)}/trust", json=ALL)
    assert_problem(answer, 422, "invalid_query")
    assert "60 weeks" in answer.json()["errors"][0]["detail"]


def test_why_a_number_is_what_it_is_in_ranked_sentences(client) -> None:
    model = fitted_model(client)
    answer = client.get(f"/v1/models/{model}/why", params={"channel": "tv"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    shares = [reason["share"] for reason in found["reasons"]]
    assert shares
    assert shares == sorted(shares, reverse=True)
    assert found["headline"].startswith("tv returned about")
    unknown = client.get(f"/v1/models/{model}/why", params={"channel": "moon"})
    assert_problem(unknown, 422, "invalid_query", "/channel")
    assert "there is no 'moon'" in unknown.text
    assert client.get(f"/v1/models/{model}/why").status_code == 422
