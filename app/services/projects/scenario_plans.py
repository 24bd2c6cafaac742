"""Questions about a plan that take a saved scenario's plan, horizon and assumptions."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from app.context import Context
from app.contract.base import fields_of, request_of
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody, GivenPlan
from app.contract.scenario_plans import (
    SCENARIO,
    AllocateQuestion,
    EvaluateQuestion,
    FrontierQuestion,
    OddsQuestion,
)
from app.db.models import ModelRow, ScenarioRow
from app.services.planning.evaluate_plan import with_profiles
from app.services.projects import scenarios
from mmm.errors import Issue, QueryError, pointer

MOST_TOLD = 20
"""Invalid fields of a question that are named at once."""
UNUSED = ("explain", "under_test")
"""What a frontier does not use of a saved question; it refuses them where they are asked for."""


def evaluate_body(
    context: Context, model: ModelRow, question: EvaluateQuestion
) -> EvaluatePlanBody:
    """The plan to evaluate; raises NotFound, or QueryError for a scenario without a given plan."""
    if isinstance(question.root, EvaluatePlanBody):
        return question.root
    row, changes = _scenario(context, model, question.root)
    return request_of(EvaluatePlanBody, {**row.request, **changes}, MOST_TOLD)


def allocate_body(context: Context, model: ModelRow, question: AllocateQuestion) -> AllocateBody:
    """The allocation to solve; raises NotFound, or QueryError for a scenario without a plan."""
    if isinstance(question.root, AllocateBody):
        return question.root
    row, changes = _scenario(context, model, question.root, "evaluate_plan", "allocate")
    if row.question == "allocate":
        return request_of(AllocateBody, {**row.request, **changes}, MOST_TOLD)
    plan = EvaluatePlanBody.model_validate(row.request)
    return request_of(AllocateBody, with_commitments(plan, changes), MOST_TOLD)


def frontier_body(context: Context, model: ModelRow, question: FrontierQuestion) -> FrontierBody:
    """The frontier to compute; raises NotFound, or QueryError for a scenario without a plan."""
    if isinstance(question.root, FrontierBody):
        return question.root
    row, changes = _scenario(context, model, question.root, "evaluate_plan", "allocate")
    if row.question == "allocate":
        document = {**row.request, **changes}
    else:
        plan = EvaluatePlanBody.model_validate(row.request)
        document = with_commitments(plan, changes)
    saved = {name: document[name] for name in document if name in changes or name not in UNUSED}
    return request_of(FrontierBody, saved, MOST_TOLD)


def odds_body(context: Context, model: ModelRow, question: OddsQuestion) -> GivenPlan:
    """The plan to compare; raises NotFound, or QueryError for a scenario without a given plan."""
    if isinstance(question.root, GivenPlan):
        return question.root
    row, changes = _scenario(context, model, question.root)
    return request_of(GivenPlan, {**fields_of(row.request, GivenPlan), **changes}, MOST_TOLD)


def with_commitments(plan: EvaluatePlanBody, changes: dict[str, Any]) -> dict[str, Any]:
    """An allocation over the plan's horizon, in its world and of its total, that keeps what is
    committed in each week.

    Where weeks are decided, by a limit on each; else every channel keeps the plan's phasing, and
    its total stays so high that no week falls below what is committed there.
    """
    document = plan.model_dump(mode="json", exclude_unset=True)
    own = ("plan", "committed", "accept_rejected")
    base = {name: value for name, value in document.items() if name not in own}
    total = sum(map(_total, plan.plan.values()))
    base["budget"] = base.get("budget") or {"total": total}
    weekly = (changes.get("phasing") or {}).get("kind") == "optimised"
    if not weekly:
        base["phasing"] = with_profiles(plan).phasing.model_dump(mode="json")
    limits = {name: dict(bounds) for name, bounds in (base.get("channels") or {}).items()}
    for name, bounds in (changes.get("channels") or {}).items():
        limits[name] = {**limits.get(name, {}), **bounds}
    cells = [*(changes.get("cells") or ())]
    for name, bought in plan.committed.items():
        planned = plan.plan[name]
        assert isinstance(planned, tuple)
        if bought == planned and not weekly:
            limits[name] = {**limits.get(name, {}), "fixed": sum(planned)}
        elif weekly:
            cells += _week_limits(plan, name, bought)
        else:
            share = max(part / whole for part, whole in zip(bought, planned, strict=True) if part)
            limits[name] = {**limits.get(name, {}), "committed": share * sum(planned)}
    merged = {**base, **changes, "channels": limits}
    return merged | ({"cells": cells} if cells else {})


def _week_limits(
    plan: EvaluatePlanBody, name: str, bought: tuple[float, ...]
) -> list[dict[str, Any]]:
    start = plan.horizon.start
    return [
        {"channel": name, "week": (start + timedelta(weeks=week)).isoformat(), "min": part}
        for week, part in enumerate(bought)
        if part > 0.0
    ]


def _total(amount: float | tuple[float, ...]) -> float:
    return sum(amount) if isinstance(amount, tuple) else amount


def _scenario(
    context: Context, model: ModelRow, question: BaseModel, *kinds: str
) -> tuple[ScenarioRow, dict[str, Any]]:
    """The scenario and the fields that replace its own."""
    changes = question.model_dump(mode="json", exclude_unset=True)
    return _scenario_of(context, model, changes.pop(SCENARIO), *kinds), changes


def saved_allocation(
    context: Context, model: ModelRow, scenario_id: str
) -> tuple[AllocateBody, AllocationAnswer]:
    """A saved allocation with its answer; raises NotFound, or QueryError for another question."""
    row = _scenario_of(context, model, scenario_id, "allocate")
    body = AllocateBody.model_validate(row.request)
    return body, AllocationAnswer.model_validate(row.answer)


def _scenario_of(context: Context, model: ModelRow, scenario_id: str, *kinds: str) -> ScenarioRow:
    """A scenario of the model, of one of the kinds of question."""
    row = scenarios.find(context, scenario_id)
    if row.model_id != model.id:
        detail = f"the scenario {row.id} is about the model {row.model_id}, not {model.id}"
        raise QueryError([Issue(pointer(SCENARIO), "other_model", detail)])
    wanted = kinds or ("evaluate_plan",)
    if row.question not in wanted:
        detail = f"the scenario {row.id} is a question of kind {row.question!r}; wanted:"
        raise QueryError([Issue(pointer(SCENARIO), "no_plan", f"{detail} {' or '.join(wanted)}")])
    return row
