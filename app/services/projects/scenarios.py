"""Saved scenarios: a question to a model, kept with its answer, to be compared and handed on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.context import Context
from app.contract.documents import RequestBody
from app.contract.plan_requests import AllocateBody
from app.db.models import ScenarioRow
from app.db.pages import Page, read_page
from app.db.row_locks import lock_for_change
from app.errors import NotFound
from app.ids import new_id
from app.services.catalog import models
from app.services.catalog.json_numbers import without_nan
from app.services.catalog.queries import CounterfactualBody, counterfactual
from app.services.planning.allocate import allocate
from app.services.planning.evaluate_plan import EvaluatePlanBody, evaluate_plan
from mmm.interval import Interval

type Question = Literal["allocate", "evaluate_plan", "counterfactual"]


class ScenarioBody(RequestBody):
    """A question to a model; exactly one of the three."""

    name: str = Field(min_length=1, max_length=200)
    model_id: str = Field(max_length=40)
    allocate: AllocateBody | None = None
    evaluate_plan: EvaluatePlanBody | None = None
    counterfactual: CounterfactualBody | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if len(self.asked) != 1:
            raise ValueError('give exactly one of "allocate", "evaluate_plan", "counterfactual"')
        return self

    @property
    def asked(self) -> list[Question]:
        """The questions that are given."""
        names: tuple[Question, ...] = ("allocate", "evaluate_plan", "counterfactual")
        return [name for name in names if getattr(self, name) is not None]


class ScenarioSummary(BaseModel):
    """A saved scenario without its documents."""

    id: str
    name: str
    model_id: str
    question: Question
    created_at: datetime

    @classmethod
    def of(cls, row: ScenarioRow) -> Self:
        """From a row."""
        return cls.model_validate(row, from_attributes=True)


class ScenarioRead(ScenarioSummary):
    """A saved scenario: what was asked and what was answered, as the endpoint of the question."""

    request: dict[str, Any]
    answer: dict[str, Any]


class ScenarioList(BaseModel):
    """A page of scenarios, newest first."""

    items: list[ScenarioSummary]
    next_page_token: str | None = None

    @classmethod
    def of(cls, page: Page[ScenarioRow]) -> Self:
        """From a page of rows."""
        items = [ScenarioSummary.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


class Compared(ScenarioSummary):
    """One line of a comparison.

    ``effect``: a plan against today's, a what-if against its baseline. ``outcome``: the kpi of the
    weeks in question.
    """

    total: float | None
    spend: dict[str, float]
    effect: Interval
    outcome: Interval
    outcome_unit: str


class Comparison(BaseModel):
    """Scenarios side by side, in the order asked."""

    items: list[Compared]


def save(context: Context, body: ScenarioBody) -> ScenarioRow:
    """Ask, and keep question and answer; raises what asking raises, and NotFound."""
    model = models.find(context, body.model_id)
    question = body.asked[0]
    answer: BaseModel
    if body.allocate is not None:
        answer = allocate(context, model, body.allocate)
    elif body.evaluate_plan is not None:
        answer = evaluate_plan(context, model, body.evaluate_plan)
    else:
        assert body.counterfactual is not None
        answer = counterfactual(context, model, body.counterfactual)
    row = ScenarioRow(
        id=new_id("sc"),
        name=body.name,
        model_id=model.id,
        question=question,
        request=getattr(body, question).model_dump(mode="json", exclude_unset=True),
        answer=without_nan(answer.model_dump(mode="json")),
    )
    with context.database.write() as session:
        session.add(row)
    return row


def find(context: Context, scenario_id: str) -> ScenarioRow:
    """The scenario's row; raises NotFound."""
    with context.database.read() as session:
        row = session.get(ScenarioRow, scenario_id)
    if row is None:
        raise NotFound("scenario", scenario_id)
    return row


def page(context: Context, limit: int, page_token: str | None) -> Page[ScenarioRow]:
    """Scenarios, newest first."""
    with context.database.read() as session:
        return read_page(session, ScenarioRow, limit, page_token)


def remove(context: Context, scenario_id: str) -> None:
    """Forget the scenario; raises NotFound."""
    with context.database.write() as session:
        row = lock_for_change(session, ScenarioRow, scenario_id)
        if row is None:
            raise NotFound("scenario", scenario_id)
        session.delete(row)


def compare(context: Context, ids: Sequence[str]) -> Comparison:
    """The scenarios side by side; raises NotFound."""
    return Comparison(items=[_compared(find(context, name)) for name in ids])


def _compared(row: ScenarioRow) -> Compared:
    answer, head = row.answer, ScenarioSummary.of(row).model_dump()
    if row.question == "counterfactual":
        numbers = {"total": None, "spend": {}, "effect": answer["effect"]}
        return Compared(**head, **numbers, outcome=answer["scenario"], outcome_unit=answer["unit"])
    plan = answer["plan"]
    return Compared(
        **head,
        total=plan["total"],
        spend={channel["name"]: channel["spend"] for channel in plan["channels"]},
        effect=answer["versus_current"],
        outcome=answer["outcome"],
        outcome_unit=answer["outcome_unit"],
    )
