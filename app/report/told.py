"""An allocation as a plan that is told to people, in the words of its page and its slide."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.contract.base import fields_of
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_odds import PlanOdds
from app.contract.plan_requests import AllocateBody, GivenPlan
from app.contract.planned_spend import Plan, PlannedChannel
from app.contract.sharing.told_plan import ToldChannel, ToldGrade, ToldPlan, ToldTime
from app.report.plan.words import NOTICEABLE
from app.services.planning.moves.told import made_now, told_channel
from app.services.planning.units import gain_words
from mmm.interval import Interval
from mmm.posterior.fitted import FittedModel

NOTHING = Interval(mean=0.0, p5=0.0, p50=0.0, p95=0.0)


def told_plan(
    model: FittedModel, body: AllocateBody, answer: AllocationAnswer, odds: PlanOdds | None
) -> ToldPlan:
    """The plan of ``odds`` where a goal was asked for, else that of the moves to make now; today's
    where the limits leave none."""
    moves, words, horizon = answer.moves, gain_words(model, body.objective), body.horizon
    judged: tuple[Interval, int | None, float | None] = (NOTHING, None, None)
    by_time = moves.by_time if moves else None
    channels: Iterable[PlannedChannel] = (
        each.model_copy(update={"spend": each.current}) for each in answer.plan.channels
    )
    if odds is not None:
        channels, judged = odds.channels, (odds.gain, odds.chances_in_20, odds.second_model)
        by_time = odds.by_time
    elif moves is not None and moves.plan is not None:
        channels = moves.plan.channels
        judged = (moves.gain or NOTHING, moves.chances_in_20, moves.second_model)
    tests = {each.channel: each for each in moves.test_first} if moves else {}
    grades = {
        name: ToldGrade(grade=note.grade, label=note.label)
        for name, note in (answer.evidence or {}).items()
    }
    seen = answer.supported.channels if answer.supported else {}
    most = {name: each.most for name, each in seen.items()}
    told = tuple(
        told_channel(each, made_now(moves), tests, grades.get(each.name), most.get(each.name))
        for each in channels
    )
    if odds is not None:
        told = tuple(_of_goal(each, odds) for each in told)
    return ToldPlan(
        name="",
        start=horizon.start,
        end=horizon.start + timedelta(weeks=horizon.weeks, days=-1),
        currency=words.currency,
        counted=words.counted,
        in_money=words.in_money,
        reference=answer.reference.kind if answer.reference else None,
        total=sum(each.plan for each in told),
        today=sum(each.today for each in told),
        extra=judged[0],
        by_time=ToldTime.model_validate(vars(by_time)) if by_time else None,
        chances_in_20=judged[1],
        second=judged[2],
        channels=told,
        assumed=(),
        standing="draft" if model.verdict.draft else "ready",
        told_at=datetime.now(UTC),
    )


def given_plan(body: AllocateBody, plan: Plan) -> GivenPlan:
    """A plan that an allocation found, as a question about it: over the same weeks, in the same
    world, week by week where the weeks were decided."""
    asked = body.model_dump(mode="json", exclude_unset=True)
    given = fields_of(asked, GivenPlan)
    spend: dict[str, Any] = {each.name: each.spend for each in plan.channels}
    if body.phasing.kind == "optimised":
        spend = {name: [week.spend[name] for week in plan.by_week] for name in spend}
    if "optimised" in (body.phasing.kind, body.phasing.geos):
        given.pop("phasing", None)
    return GivenPlan.model_validate({**given, "plan": spend, "explore": True})


def _of_goal(channel: ToldChannel, odds: PlanOdds) -> ToldChannel:
    """The channel of a plan that reaches a goal: what it changes is to be done for that."""
    least = NOTICEABLE * max(odds.total, odds.reference_total)
    changed = abs(channel.plan - channel.today) > least
    group = "do_now" if changed else "test_first" if channel.test is not None else "hold"
    return channel.model_copy(update={"group": group, "now": channel.plan})
