"""What is spent after the horizon: the last week of a plan is no bargain, and a bound holds."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.frontier import frontier_points
from app.services.planning.responses import response_of
from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.plan.response import PlanResponse
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from tests.mmm.fakes import fake_model, table

WEEKS = 13
WEEK = timedelta(weeks=1)
LASTING = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 7.0},
    "date": "week",
    "channels": [
        {"name": name, "column": f"{name}_spend", "adstock": {"kind": "geometric", "max_lag": 8}}
        for name in ("tv", "search")
    ],
}


@pytest.fixture(scope="module")
def steady() -> FittedModel:
    """A world in which nothing changes: spend of the last 26 weeks alike, carryover of .7 a week,
    curves with half of their most at today's exposure."""
    model = fake_model(LASTING, draws=20)
    frame = table(60)
    for name in ("tv", "search"):
        frame[f"{name}_spend"] = np.where(np.arange(60) < 34, frame[f"{name}_spend"] + 1.0, 20.0)
    spec = parse_spec(LASTING)
    design = design_of(spec, build_panel(frame, spec))
    held = model.posterior.dataset.copy()
    for name, value in (("adstock_alpha", 0.7), ("saturation_slope", 1.0), ("beta", 1.0)):
        held[name] = held[name] * 0.0 + value
    held["saturation_half"] = held["saturation_half"] * 0.0 + np.linspace(0.8, 1.2, 20)[:, None]
    posterior = replace(model.posterior, dataset=held)
    return replace(model, design=design, posterior=posterior)


def body(model: FittedModel, **fields: object) -> AllocateBody:
    document = {
        "horizon": {"start": model.panel.weeks[-1] + WEEK, "weeks": WEEKS},
        "reference": "last_weeks",
        "budget": {"total": 40.0 * WEEKS},
        "phasing": {"kind": "optimised"},
        "objective": {"kind": "expected"},
        "stay": False,
    }
    return AllocateBody.model_validate(document | fields)


def by_week(model: FittedModel, **fields: object) -> np.ndarray:
    plan = allocate_model(model, body(model, **fields)).plan
    return np.array([sum(week.spend.values()) for week in plan.by_week])


@pytest.mark.parametrize("share", [0.8, 1.0, 1.08])
def test_the_last_week_gets_what_the_weeks_before_it_get(steady, share):
    """Budgets below and above today's: spend goes on as the plan does."""
    spend = by_week(steady, budget={"total": 40.0 * WEEKS * share})
    middle = spend[4:9].mean()
    assert spend[-1] == pytest.approx(middle, rel=0.1)
    assert spend[-4:].mean() == pytest.approx(middle, rel=0.1)


def test_without_spend_after_the_horizon_the_last_week_is_a_bargain(steady):
    spend = by_week(steady, after="zero")
    assert spend[-1] > 1.5 * spend[4:9].mean()


def test_the_answer_says_what_is_spent_after_the_horizon(steady):
    asked = body(steady, phasing={"kind": "historic"})
    told = allocate_model(steady, asked)
    assert told.after is not None
    assert told.after.kind == "continue"
    for channel in told.plan.channels:
        mean = channel.spend / WEEKS
        assert told.after.per_week[channel.name] == pytest.approx(mean, abs=0.02 * 40.0)
    zero = allocate_model(steady, body(steady, phasing={"kind": "historic"}, after="zero"))
    assert zero.after is not None
    assert (zero.after.kind, zero.after.per_week) == ("zero", {})
    assert told.gain.mean < zero.gain.mean


def test_a_plan_found_is_evaluated_and_on_a_frontier_alike(steady):
    asked = body(steady, phasing={"kind": "historic"})
    found = allocate_model(steady, asked)
    plan = {channel.name: channel.spend for channel in found.plan.channels}
    given = {"horizon": asked.horizon, "reference": "last_weeks", "plan": plan}
    told = evaluation(steady, EvaluatePlanBody.model_validate(given))
    assert told.gain.mean == pytest.approx(found.gain.mean, rel=0.005)
    fields = asked.model_dump(exclude={"budget"}, exclude_unset=True)
    totals = (20.0 * WEEKS, 40.0 * WEEKS)
    front = FrontierBody.model_validate({**fields, "budget": asked.budget, "totals": totals})
    points = [*frontier_points(response_of(steady, front, "value", None), front)]
    assert points[1].gain.mean == pytest.approx(found.gain.mean, rel=0.005)
    for point, total in zip(points, totals, strict=True):
        assert point.after is not None
        assert sum(point.after.per_week.values()) == pytest.approx(total / WEEKS, rel=0.02)


@pytest.mark.parametrize("weeks", ["historic", "optimised"])
@pytest.mark.parametrize("interactions", [[], [["tv", "search"]]])
def test_a_plan_earns_the_difference_of_two_worlds_that_go_on_alike(weeks, interactions):
    """Spend after the horizon is in the world with the plan and in that without."""
    model = fake_model({**LASTING, "interactions": interactions}, geos=2, draws=6)
    asked = body(model, phasing={"kind": weeks}, after="continue")
    response = response_of(model, asked, "kpi", None)
    assert isinstance(response, PlanResponse)
    spend = response.current * np.linspace(0.5, 1.5, response.current.size)
    response = response.continuing(spend)
    first = response.world.index(response.horizon[0])
    plan = response.plan(spend)
    worlds = [response.world.spend.copy() for _ in range(2)]
    for world, value in zip(worlds, (plan, 0.0 * plan), strict=True):
        world[first : first + WEEKS] = value
        world[first + WEEKS :] = plan.mean(0)
    with_plan, without = (
        mean_by_geo(model, replace(response.world, spend=world), None)[:, first:].sum((1, 2))
        for world in worlds
    )
    earned = response.draws(spend) - response.draws(0.0 * spend)
    np.testing.assert_allclose(earned, with_plan - without, rtol=1e-7, atol=1e-6)


def test_a_bound_holds_where_spend_goes_on(steady):
    asked = body(steady, objective={"kind": "mean_cvar"}, phasing={"kind": "historic"})
    found = allocate_model(steady, asked)
    assert found.certificate.kind == "global"
    after = found.after
    assert after is not None
    level = np.array([[after.per_week[name] for name in steady.structure.channels]])
    bound = found.certificate.upper_bound
    assert bound is not None
    response = response_of(steady, asked, "value", None).going_on_at(level)
    for share in np.linspace(0.0, 1.0, 21):
        spend = 40.0 * WEEKS * np.array([share, 1.0 - share])
        draws = response.draws(spend) - spend.sum()
        value = 0.5 * draws.mean() + 0.5 * np.sort(draws)[:2].mean()
        assert value <= bound + 1e-9 * abs(value)


def test_a_what_if_goes_on_at_the_mean_of_its_window(steady):
    """After the data too; without spend it earns more, for what follows is not saturated."""
    start = steady.panel.weeks[-1] + WEEK
    question = {
        "window": {"start": start, "end": start + 7 * WEEK},
        "do": [{"variable": "tv", "scale": 0.0}],
        "reference": "last_weeks",
    }
    effects = {
        after: answer(steady, Counterfactual.model_validate(question | {"after": after})).effect
        for after in ("zero", "continue")
    }
    assert effects["zero"].mean < effects["continue"].mean < 0.0
