"""The failure contract of the questions: what-ifs and plans that cannot be answered."""

import pytest

from tests.app.fake_fit import TRUSTED
from tests.app.running import fitted_model
from tests.app.test_contract import HORIZON, assert_problem


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


WINDOW = {"start": "2022-06-06", "end": "2022-08-29"}
TV_OFF = {"variable": "tv", "scale": 0.0}
WHAT_IFS = {
    "no intervention": ({"window": WINDOW, "do": []}, "validation", "/do"),
    "two actions": ({"window": WINDOW, "do": [{**TV_OFF, "set": 1}]}, "validation", "/do/0"),
    "unknown field": ({"window": WINDOW, "do": [TV_OFF], "x": 1}, "validation", "/x"),
    "unknown variable": (
        {"window": WINDOW, "do": [{"variable": "tivi", "set": 1}]},
        "invalid_query",
        "/do/0/variable",
    ),
    "no week start": (
        {"window": {"start": "2022-06-07", "end": "2022-08-29"}, "do": [TV_OFF]},
        "invalid_query",
        "/window/start",
    ),
    "negative spend": (
        {"window": WINDOW, "do": [{"variable": "tv", "add": -1e9}]},
        "invalid_query",
        "/do/0",
    ),
}


@pytest.mark.parametrize(("body", "code", "pointer"), WHAT_IFS.values(), ids=WHAT_IFS.keys())
def test_what_ifs_that_cannot_be_answered(client, model_id, body, code, pointer) -> None:
    answer = client.post(f"/v1/models/{model_id}/counterfactual", json=body)
    assert_problem(answer, 422, code, pointer)


PLANS = {
    "no budget": ({"horizon": HORIZON}, "validation", "/budget"),
    "two budgets": ({"budget": {"total": 1, "max": 2}}, "validation", "/budget"),
    "tail": (
        {"objective": {"kind": "mean_cvar", "tail": 2.0}},
        "validation",
        "/objective/tail",
    ),
    "unknown kind": ({"objective": {"kind": "hope"}}, "validation", "/objective"),
    "unknown channel": ({"channels": {"tivi": {"min": 1}}}, "invalid_problem", "/channels/tivi"),
    "negative bound": (
        {"channels": {"tv": {"min": -1}}},
        "invalid_problem",
        "/channels/tv/min",
    ),
    "gap to the data": (
        {"horizon": {"start": "2024-01-01", "weeks": 4}},
        "invalid_query",
        "/horizon/start",
    ),
    "decided variable": ({"assume": [{"variable": "tv", "set": 1}]}, "invalid_query", "/assume/0"),
    "infeasible": (
        {"channels": {"tv": {"min": 800}, "search": {"min": 700}}},
        "infeasible",
        "/channels/tv/min",
    ),
}


@pytest.mark.parametrize(("body", "code", "pointer"), PLANS.values(), ids=PLANS.keys())
def test_plans_that_cannot_be(client, model_id, body, code, pointer) -> None:
    complete = {"horizon": HORIZON, "budget": {"total": 1000}, **body}
    if pointer == "/budget" and "budget" not in body:
        del complete["budget"]
    answer = client.post(f"/v1/models/{model_id}/allocate", json=complete)
    document = assert_problem(answer, 422, code, pointer)
    if code == "infeasible":
        assert "1,500" in answer.text or "1500" in document["detail"] + answer.text
