"""Bodies and documents of saved scenarios."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.contract.base import Name, RequestBody, ResourceId, StoredDocument
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.contract.query_answers import CounterfactualBody
from mmm.interval import Interval

type Question = Literal["allocate", "evaluate_plan", "counterfactual"]


class ScenarioBody(RequestBody):
    """A question to a model, to be saved with its answer; exactly one of the three kinds."""

    name: Name = Field(min_length=1)
    model_id: ResourceId
    allocate: AllocateBody | None = None
    evaluate_plan: EvaluatePlanBody | None = None
    counterfactual: CounterfactualBody | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if len(self.given_questions) != 1:
            raise ValueError('give exactly one of "allocate", "evaluate_plan", "counterfactual"')
        return self

    @property
    def given_questions(self) -> list[Question]:
        """The questions that are given."""
        names: tuple[Question, ...] = ("allocate", "evaluate_plan", "counterfactual")
        return [name for name in names if getattr(self, name) is not None]


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
