"""What is told of a scenario's plan: of a given one, of an allocation, and of one with a goal."""

import pytest
from sqlalchemy import select

from app.contract.sharing.told_plan import ToldPlan
from app.db.models import ShareRow
from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import HORIZON
from tests.app.keyed import bearer, keyed_service
from tests.app.routes.test_plans import PLAN
from tests.app.running import fitted_model


@pytest.fixture(scope="module")
def service(tmp_path_factory, models):
    with keyed_service(tmp_path_factory.mktemp("told"), models) as service:
        service.client.headers.update(bearer(service.key()))
        yield service


@pytest.fixture(scope="module")
def model_id(service) -> str:
    return fitted_model(service.client, TRUSTED)


def told(service, model_id: str, **question) -> tuple[ToldPlan, dict]:
    """The plan as it is told, and the scenario's answer."""
    body = {"name": "told", "model_id": model_id, **question}
    scenario = service.client.post("/v1/scenarios", json=body)
    assert scenario.status_code == 201, scenario.text
    where = f"/v1/scenarios/{scenario.json()['id']}/shares"
    share = service.client.post(where, json={})
    assert share.status_code == 201, share.text
    with service.database.read() as session:
        query = select(ShareRow).where(ShareRow.id == share.json()["id"])
        plan = ToldPlan.model_validate(session.scalars(query).one().plan)
    return plan, scenario.json()["answer"]


def spends(plan: ToldPlan) -> dict[str, float]:
    return {each.name: each.plan for each in plan.channels}


def test_an_allocation_is_told_by_the_moves_that_can_be_defended(service, model_id) -> None:
    question = {"horizon": HORIZON, "budget": {"change": 0.0}}
    plan, answer = told(service, model_id, allocate=question)
    moves = answer["moves"]
    wanted = {each["name"]: each["spend"] for each in moves["plan"]["channels"]}
    assert spends(plan) == pytest.approx(wanted)
    assert {each.name for each in plan.channels if each.group == "do_now"} == {
        each["channel"] for each in moves["do_now"]
    }
    tests = {each.name: each.test.to for each in plan.channels if each.test}
    assert tests == pytest.approx(
        {
            each["channel"]: each["if_good"]
            for each in moves["test_first"]
            if each["if_good"] != each["if_not"]
        }
    )


def test_a_plan_with_a_goal_is_told_whole(service, model_id) -> None:
    goal = {"kind": "target", "kpi": 1.0, "probability": 0.5}
    question = {"horizon": HORIZON, "budget": {"total": 1000}, "conditions": [goal]}
    plan, answer = told(service, model_id, allocate=question)
    wanted = {each["name"]: each["spend"] for each in answer["plan"]["channels"]}
    assert spends(plan) == pytest.approx(wanted)


def test_weeks_that_were_decided_stay(service, model_id) -> None:
    question = {
        "horizon": {**HORIZON, "weeks": 4},
        "budget": {"change": 0.0},
        "phasing": {"kind": "optimised"},
        "prove": False,
    }
    plan, answer = told(service, model_id, allocate=question)
    assert spends(plan) == pytest.approx(
        {each["name"]: each["spend"] for each in answer["moves"]["plan"]["channels"]}, rel=1e-6
    )


def test_a_given_plan_is_told_with_what_was_assumed(service, model_id) -> None:
    question = {
        "horizon": HORIZON,
        "plan": PLAN,
        "explore": True,
        "after": "zero",
        "assume": [{"variable": "price", "set": 9.5}],
    }
    plan, _ = told(service, model_id, evaluate_plan=question)
    assert spends(plan) == pytest.approx(PLAN)
    assert (plan.standing, plan.counted, plan.in_money) == ("ready", "profit", True)
    text = " ".join(plan.assumed)
    assert "As it was given with the question: price." in text
    assert "no media spend is counted" in text
    assert "rival.price" in text


def test_weekly_amounts_are_told_by_their_sums(service, model_id) -> None:
    weekly = {**PLAN, "tv": [10.0] * 12 + [130.0]}
    question = {"horizon": HORIZON, "plan": weekly, "explore": True}
    plan, _ = told(service, model_id, evaluate_plan=question)
    assert spends(plan) == pytest.approx(PLAN)


def test_a_rejected_model_is_named_before_its_plan(service) -> None:
    model = fitted_model(service.client, REJECTED)
    question = {"horizon": HORIZON, "plan": PLAN, "accept_rejected": True, "explore": True}
    plan, _ = told(service, model, evaluate_plan=question)
    assert plan.standing == "not_ready"
    assert all(each.grade is None for each in plan.channels)
