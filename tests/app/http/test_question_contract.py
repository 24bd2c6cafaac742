"""The failure contract of the questions: what-ifs and plans that cannot be answered."""

import pytest

from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


WINDOW = {"start": "2022-06-06", "end": "2022-08-29"}
TV_OFF = {"variable": "tv", "scale": 0.0}


def _policy(variable: str, follows: str) -> dict:
    return {"variable": variable, "policy": {"follows": follows, "share": 0.5}}


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
    "shift of nothing": (
        {"window": WINDOW, "do": [{"variable": "tv", "shift": 0}]},
        "validation",
        "/do/0",
    ),
    "shift too long": (
        {"window": WINDOW, "do": [{"variable": "tv", "shift": 13}]},
        "invalid_query",
        "/do/0/shift",
    ),
    "policy without a share": (
        {"window": WINDOW, "do": [{"variable": "tv", "policy": {"follows": "price"}}]},
        "validation",
        "/do/0/policy/share",
    ),
    "policies in a circle": (
        {"window": WINDOW, "do": [_policy("tv", "search"), _policy("search", "tv")]},
        "invalid_query",
        "/do/0/policy/follows",
    ),
    "policy that is feedback": (
        {"window": WINDOW, "do": [_policy("tv", "kpi")]},
        "invalid_query",
        "/do/0/policy/follows",
    ),
    "price of zero to come": (
        {
            "window": {"start": "2023-02-27", "end": "2023-02-27"},
            "do": [TV_OFF],
            "future": {"price": [0.0]},
        },
        "invalid_query",
        "/future/price",
    ),
}


@pytest.mark.parametrize(("body", "code", "pointer"), WHAT_IFS.values(), ids=WHAT_IFS.keys())
def test_what_ifs_that_cannot_be_answered(client, model_id, body, code, pointer) -> None:
    answer = client.post(f"/v1/models/{model_id}/counterfactual", json=body)
    assert_problem(answer, 422, code, pointer)


def test_a_reaction_is_answered_with_its_paths_and_its_money(client, model_id) -> None:
    do = [{"variable": "price", "scale": 0.9}, _policy("rival.price", "price")]
    body = {"window": WINDOW, "do": do, "kind": "forecast"}
    answer = client.post(f"/v1/models/{model_id}/counterfactual", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    paths = [["price", "kpi"], ["rival.price", "kpi"], ["interaction", "kpi"]]
    assert [row["path"] for row in found["by_path"]] == paths
    rows = sum(row["effect"]["mean"] for row in found["by_path"])
    assert rows == pytest.approx(found["effect"]["mean"])
    assert found["uncertainty"]["scenario"]["noise_sd"] > 0.0
    assert found["money"]["revenue"]["effect"].keys() >= {"mean", "p5", "p95"}
    assert found["money"]["profit"] is None


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
        {"channels": {"tv": {"min": 800}, "search": {"min": 700}}, "explore": True},
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
