"""The JSON documents of the API that are the service's own: datasets, operations, models."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from app.contract.base import StoredDocument, Urgency
from app.contract.problem import Problem
from mmm.checks.implied_channel import ImpliedChannel
from mmm.checks.lift_check import LiftCheck
from mmm.data.table_profile import TableProfile
from mmm.interval import Interval
from mmm.posterior.evidence import Evidence
from mmm.spec.environment import Event
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec
from mmm.tables.formats import bare
from mmm.tables.recipe import Recipe


class DatasetDocument(StoredDocument):
    """A stored table, how it was read, and the profile of its weeks."""

    id: str
    name: str | None
    media_type: Annotated[str, BeforeValidator(bare)]
    bytes: int
    created_at: datetime
    read: Recipe | None = Field(description="The recipe, with its evidence.")
    profile: TableProfile


class ChainDocument(BaseModel):
    """One chain of a running fit; draws count warm-up."""

    chain: int
    draws_done: int
    draws_total: int
    tuning: bool
    divergences: int


class PartDocument(BaseModel):
    """One part of a running test of a model: the share of it that is done."""

    part: str
    progress: float


class FirstLookDocument(BaseModel):
    """The first look of a running fit: an approximation that can be read and decides nothing."""

    model_id: str | None = Field(
        description="Answers reads of a model until the fit replaces it; then 404."
    )
    note: str | None = Field(description="Why there is none.")


class OperationDocument(BaseModel):
    """A long-running call: its status and progress, and its result or error."""

    id: str
    kind: str
    status: Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
    stage: str | None = Field(description="validating, compiling, first_look, warmup, sampling...")
    priority: Urgency = Field(description="Order among the tenant's queued jobs.")
    progress: float = Field(ge=0, le=1)
    eta_seconds: float | None
    incomplete: bool = Field(description="Stopped early; the result is partial.")
    fits: int = Field(description="How many fits it counts as, in the limit of a tenant.")
    chains: list[ChainDocument] = Field(description="Progress of each chain of a sampling fit.")
    parts: list[PartDocument] = Field(description="Progress of each part of a test of a model.")
    first_look: FirstLookDocument | None = Field(
        description="Of a running fit that takes longer than a few seconds."
    )
    result: dict[str, Any] | None = Field(
        description='Of a fit: {"model_id": "..."}, with what changed since its "first_look" where '
        'it had one, of a refit with its "stability"; of a '
        'simulation: {"summary", "dataset_ids"}; of the design of a test: {"design"}, a '
        'DesignAnswer; of a test of a model: {"model_id", "parts"}, what is in its trust record.'
    )
    error: Problem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class DataSummary(BaseModel):
    """The data of a model; ``dataset_id`` is null for inline rows, or for a deleted dataset."""

    dataset_id: str | None
    start: str
    end: str
    weeks: int
    geos: list[str]


class CheckDocument(BaseModel):
    """One check of a model; ``value`` is null if it cannot be computed."""

    name: str
    value: float | None
    limit: float
    passed: bool
    status: Literal["trusted", "caution", "rejected"]
    message: str
    advice: str


class VerdictDocument(BaseModel):
    """Whether to trust the model, with every check."""

    status: Literal["trusted", "caution", "rejected"]
    checks: list[CheckDocument]


class SecondModelDocument(BaseModel):
    """The rival of another structure that is fitted after a model, for its plans."""

    status: Literal["pending", "ready", "skipped"]
    structure: str = Field(description="How it differs from the model, in words.")
    reason: str | None = Field(description="Why it was skipped.")
    operation_id: str | None = Field(description="The operation that fits it, or did.")


class DefaultsDocument(BaseModel):
    """The generation of default priors: 1 until 0.1.0, 2 since they know budgets, 3 since those of
    holidays and events reach seasonal goods."""

    generation: int = Field(description="Of this model; a refit keeps it.")
    current: int = Field(description="Of a model that this release fits for the first time.")


class ModelDocument(BaseModel):
    """A fitted model."""

    id: str
    name: str | None
    project: str | None
    base_model_id: str | None = Field(description="Of a refit: the model it continues.")
    first_look_of: str | None = Field(
        description="Of a first look: the operation whose fit will replace it."
    )
    created_at: datetime
    spec: ModelSpec = Field(description="With every default written out.")
    defaults: DefaultsDocument = Field(description="Whose priors stand where spec states none.")
    data: DataSummary
    incomplete: bool = Field(description="Stopped before it had all its draws.")
    verdict: VerdictDocument
    diagnostics: dict[str, float | None]
    notes: list[str] = Field(description="Further remarks about this model.")
    evidence: Evidence | None = Field(
        description="How far each effect can be relied on; null for a first look, or a model of an "
        "older release."
    )
    second_model: SecondModelDocument | None = Field(
        description="Null for a model of a release without second models."
    )
    lift_checks: list[LiftCheck] = Field(description="Measured lifts and the model's predictions.")
    method: dict[str, Any]


class FitCheckDocument(BaseModel):
    """The answer of ``validate_only``: the fit would be accepted, with these data."""

    valid: Literal[True] = True
    start: str
    end: str
    weeks: int
    geos: list[str]
    parameters: int = Field(description="That the weeks of one geo must tell apart.")
    channels: list[ImpliedChannel] = Field(
        description="What the priors alone imply of each channel: share of the KPI, and ROI."
    )
    warnings: list[str] = Field(
        description="What will make the fit weak: idle channels, channels that move together, few "
        "weeks, lift tests that no week could hold, events given twice; implausible consequences "
        "of the priors; weeks that recur unmodelled; what is assumed where the table is silent."
    )
    suggested_events: list[Event] = Field(
        description="To add to the model's events: weeks that recur every year and that nothing "
        "in it explains."
    )
    implied_media_share: Interval | None = Field(
        description="Media's share of sales under the prior; null if no effect prior is given."
    )


class LiftTestDocument(StoredDocument):
    """A registered lift test; a model's ``lift_tests`` may refer to it by id."""

    id: str
    source: str
    test: LiftTest
    created_at: datetime
