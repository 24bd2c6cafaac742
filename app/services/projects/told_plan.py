"""A saved scenario as a plan that is told to people, judged as the page judges a plan.

The plan is that of the scenario: the one that was given; of an allocation the moves that can be
defended now, or the whole plan where a goal was asked for. What it earns and how sure that is comes
from ``plan_odds``, by the models as they are now.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.context import Context
from app.contract.base import fields_of
from app.contract.moves import Moves, TestFirst
from app.contract.plan_answers import ReferenceDocument
from app.contract.plan_requests import AllocateBody, GivenPlan, PlanHorizon
from app.contract.planned_spend import GainByTime, PlannedChannel
from app.contract.sharing.told_plan import Standing, ToldGrade, ToldPlan, ToldTime
from app.db.models import ModelRow, ScenarioRow, now
from app.services.catalog import models
from app.services.planning.moves.told import made_now, told_channel
from app.services.planning.queries import allocate, odds_of_plan
from app.services.planning.units import gain_words
from mmm.errors import Issue, QueryError, pointer
from mmm.interval import Interval
from optimizer import Infeasible
from optimizer.problem.base import SMALLEST_BUDGET
from optimizer.watch import UNWATCHED, Watch

type Document = Mapping[str, Any]

SEARCH_SECONDS = 20.0
"""Of the allocation that says what to test beyond a given plan."""

_ASKED_ALIKE = ("objective", "accept_rejected")
_ASSUMED = re.compile(r"after (\d{4}-\d\d-\d\d), (.+)")


@dataclass(frozen=True)
class _Judged:
    """What is said of the plan: by the odds of a given plan, or by the moves of an allocation."""

    channels: tuple[PlannedChannel, ...]
    reference: ReferenceDocument | None
    gain: Interval
    by_time: GainByTime | None
    chances_in_20: int | None
    second: float | None


def told_plan(context: Context, row: ScenarioRow, caller: Watch = UNWATCHED) -> ToldPlan:
    """The plan of a scenario with what can be said of it now.

    Raises QueryError for a what-if, NotFound if the model was deleted, the question's errors, and
    Cancelled.
    """
    if row.question == "counterfactual":
        detail = f"the scenario {row.id} is a what-if question: only a plan can be told"
        raise QueryError([Issue(pointer("scenario_id"), "no_plan", detail)])
    model = models.find(context, row.model_id)
    horizon = PlanHorizon.model_validate(fields_of(row.request, PlanHorizon))
    moves = _moves(row.answer)
    given = GivenPlan.model_validate(_given(row, _plan(row, moves)))
    judged = _judged(context, model, row, moves, given)
    tests = {each.channel: each for each in _tests(context, model, row, moves, caller)}
    notes, region = row.answer.get("evidence") or {}, row.answer.get("supported") or {}
    grades = {name: ToldGrade(**note) for name, note in notes.items()}
    most = {name: each["most"] for name, each in region.get("channels", {}).items()}
    made = made_now(moves)
    words = gain_words(models.fitted(context, model), given.objective)
    return ToldPlan(
        name=row.name,
        start=horizon.horizon.start,
        end=horizon.horizon.start + timedelta(weeks=horizon.horizon.weeks, days=-1),
        currency=words.currency,
        counted=words.counted,
        in_money=words.in_money,
        reference=judged.reference.kind if judged.reference else None,
        total=sum(each.spend for each in judged.channels),
        today=sum(each.current for each in judged.channels),
        extra=judged.gain,
        by_time=ToldTime.model_validate(vars(judged.by_time)) if judged.by_time else None,
        chances_in_20=judged.chances_in_20,
        second=judged.second,
        channels=tuple(
            told_channel(each, made, tests, grades.get(each.name), most.get(each.name))
            for each in judged.channels
        ),
        assumed=tuple(_assumed(row, horizon)),
        standing=_standing(model),
        told_at=now(),
    )


def _judged(
    context: Context, model: ModelRow, row: ScenarioRow, moves: Moves | None, given: GivenPlan
) -> _Judged:
    """The plan's odds; of an allocation that decided places or a price, its own moves say it."""
    request, answer = row.request, row.answer
    reference = answer.get("reference")
    places = (request.get("phasing") or {}).get("geos") == "optimised"
    if row.question == "allocate" and (places or answer.get("price")) and moves and moves.plan:
        assert moves.gain is not None
        today = ReferenceDocument.model_validate(reference) if reference else None
        chances = (moves.chances_in_20, moves.second_model)
        return _Judged(moves.plan.channels, today, moves.gain, moves.by_time, *chances)
    odds = odds_of_plan(context, model, given)
    told = (odds.gain, odds.by_time, odds.chances_in_20, odds.second_model)
    return _Judged(odds.channels, odds.reference, *told)


def _given(row: ScenarioRow, plan: Document) -> dict[str, Any]:
    """The scenario's request as a question about ``plan``."""
    given = {**fields_of(row.request, GivenPlan), "plan": plan, "explore": True}
    if "optimised" in (given.get("phasing") or {}).values():
        del given["phasing"]
    return given


def _plan(row: ScenarioRow, moves: Moves | None) -> dict[str, Any]:
    """Spend by channel, over all weeks or week by week where an allocation decided the weeks."""
    if row.question == "evaluate_plan":
        return dict(row.request["plan"])
    goal = any(each["kind"] == "target" for each in row.answer.get("conditions") or ())
    chosen = row.answer["plan"]
    if not goal and moves is not None:
        chosen = moves.plan.model_dump() if moves.plan else None
    if chosen is None:
        return {each["name"]: each["current"] for each in row.answer["plan"]["channels"]}
    names = [each["name"] for each in chosen["channels"]]
    if (row.request.get("phasing") or {}).get("kind") == "optimised":
        return {name: [week["spend"][name] for week in chosen["by_week"]] for name in names}
    return {each["name"]: each["spend"] for each in chosen["channels"]}


def _tests(
    context: Context, model: ModelRow, row: ScenarioRow, moves: Moves | None, caller: Watch
) -> tuple[TestFirst, ...]:
    """What to test first: of a given plan's own moves, else of the best plan of its total."""
    if row.question == "allocate" or (moves is not None and moves.test_first):
        return moves.test_first if moves else ()
    total = float(row.answer["plan"]["total"])
    if total < SMALLEST_BUDGET:
        return ()
    question = AllocateBody.model_validate(
        {
            **fields_of(row.request, PlanHorizon),
            **{name: row.request[name] for name in _ASKED_ALIKE if name in row.request},
            "budget": {"total": total},
            "explore": False,
            "prove": False,
            "time_limit_s": SEARCH_SECONDS,
        }
    )
    try:
        further = allocate(context, model, question, caller).moves
    except Infeasible:  # the total lies beyond what the data support
        return ()
    return further.test_first if further else ()


def _moves(answer: Document) -> Moves | None:
    moves = answer.get("moves")
    return None if moves is None else Moves.model_validate(moves, by_alias=True)


def _assumed(row: ScenarioRow, horizon: PlanHorizon) -> Iterator[str]:
    """What the plan assumes of everything else, a sentence each."""
    for warning in row.answer["warnings"]:
        if found := _ASSUMED.fullmatch(warning):
            day = date.fromisoformat(found[1])
            yield f"After {day.day} {day:%b %Y}, {found[2]}."
    by_hand = [*(each.variable for each in horizon.assume), *horizon.future]
    if by_hand:
        yield f"As it was given with the question: {', '.join(dict.fromkeys(by_hand))}."
    if horizon.scenarios:
        yield f"Weighed over cases that were given: {', '.join(s.name for s in horizon.scenarios)}."
    if price := row.answer.get("price"):
        yield f"With a price of {price['price']:.3g}, which is {price['current']:.3g} today."
    after = (row.answer.get("after") or {}).get("kind")
    if after == "continue":
        yield "After these weeks media spend goes on as today, with this plan and without it."
    elif after == "zero":
        yield "After these weeks no media spend is counted, with this plan or without it."


def _standing(model: ModelRow) -> Standing:
    if model.verdict["status"] == "rejected":
        return "not_ready"
    if any(check["name"] == "draft" for check in model.verdict["checks"]):
        return "draft"
    return "stopped" if model.incomplete else "ready"
