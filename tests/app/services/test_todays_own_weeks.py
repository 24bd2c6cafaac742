"""A given plan is compared with today's plan in its own weeks and regions, not in the plan's."""

from typing import Any

import numpy as np
import pytest

from app.contract.plan_answers import PlanEvaluation
from app.contract.plan_requests import EvaluatePlanBody
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.moves.causal import own_phasing
from app.services.planning.responses import response_of
from app.services.planning.second_opinion import SecondModel
from mmm.posterior.fitted import FittedModel
from tests.app.services.test_moves import READY, body
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="module", params=[1, 2], ids=["national", "two regions"])
def model(request) -> FittedModel:
    return fake_model(draws=60, geos=request.param)


def asked(model: FittedModel, plan: dict, **changes) -> EvaluatePlanBody:
    usual = body(model, after="zero")
    shared = {"horizon": usual.horizon, "after": "zero", "explore": True, "reference": "last_weeks"}
    return EvaluatePlanBody.model_validate({**shared, "plan": plan, **changes})


def todays_plan(model: FittedModel) -> dict[str, dict[str, tuple[float, ...]]]:
    """Today's plan: weeks of each channel by region."""
    usual = asked(model, dict.fromkeys(model.structure.paid_channels, 1.0))
    response = response_of(model, own_phasing(usual), "value", None)
    plan = response.plan(response.current)
    return {
        name: {geo: tuple(plan[:, g, at].tolist()) for g, geo in enumerate(model.panel.geos)}
        for at, name in enumerate(response.channels)
    }


def stated(places: dict[str, dict[str, tuple[float, ...]]]) -> dict[str, Any]:
    """A plan with its weeks, and with its regions where there are several."""
    weeks = {name: tuple(np.sum([*each.values()], axis=0)) for name, each in places.items()}
    several = len(next(iter(places.values()))) > 1
    return {"plan": weeks, "phasing": {"weeks_by_geo": places if several else {}}}


def judged(model: FittedModel, places: dict, **changes) -> PlanEvaluation:
    body = asked(model, **stated(places), **changes)
    return evaluation(model, body, second=SecondModel(READY, model))


def in_one_week(places: dict) -> dict:
    """The same totals, with all of tv in the first week."""
    first = {geo: (sum(each), *(0.0 for _ in each[1:])) for geo, each in places["tv"].items()}
    return {**places, "tv": first}


def test_todays_own_weeks_earn_nothing_over_today(model) -> None:
    found = judged(model, todays_plan(model))
    size = 1e-9 * found.versus_current.reference_total
    assert found.versus_current.mean == pytest.approx(0.0, abs=size)
    assert found.versus_current.p5 == pytest.approx(found.versus_current.p95, abs=2 * size)
    assert found.second_model is not None
    assert found.second_model.probability_better is None


@pytest.mark.parametrize("objective", [{"kind": "expected"}, {"kind": "mean_cvar"}])
def test_other_weeks_are_compared_with_todays(model, objective) -> None:
    """The difference is that of two gains, each of a plan whose weeks are stated: no reference
    enters either."""
    today = todays_plan(model)
    moved, stayed = (
        judged(model, each, objective=objective) for each in (in_one_week(today), today)
    )
    compare(moved, moved.gain.mean - stayed.gain.mean)


def compare(found: PlanEvaluation, expected: float) -> None:
    """The comparison is ``expected``, by the model and by a second that is the same."""
    versus, second = found.versus_current, found.second_model
    size = 1e-9 * versus.reference_total
    assert abs(expected) > 1e3 * size
    assert versus.mean == pytest.approx(expected, abs=size)
    assert second is not None
    assert second.versus_current is not None
    assert second.versus_current.mean == pytest.approx(expected, abs=size)
    assert second.probability_better == versus.probability_better
    assert found.risk.probability_worse == pytest.approx(1.0 - versus.probability_better)


def test_risk_is_on_the_gain_over_todays_own_weeks(model) -> None:
    """Without aversion it is the mean of that gain."""
    over = {"kind": "mean_cvar", "risk_aversion": 0.0, "risk_on": "gain_over_current"}
    today = todays_plan(model)
    moved, stayed = (judged(model, each, objective=over) for each in (in_one_week(today), today))
    expected = moved.gain.mean - stayed.gain.mean
    assert moved.risk.value == pytest.approx(expected, rel=1e-6)
    size = 1e-9 * stayed.versus_current.reference_total
    assert stayed.risk.value == pytest.approx(0.0, abs=size)


def test_a_condition_on_the_current_plan_is_judged_by_its_own_weeks(model) -> None:
    condition = {"kind": "not_worse", "probability": 0.5}
    found = judged(model, in_one_week(todays_plan(model)), conditions=[condition])
    reached = found.conditions[0].reached
    assert reached == pytest.approx(found.versus_current.probability_better, abs=1e-9)


def test_other_regions_are_compared_with_todays() -> None:
    model = fake_model(draws=60, geos=2)
    today = todays_plan(model)
    first, second = today["tv"].values()
    elsewhere = {"r0": tuple(np.add(first, second)), "r1": tuple(0.0 for _ in second)}
    moved, stayed = (judged(model, each) for each in ({**today, "tv": elsewhere}, today))
    compare(moved, moved.gain.mean - stayed.gain.mean)
