"""What a plan's gain counts: revenue or profit, by the model's margin or the objective's."""

from typing import Any

import pytest

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from mmm.errors import QueryError
from mmm.posterior.fitted import FittedModel
from tests.app.http.test_contract import HORIZON
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.plan.test_margin import REVENUE, margin, valued
from tests.mmm.plan.test_mixture import CHEAP, units

NET = {"on": "profit", "margin": 0.4}


@pytest.fixture(scope="module")
def gross() -> FittedModel:
    return fake_model({**REVENUE, "currency": "EUR"}, draws=20)


@pytest.fixture(scope="module")
def net(gross) -> FittedModel:
    return valued(gross, margin(0.4))


def plan(model: FittedModel, **objective: Any) -> AllocationAnswer:
    fields: dict[str, Any] = {"horizon": HORIZON, "budget": {"total": 1000.0}, "stay": False}
    body = AllocateBody.model_validate({**fields, "objective": {"kind": "expected", **objective}})
    return allocate_model(model, body)


def counted_as_profit(answer: AllocationAnswer) -> bool:
    return any("counted as a unit of profit" in line for line in answer.warnings)


def test_the_margin_of_the_model_and_that_of_the_objective_mean_the_same(gross, net) -> None:
    by_model, by_objective = plan(net), plan(gross, **NET)
    # two searches whose numbers differ by rounding end as close to the best plan as they stop
    for one, other in zip(by_model.plan.channels, by_objective.plan.channels, strict=True):
        assert one.spend == pytest.approx(other.spend, abs=1.0)
        assert one.marginal_roi.mean == pytest.approx(other.marginal_roi.mean, rel=1e-2)
    for field in ("gain", "value_inside", "value_later"):
        ours, theirs = getattr(by_model, field).mean, getattr(by_objective, field).mean
        assert ours == pytest.approx(theirs, rel=1e-3)
    now, same = by_model.moves, by_objective.moves
    assert now is not None
    assert same is not None
    assert now.gain is not None
    assert same.gain is not None
    assert now.gain.mean == pytest.approx(same.gain.mean, rel=1e-3)
    assert now.cost_of_waiting == pytest.approx(same.cost_of_waiting, rel=1e-2)
    assert by_model.gain_unit == by_objective.gain_unit == "EUR profit"
    assert not counted_as_profit(by_model)
    assert not counted_as_profit(by_objective)
    assert plan(net, on="profit").gain == by_model.gain
    assert "more profit than" in by_model.summary
    assert by_model.outcome_unit == "EUR revenue"


def test_revenue_without_a_margin_says_what_it_counts(gross) -> None:
    answer = plan(gross)
    assert answer.gain_unit == "EUR revenue"
    assert counted_as_profit(answer)
    assert not counted_as_profit(plan(gross, on="kpi"))
    given = {channel.name: channel.spend for channel in answer.plan.channels}
    body = EvaluatePlanBody.model_validate({"horizon": HORIZON, "plan": given})
    assert any("counted as a unit of profit" in line for line in evaluation(gross, body).warnings)
    assert not counted_as_profit(plan(fake_model(RICH, draws=20)))


@pytest.mark.parametrize("objective", [{}, NET, {"on": "kpi"}])
def test_what_comes_inside_and_later_adds_up_to_the_gain_and_the_cost(gross, objective) -> None:
    answer = plan(gross, **objective)
    cost = 0.0 if objective.get("on") == "kpi" else answer.plan.total
    parts = answer.value_inside.mean + answer.value_later.mean
    assert parts == pytest.approx(answer.gain.mean + cost, rel=1e-12)
    assert answer.value_later.mean > 0.0


def test_a_second_margin_is_refused(net) -> None:
    cheap = fake_model(units(CHEAP), draws=20)
    for model, words in ((net, "kpi.margin"), (cheap, "price.unit_cost")):
        with pytest.raises(QueryError, match=words) as caught:
            plan(model, **NET)
        issue = caught.value.issues[0]
        assert (issue.pointer, issue.code) == ("/objective/margin", "two_margins")


def test_profit_without_a_margin_is_refused_where_value_is_revenue(gross) -> None:
    with pytest.raises(QueryError, match=r"kpi\.margin") as caught:
        plan(gross, on="profit")
    assert caught.value.issues[0].code == "no_margin"
    body = EvaluatePlanBody.model_validate(
        {
            "horizon": HORIZON,
            "plan": dict.fromkeys(("tv", "search", "radio", "mail"), 1.0),
            "objective": {"kind": "expected", "on": "profit"},
        }
    )
    with pytest.raises(QueryError, match=r"kpi\.margin"):
        evaluation(gross, body)
