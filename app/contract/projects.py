"""Bodies and documents of projects: champions, plans of record, actuals, plan versus actual."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.contract.base import Name, RequestBody, ResourceId, StoredDocument, Text
from app.contract.fit import FitData
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from mmm.interval import Interval
from mmm.plan.plan_vs_actual_answer import PlanVersusActual


class ProjectBody(RequestBody):
    """A project."""

    name: Name = Field(min_length=1)
    description: Text = ""


class PromotionBody(RequestBody):
    """The model to promote to champion, and a note."""

    model_id: ResourceId
    note: Text = ""
    accept_rejected: bool = Field(
        default=False, description="Promote even if the model failed its checks."
    )


class ProjectPlanBody(RequestBody):
    """A plan to adopt: a saved scenario, or a question to a model (default: the champion)."""

    name: Name = Field(min_length=1)
    scenario_id: ResourceId | None = None
    model_id: ResourceId | None = None
    allocate: AllocateBody | None = None
    evaluate_plan: EvaluatePlanBody | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = (self.scenario_id, self.allocate, self.evaluate_plan)
        if sum(item is not None for item in given) != 1:
            raise ValueError('give exactly one of "scenario_id", "allocate", "evaluate_plan"')
        if self.scenario_id is not None and self.model_id is not None:
            raise ValueError('a scenario names its model; omit "model_id"')
        return self


class ActualsBody(RequestBody):
    """Actual weeks with the columns of the model's table; a week posted again is replaced."""

    data: FitData


class Promotion(StoredDocument):
    """A promotion of a model to champion; the newest is in force."""

    id: str
    model_id: str
    note: str
    verdict: Literal["trusted", "caution", "rejected"]
    promoted_by: str
    created_at: datetime


class ProjectPlanSummary(BaseModel):
    """An adopted plan."""

    id: str
    name: str
    model_id: str
    question: Literal["allocate", "evaluate_plan"]
    start: date
    end: date
    total: float = Field(description="Spend of the horizon, currency.")
    expected: Interval = Field(description="Expected KPI of the horizon.")
    promised: Interval = Field(description="Predictive interval of the KPI, noise included.")
    unit: str
    created_at: datetime


class ProjectPlanRead(ProjectPlanSummary):
    """A plan with its question and answer."""

    request: dict[str, Any]
    answer: dict[str, Any]


class Actuals(StoredDocument):
    """Posted actual weeks."""

    id: str
    start: date
    end: date
    created_at: datetime


class Project(BaseModel):
    """A project with its champion, its plan of record and its last actuals."""

    id: str
    name: str
    description: str
    created_at: datetime
    champion: Promotion | None
    plan_of_record: ProjectPlanSummary | None
    actuals_until: date | None = Field(description="Last week that was posted.")


class ProjectPlanVersusActual(PlanVersusActual):
    """Plan versus actual of a project's plan."""

    plan_id: str
    model_id: str = Field(description="The plan's own model, which evaluates every row.")
    sources: tuple[str, ...] = Field(description="Where the actuals come from.")
    summary: str


class PlanPromise(BaseModel):
    """A plan with the KPI that it promised, and that of the weeks that have happened."""

    plan_id: str
    name: str
    model_id: str
    start: date
    end: date
    status: Literal["waiting", "running", "ended"] = Field(
        description="waiting: none of its weeks has come; running: some have; ended: all have."
    )
    weeks_planned: int
    weeks: int = Field(description="That have come.")
    promised: Interval = Field(description="Of those weeks; of all of them while it waits.")
    actual: float | None
    kept: bool | None = Field(description="Whether the actual KPI lies within p5 and p95.")
    share_below: float | None = Field(description="Of the predictive draws below the actual KPI.")
    after_execution: float | None = Field(
        description="Expected KPI under the spend, prices and market that came, less the plan's: "
        "what the plan is not to blame for."
    )
    unit: str


class TestPromise(BaseModel):
    """A test of a channel that has been read, against what the model expected before it."""

    experiment_id: str
    name: str
    model_id: str
    channel: str
    measured: float = Field(description="Lift in units of the KPI.")
    standard_error: float
    surprise: float = Field(description="Measured less expected lift, in s.d.s of both.")
    kept: bool = Field(description="Whether it lies within 1.64 s.d.s: so do 90 % of honest ones.")


class Promises(BaseModel):
    """The ledger: plans, newest first, and tests; how many promises that can be judged were kept.

    Plans that share weeks count once: of those the newest that has ended.
    """

    plans: tuple[PlanPromise, ...]
    tests: tuple[TestPromise, ...]
    ended: int
    kept: int
    tests_read: int
    tests_kept: int
    summary: str
