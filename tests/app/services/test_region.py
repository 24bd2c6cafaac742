"""Plans stay inside what the data support, in every question, unless asked to explore."""

from datetime import timedelta

import numpy as np
import pytest

from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.contract.region import SupportedRegion
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from mmm.errors import QueryError
from mmm.plan.region import MULTIPLE
from optimizer.errors import Infeasible
from tests.mmm.fakes import fake_model

WEEKS = 6


@pytest.fixture(scope="module")
def model():
    return fake_model()


def body_of(model, kind=AllocateBody, **fields):
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return kind.model_validate({"horizon": {"start": start, "weeks": WEEKS}, **fields})


def supported(answer: AllocationAnswer | PlanEvaluation) -> SupportedRegion:
    assert answer.supported is not None
    return answer.supported


def seen(model) -> dict[str, float]:
    spend = model.panel.array("spend").sum(1)
    most = [np.convolve(own, np.ones(WEEKS), "valid").max() for own in spend.T]
    return dict(zip(model.structure.channels, most, strict=True))


def test_a_free_plan_stays_inside_and_tells_what_holds_it(model) -> None:
    answer = allocate_model(model, body_of(model, budget={"max": 1e6}, stay=False))
    for channel in answer.plan.channels:
        told = supported(answer).channels[channel.name]
        assert told.seen == pytest.approx(seen(model)[channel.name])
        assert told.most == pytest.approx(MULTIPLE * told.seen)
        assert channel.spend <= told.most * (1 + 1e-6)
        assert told.last_week - told.first_week == timedelta(weeks=WEEKS - 1)
    assert answer.plan.total <= supported(answer).together.most * (1 + 1e-6)
    held = [item for item in answer.binding if item.pointer == "/explore"]
    assert held
    assert any("More was never tried" in text for text in answer.warnings)


def test_a_total_beyond_is_refused_with_the_largest_one_under_the_limits(model) -> None:
    total, most = 10 * sum(seen(model).values()), seen(model)
    with pytest.raises(Infeasible) as refused:
        allocate_model(model, body_of(model, budget={"total": total}))
    answer = allocate_model(model, body_of(model, budget={"max": total}, stay=False))
    issue = refused.value.issues[0]
    assert (issue.pointer, issue.code) == ("/budget/total", "infeasible")
    assert f"{supported(answer).together.most:,.2f}" in issue.detail
    limits = {name: {"max": 1.0} for name in ("tv", "search", "radio")}
    with pytest.raises(Infeasible) as refused:
        allocate_model(model, body_of(model, budget={"total": total}, channels=limits))
    assert f"{3.0 + MULTIPLE * most['mail']:,.2f}" in refused.value.issues[0].detail


def test_a_channel_fixed_beyond_is_refused_and_a_maximum_beyond_does_nothing(model) -> None:
    most = seen(model)["tv"]
    fixed = {"tv": {"fixed": 3 * most}}
    with pytest.raises(Infeasible) as refused:
        allocate_model(model, body_of(model, budget={"max": 1e6}, channels=fixed))
    assert {issue.pointer for issue in refused.value.issues} >= {"/channels/tv/fixed", "/explore"}
    wide = {"tv": {"max": 3 * most}}
    answer = allocate_model(model, body_of(model, budget={"max": 1e6}, channels=wide))
    assert answer.plan.channels[0].spend <= MULTIPLE * most * (1 + 1e-6)


def test_a_given_plan_beyond_is_refused_unless_it_explores(model) -> None:
    plan = {**dict.fromkeys(seen(model), 1.0), "tv": 2.0 * seen(model)["tv"]}
    with pytest.raises(Infeasible) as refused:
        evaluation(model, body_of(model, EvaluatePlanBody, plan=plan))
    assert refused.value.issues[0].pointer == "/plan/tv"
    told = evaluation(model, body_of(model, EvaluatePlanBody, plan=plan, explore=True))
    assert told.plan.channels[0].beyond_observed
    assert supported(told).explore


def test_exploring_leaves_the_region(model) -> None:
    total = 2.0 * sum(seen(model).values())
    body = body_of(model, budget={"total": total}, explore=True, prove=False, stay=False)
    answer = allocate_model(model, body)
    assert answer.plan.total == pytest.approx(total)
    assert not any(item.pointer == "/explore" for item in answer.binding)


@pytest.mark.parametrize("phasing", [{"geos": "optimised"}, {"kind": "optimised"}])
def test_geos_and_weeks_stay_inside_too(phasing) -> None:
    model = fake_model(geos=2, draws=10)
    asked = body_of(model, budget={"max": 1e6}, phasing=phasing, stay=False, prove=False)
    answer = allocate_model(model, asked)
    spend = model.panel.array("spend")
    for cell in answer.plan.cells:
        own = spend[..., model.structure.channels.index(cell.channel)]
        weekly = own.sum(1) if cell.geo is None else own[:, model.panel.geos.index(cell.geo)]
        weeks = WEEKS if cell.week is None else 1
        most = np.convolve(weekly, np.ones(weeks), "valid").max()
        assert cell.spend <= MULTIPLE * most * (1 + 1e-6)
    for channel in answer.plan.channels:
        assert channel.spend <= supported(answer).channels[channel.name].most * (1 + 1e-6)


def test_an_assumed_world_far_from_the_data_is_refused(model) -> None:
    far = [{"variable": "price", "set": 0.001}]
    with pytest.raises(QueryError) as refused:
        allocate_model(model, body_of(model, budget={"max": 100.0}, assume=far))
    assert (refused.value.issues[0].pointer, refused.value.issues[0].code) == (
        "/assume/0",
        "too_far",
    )
