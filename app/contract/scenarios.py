"""Bodies and documents of saved scenarios."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Base64Bytes, BaseModel, Field, model_validator

from app.contract.base import Name, RequestBody, ResourceId, StoredDocument
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.contract.query_answers import CounterfactualBody
from mmm.interval import Interval
from mmm.tables.recipe import Recipe

type Question = Literal["allocate", "evaluate_plan", "counterfactual"]
QUESTIONS = ("allocate", "evaluate_plan", "counterfactual", "sheet")
MOST_SHEET_BYTES = 4 * 1024 * 1024


class SheetFile(RequestBody):
    """A planner's sheet: a CSV file or an Excel workbook, in Base64."""

    content: Base64Bytes = Field(min_length=1, max_length=MOST_SHEET_BYTES)
    media_type: Literal[
        "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ]
    read: Recipe = Field(
        default=Recipe(), description="Words about how the sheet is written, such as its decimal."
    )


class ScenarioBody(RequestBody):
    """A question to a model, to be saved with its answer; exactly one of the four kinds.

    ``sheet``: a plan as a table, which is saved as a request of evaluate-plan with its answer.
    """

    name: Name = Field(min_length=1)
    model_id: ResourceId
    allocate: AllocateBody | None = None
    evaluate_plan: EvaluatePlanBody | None = None
    counterfactual: CounterfactualBody | None = None
    sheet: SheetFile | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if len(self.given_questions) != 1:
            raise ValueError(f"give exactly one of {', '.join(map(repr, QUESTIONS))}")
        return self

    @property
    def given_questions(self) -> list[str]:
        """The questions that are given."""
        return [name for name in QUESTIONS if getattr(self, name) is not None]


class ScenarioSummary(StoredDocument):
    """A saved scenario without its documents."""

    id: str
    name: str
    model_id: str
    question: Question
    created_at: datetime


class ScenarioRead(ScenarioSummary):
    """A saved scenario with the request and the answer of its question's endpoint."""

    request: dict[str, Any]
    answer: dict[str, Any]


class Compared(ScenarioSummary):
    """One line of a comparison.

    ``effect``: a plan against the current one, a what-if question against its baseline.
    ``outcome``: the KPI over the weeks of the question.
    """

    total: float | None
    spend: dict[str, float]
    effect: Interval
    outcome: Interval
    outcome_unit: str


class Comparison(BaseModel):
    """Scenarios side by side, in the order of the request."""

    items: list[Compared]
