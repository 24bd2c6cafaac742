"""Plans over HTTP: targets, explanations, the score of a given plan, the frontier."""

import numpy as np
import pytest

from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model

CHANNELS = ("tv", "search", "radio", "mail")
PLAN = dict.fromkeys(CHANNELS, 250.0)


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


@pytest.fixture(scope="module")
def rejected_id(client) -> str:
    return fitted_model(client, REJECTED)


def asked(client, model_id: str, question: str, **body) -> dict:
    answer = client.post(f"/v1/models/{model_id}/{question}", json={"horizon": HORIZON, **body})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def allocated(client, model_id: str, **body) -> dict:
    return asked(client, model_id, "allocate", **{"budget": {"total": 1000}, **body})


def test_a_target_beyond_reach_is_an_answer(client, model_id) -> None:
    target = {"kind": "target", "kpi": 1e9, "probability": 0.8}
    found = allocated(client, model_id, conditions=[target])
    assert found["status"] == "condition_unmet"
    (told,) = found["conditions"]
    assert (told["kind"], told["pointer"], told["met"]) == ("target", "/conditions/0", False)
    assert told["reached"] < 0.8
    assert told["slack"] == told["reached"] - 0.8
    assert "No plan that was found meets every condition; " in found["summary"]
    assert (
        "Missed: a total KPI of 1,000,000,000 with probability 0.8 (reached: < 0.01)"
        in (found["summary"])
    )
    assert found["plan"]["total"] == pytest.approx(1000.0)


def test_the_least_spend_for_a_target_spends_less_than_it_may(client, model_id) -> None:
    outcome = allocated(client, model_id)["outcome"]
    found = allocated(
        client,
        model_id,
        budget={"max": 5000.0},
        minimise="spend",
        target={"kpi": outcome["p5"], "probability": 0.3},
    )
    assert found["conditions"][0]["met"]
    assert found["plan"]["total"] < 5000.0


def test_weeks_can_be_decided_under_limits_of_their_own(client, model_id) -> None:
    usual = allocated(client, model_id, stay=False)
    assert usual["plan"]["cells"] == []
    first = HORIZON["start"]
    found = allocated(
        client,
        model_id,
        stay=False,
        phasing={"kind": "optimised"},
        cells=[{"channel": "tv", "week": first, "max": 10.0}],
    )
    cells = found["plan"]["cells"]
    assert {cell["channel"] for cell in cells} == set(CHANNELS)
    assert sum(cell["spend"] for cell in cells) == pytest.approx(1000.0)
    tv = [cell for cell in cells if (cell["channel"], cell["week"]) == ("tv", first)]
    assert tv[0]["spend"] <= 10.0 * (1 + 1e-6)
    weeks = {week["week"]: week["spend"]["tv"] for week in found["plan"]["by_week"]}
    assert weeks[first] == pytest.approx(tv[0]["spend"])
    free = allocated(client, model_id, stay=False, phasing={"kind": "optimised"})
    assert free["gain"]["mean"] >= usual["gain"]["mean"] * (1 - 1e-6)
    # Climbs by week end within 1e-5 of the best plan.
    assert found["gain"]["mean"] <= free["gain"]["mean"] * (1 + 1e-5)


def test_a_given_plan_leaves_nothing_to_optimise(client, model_id) -> None:
    body = {"horizon": HORIZON, "plan": PLAN, "phasing": {"kind": "optimised"}}
    answer = client.post(f"/v1/models/{model_id}/evaluate-plan", json=body)
    assert_problem(answer, 422, "invalid_query")
    assert "nothing to optimise" in answer.json()["errors"][0]["detail"]


def test_explanations_come_when_asked_for(client, model_id) -> None:
    plain = allocated(client, model_id)
    assert plain["stability"] is None
    assert plain["information"] is None
    found = allocated(client, model_id, explain=True, stay=False)
    assert len(found["stability"]["moved"]) == 2
    assert all(0.0 <= share <= 1.0 for share in found["stability"]["moved"])
    information = found["information"]
    if information is not None:  # the draws may be too few to part
        assert information["perfect"] <= information["expected_regret"] + 1e-6
        assert set(information["by_channel"]) == set(CHANNELS)


def test_a_plan_within_noise_is_told_beside_what_was_found(client, model_id) -> None:
    found = allocated(client, model_id)
    assert found["status"] in {"stay", "optimal", "feasible"}
    stay = found["stay"]
    assert sum(stay["proportional"].values()) == pytest.approx(1000.0)
    assert (found["status"] == "stay") == stay["within_noise"]


@pytest.mark.parametrize(("after", "tolerance"), [("zero", 1e-6), ("continue", 1e-3)])
def test_the_score_of_a_plan_is_that_of_the_allocation_that_made_it(
    client, model_id, after, tolerance
) -> None:
    """Spend that continues is within a hundredth of the plan's mean, so values are close."""
    best = allocated(client, model_id, stay=False, after=after)
    spend = {channel["name"]: channel["spend"] for channel in best["plan"]["channels"]}
    found = asked(client, model_id, "evaluate-plan", plan=spend, after=after)
    for field in ("gain", "outcome"):
        assert found[field]["mean"] == pytest.approx(best[field]["mean"], rel=tolerance)
    assert found["risk"]["value"] == pytest.approx(best["risk"]["value"], rel=tolerance)
    assert found["broken"] == []


def test_a_weekly_plan_keeps_its_weeks(client, model_id) -> None:
    weeks = [0.0] * 6 + [100.0] * 7
    found = asked(client, model_id, "evaluate-plan", plan={**PLAN, "tv": weeks}, explore=True)
    told = [week["spend"]["tv"] for week in found["plan"]["by_week"]]
    np.testing.assert_allclose(told, weeks, atol=1e-9)
    assert found["plan"]["total"] == pytest.approx(700.0 + 3 * 250.0)


def test_a_plan_is_held_against_limits(client, model_id) -> None:
    limits = {"channels": {"tv": {"max": 100}}, "budget": {"max": 900}}
    found = asked(client, model_id, "evaluate-plan", plan=PLAN, **limits)
    assert len(found["broken"]) == 2, found["broken"]
    assert "tv" in " ".join(found["broken"])


CONDITIONS = [
    {"kind": "target", "kpi": 1e9, "probability": 0.8},
    {"kind": "roi", "min": 0.0},
    {"kind": "not_worse", "probability": 0.99},
    {"kind": "cvar", "min": -1e9},
    {"kind": "cvar", "min": 1e9, "tail": 0.2, "risk_on": "gain"},
]
CARBON = {"name": "carbon", "per_currency": {"tv": 2.0}, "max": 100.0}


@pytest.mark.parametrize("spend", [0.0, 250.0])
def test_any_plan_is_held_against_every_condition(client, model_id, spend) -> None:
    """Also one that spends nothing, and under limits that no plan keeps."""
    limits = {"channels": {"tv": {"min": 5000}, "radio": {"max": 1}}, "budget": {"max": 900}}
    plan = dict.fromkeys(CHANNELS, spend)
    asked_for = {"conditions": CONDITIONS, "budgets": [CARBON], **limits}
    found = asked(client, model_id, "evaluate-plan", plan=plan, **asked_for)
    kinds = [condition["kind"] for condition in found["conditions"]]
    assert kinds == ["target", "roi", "not_worse", "cvar", "cvar", "budget"]
    met = [condition["met"] for condition in found["conditions"]]
    worse = found["risk"]["probability_worse"] > 0.01
    assert met == [False, True, not worse, True, False, spend == 0.0]
    carbon = found["conditions"][-1]
    assert (carbon["wanted"], carbon["reached"]) == (100.0, pytest.approx(2.0 * spend))
    assert carbon["slack"] == pytest.approx(100.0 - 2.0 * spend)
    assert len(found["broken"]) == (1 if spend == 0.0 else 4), found["broken"]
    same = asked(client, model_id, "evaluate-plan", plan=plan)
    assert found["gain"] == same["gain"]
    floor = found["conditions"][4]
    at_two_tenths = {"objective": {"kind": "cvar", "tail": 0.2}}
    measured = asked(client, model_id, "evaluate-plan", plan=plan, **at_two_tenths)
    assert floor["reached"] == pytest.approx(measured["risk"]["cvar"])


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"plan": {"tv": 1.0}}, "invalid_query", "/plan"),
        ({"plan": {**PLAN, "cinema": 1.0}}, "invalid_query", "/plan/cinema"),
        ({"plan": {**PLAN, "tv": [1.0, 2.0]}}, "invalid_query", "/plan/tv"),
        ({"plan": {**PLAN, "tv": -1.0}}, "validation", "/plan/tv"),
        ({"plan": dict.fromkeys(CHANNELS, 1e-12)}, "invalid_query", "/plan"),
        ({"plan": PLAN, "objective": {"kind": "greed"}}, "validation", "/objective"),
        ({"plan": PLAN, "phasing": {"profile": {"tv": [1.0]}}}, "invalid_query",
         "/phasing/profile/tv"),
    ],
)  # fmt: skip
def test_a_bad_plan_is_refused(client, model_id, changes, code, pointer) -> None:
    body = {"horizon": HORIZON, **changes}
    answer = client.post(f"/v1/models/{model_id}/evaluate-plan", json=body)
    assert_problem(answer, 422, code, pointer)


def test_a_rejected_model_scores_no_plan_unless_accepted(client, rejected_id) -> None:
    body = {"horizon": HORIZON, "plan": PLAN}
    path = f"/v1/models/{rejected_id}/evaluate-plan"
    assert_problem(client.post(path, json=body), 409, "model_rejected")
    accepted = client.post(path, json={**body, "accept_rejected": True}).json()
    assert "do not base budget decisions on" in accepted["warnings"][0]


def started(client, model_id: str, **body):
    complete = {"horizon": HORIZON, "budget": {"total": 1000}, **body}
    wait = {"Prefer": "wait=40"}
    return client.post(f"/v1/models/{model_id}/frontier", json=complete, headers=wait)


def test_more_budget_never_gains_less_before_its_cost(client, model_id) -> None:
    answer = started(client, model_id, totals=[500.0, 1000.0, 2000.0], stay=False, explore=True)
    assert answer.status_code == 202
    found = answer.json()
    assert found["status"] == "succeeded", found["error"]
    points = found["result"]["frontier"]["points"]
    assert [point["total"] for point in points] == pytest.approx([500.0, 1000.0, 2000.0])
    earned = [point["gain"]["mean"] + point["total"] for point in points]
    assert earned == sorted(earned)


def test_more_aversion_never_expects_more(client, model_id) -> None:
    objective = {"kind": "mean_cvar", "risk_aversion": 0.0, "tail": 0.1}
    body = {"risk_aversions": [0.0, 0.5, 1.0], "objective": objective, "stay": False}
    points = started(client, model_id, **body).json()["result"]["frontier"]["points"]
    assert [point["risk_aversion"] for point in points] == [0.0, 0.5, 1.0]
    means = [point["gain"]["mean"] for point in points]
    tails = [point["cvar"] for point in points]
    slack = 1e-3 * abs(means[0])
    assert means[0] >= means[1] - slack >= means[2] - 2 * slack
    assert tails[0] <= tails[1] + slack <= tails[2] + 2 * slack


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "validation", ""),
        ({"totals": [500.0]}, "validation", ""),
        ({"totals": [500.0, -1.0]}, "validation", "/totals/1"),
        ({"totals": [1.0, 2.0], "risk_aversions": [0.0, 1.0]}, "validation", ""),
        ({"risk_aversions": [0.0, 1.0]}, "validation", ""),
        ({"totals": [500.0, 900.0], "price": {"min": 3.0, "max": 5.0}}, "validation", ""),
        ({"totals": [500.0, 900.0], "explain": True}, "validation", ""),
        ({"totals": [500.0, 900.0], "channels": {"tv": {"min": 700}}}, "infeasible",
         "/channels/tv/min"),
        ({"totals": [500.0, 900.0], "channels": {"cinema": {"min": 1}}}, "invalid_problem",
         "/channels/cinema"),
    ],
)  # fmt: skip
def test_a_bad_frontier_is_refused_before_it_is_queued(
    client, model_id, body, code, pointer
) -> None:
    assert_problem(started(client, model_id, **body), 422, code, pointer)


def test_an_allocation_is_an_operation_for_whom_prefers_it(client, model_id) -> None:
    path = f"/v1/models/{model_id}/allocate"
    body = {"horizon": HORIZON, "budget": {"total": 1000.0}}
    answer = client.post(path, json=body, headers={"Prefer": "respond-async, wait=30"})
    assert answer.status_code == 202, answer.text
    assert answer.headers["preference-applied"] == "respond-async, wait=30"
    assert answer.headers["location"] == f"/v1/operations/{answer.json()['id']}"
    assert (answer.json()["kind"], answer.json()["status"]) == ("allocate", "succeeded")
    at_once = client.post(path, json=body).json()
    assert answer.json()["result"]["allocation"]["plan"] == at_once["plan"]
    refused = client.post(path, json={**body, "x": 1}, headers={"Prefer": "respond-async"})
    assert refused.status_code == 422
