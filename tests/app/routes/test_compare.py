"""Rival models over HTTP: queued by cost, told apart or not, their weights a mixture for plans."""

from datetime import date, timedelta

import pytest

from tests.app.fake_fit import LONG, TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model, wait_for


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, LONG)


def asked(client, model_id: str, *rivals: dict, **more):
    body = {"model_id": model_id, "rivals": list(rivals), **more}
    return client.post("/v1/compare", json=body)


def compared(client, model_id: str, *rivals: dict, **more) -> dict:
    started = asked(client, model_id, *rivals, **more)
    assert started.status_code == 202, started.text
    done = wait_for(client, started.json()["id"])
    assert done["status"] == "succeeded", done["error"]
    found: dict = done["result"]["comparison"]
    return found


def test_a_comparison_tells_its_cost_and_runs_last(client, model_id) -> None:
    started = asked(client, model_id, {"edit": "with AR(1)"}, simulations=4).json()
    # Two models at 7 origins, the rival on all data, and four data sets for both.
    assert (started["kind"], started["priority"], started["fits"]) == ("compare", "low", 14 + 1 + 8)
    assert wait_for(client, started["id"])["status"] == "succeeded"


def test_rivals_that_cannot_be_told_apart_weigh_alike_and_a_test_is_named(client, model_id) -> None:
    found = compared(client, model_id, {"edit": "with AR(1)"})
    comparison = found["found"]["comparison"]
    assert not comparison["told_apart"]
    assert comparison["sentence"].startswith("These data cannot tell")
    assert set(found["model_ids"]) == {"the model", "with AR(1)"}
    assert found["model_ids"]["the model"] == model_id
    assert [each["weight"] for each in found["mix"]] == pytest.approx([0.5, 0.5], abs=0.1)
    pairs = {(each["plan_of"], each["under"]) for each in found["decision"]["regrets"]}
    assert pairs == {("the model", "with AR(1)"), ("with AR(1)", "the model")}
    # The fake's rival has the model's own draws: their plans are the same, and no test parts them.
    assert all(each["overlap"] == pytest.approx(1.0) for each in found["decision"]["regrets"])
    assert all(each["regret"] == pytest.approx(0.0) for each in found["decision"]["regrets"])
    assert found["decision"]["tests"]
    assert all(each["separation"] < 1e-6 for each in found["decision"]["tests"])
    assert "The choice hardly matters for the plan" in found["summary"]


def test_a_better_rival_is_told_and_its_mixture_can_be_planned_with(client, model_id) -> None:
    found = compared(client, model_id, {"name": "better", "edit": "with a wandering baseline"})
    comparison = found["found"]["comparison"]
    assert (comparison["best"], comparison["told_apart"]) == ("better", True)
    weights = {each["model_id"]: each["weight"] for each in found["mix"]}
    rival = found["model_ids"]["better"]
    assert weights[rival] > 0.8
    document = client.get(f"/v1/models/{rival}").json()
    assert document["name"].endswith("better")
    data = client.get(f"/v1/models/{model_id}").json()["data"]
    horizon = {"start": _after(data["end"]), "weeks": 6}
    asked_of = {"horizon": horizon, "budget": {"change": 0.0}}
    answer = client.post(f"/v1/models/{model_id}/allocate", json={**asked_of, "mix": found["mix"]})
    assert answer.status_code == 200, answer.text


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(weeks=1)).isoformat()


def test_a_fitted_model_can_be_the_rival(client, model_id) -> None:
    other = compared(client, model_id, {"name": "better", "edit": "with AR(1)"})
    # The fake's file has the model's own specification, whatever was asked.
    again = asked(client, model_id, {"model_id": other["model_ids"]["better"]})
    assert_problem(again, 422, "invalid_query", "/rivals/0")
    assert again.json()["errors"][0]["code"] == "same_model"
    short = asked(client, model_id, {"model_id": fitted_model(client, TRUSTED)})
    assert_problem(short, 422, "invalid_query", "/rivals/0")
    assert short.json()["errors"][0]["code"] == "other_data"


@pytest.mark.parametrize(
    ("rivals", "pointer", "said"),
    [
        ([{"edit": "with magic"}], "/rivals/0/edit", "no edit 'with magic'"),
        ([{"edit": "tele drifts"}], "/rivals/0/edit", "'tele'"),
        ([{"patch": {}}], "/rivals/0", "same model"),
        ([{"edit": "with AR(1)"}, {"patch": {"noise": {"kind": "ar1"}}}], "/rivals/1", "same"),
        ([{"patch": {"controls": ["weather"]}}], "/rivals/0/model/controls/0/column", "weather"),
    ],
)
def test_what_is_no_rival_is_refused_by_name(client, model_id, rivals, pointer, said) -> None:
    answer = asked(client, model_id, *rivals)
    assert_problem(answer, 422, "invalid_query", pointer)
    assert said in answer.json()["errors"][0]["detail"]


def test_too_few_weeks_and_too_many_rivals_are_refused(client, model_id) -> None:
    short = fitted_model(client, TRUSTED)
    answer = asked(client, short, {"edit": "with AR(1)"})
    assert_problem(answer, 422, "invalid_query", "/backtest")
    assert answer.json()["errors"][0]["code"] == "too_few_weeks"
    twice = asked(client, model_id, {"edit": "with AR(1)"}, {"name": "with AR(1)", "patch": {}})
    assert_problem(twice, 422, "invalid_query", "/rivals")
    assert twice.json()["errors"][0]["code"] == "same_name"
    six = [{"edit": "with AR(1)", "name": str(k)} for k in range(6)]
    assert_problem(asked(client, model_id, *six), 422, "validation")
    many = asked(client, model_id, {"edit": "with AR(1)"}, simulations=51)
    assert_problem(many, 422, "validation")
    assert_problem(asked(client, "mdl_nobody", {"edit": "with AR(1)"}), 404, "not_found")
    both = asked(client, model_id, {"edit": "with AR(1)", "patch": {}})
    assert_problem(both, 422, "validation")
