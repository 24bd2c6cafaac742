"""The JSON documents of the API that are the service's own: datasets, operations, models, lists."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from app.db.models import DatasetRow, LiftTestRow, ModelRow, OperationRow
from app.db.pages import Page
from app.jobs.kinds import Urgency, urgency_of
from app.problems import Problem
from mmm.checks.lift import LiftCheck
from mmm.data.profile import TableProfile
from mmm.interval import Interval
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec


class RequestBody(BaseModel):
    """Base of request bodies: unknown fields and numbers that are none are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DatasetDocument(BaseModel):
    """A stored table and what is remarkable about it."""

    id: str
    name: str | None
    media_type: str
    bytes: int
    created_at: datetime
    profile: TableProfile

    @classmethod
    def of(cls, row: DatasetRow) -> Self:
        """From its row."""
        return cls(
            id=row.id,
            name=row.name,
            media_type=row.media_type,
            bytes=row.bytes,
            created_at=row.created_at,
            profile=TableProfile.model_validate(row.profile),
        )


class ChainDocument(BaseModel):
    """One chain of a running fit; draws count warm-up."""

    chain: int
    draws_done: int
    draws_total: int
    tuning: bool
    divergences: int


class OperationDocument(BaseModel):
    """A long call: where it stands, and its result or its error."""

    id: str
    kind: str
    status: Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
    stage: str | None = Field(description="validating, compiling, warmup, sampling, ...")
    priority: Urgency = Field(description="Before or behind what else of the tenant is queued.")
    progress: float = Field(ge=0, le=1)
    eta_seconds: float | None
    incomplete: bool = Field(description="Stopped with what it had by then.")
    chains: list[ChainDocument] = Field(description="Of a fit that samples.")
    result: dict[str, Any] | None = Field(
        description='Of a fit: {"model_id": "..."}, of a refit with its "stability"; of a '
        'simulation: {"summary", "dataset_ids"}.'
    )
    error: Problem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: OperationRow) -> Self:
        """From its row."""
        plain = cls.model_fields.keys() - {"chains", "priority"}
        return cls.model_validate(
            {
                **{name: getattr(row, name) for name in plain},
                "priority": urgency_of(row.priority),
                "chains": (row.detail or {}).get("chains", []),
            }
        )


class DataSummary(BaseModel):
    """What a model was fitted to; ``dataset_id`` is null for rows sent along, or once deleted."""

    dataset_id: str | None
    start: str
    end: str
    weeks: int
    geos: list[str]


class CheckDocument(BaseModel):
    """One check of a model; ``value`` is null where it cannot be computed."""

    name: str
    value: float | None
    limit: float
    passed: bool
    status: Literal["trusted", "caution", "rejected"]
    message: str
    advice: str


class VerdictDocument(BaseModel):
    """Whether the model deserves trust, and every check behind that."""

    status: Literal["trusted", "caution", "rejected"]
    checks: list[CheckDocument]


class ModelDocument(BaseModel):
    """A fitted model."""

    id: str
    name: str | None
    project: str | None
    base_model_id: str | None = Field(description="Of a refit: the model it continues.")
    created_at: datetime
    spec: ModelSpec
    data: DataSummary
    incomplete: bool = Field(description="Stopped before it had all its draws.")
    verdict: VerdictDocument
    diagnostics: dict[str, float | None]
    notes: list[str] = Field(description="What else holds for this model, in sentences.")
    lift_checks: list[LiftCheck] = Field(description="Measured lifts and what the model says.")
    method: dict[str, Any]

    @classmethod
    def of(cls, row: ModelRow) -> Self:
        """From its row."""
        return cls.model_validate(
            {
                **{name: getattr(row, name) for name in cls.model_fields if name != "data"},
                "data": {**row.data, "dataset_id": row.dataset_id},
            }
        )


class DatasetList(BaseModel):
    """A page of datasets, newest first."""

    items: list[DatasetDocument]
    next_page_token: str | None

    @classmethod
    def of(cls, page: Page[DatasetRow]) -> Self:
        """From a page of rows."""
        items = [DatasetDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


class OperationList(BaseModel):
    """A page of operations, newest first."""

    items: list[OperationDocument]
    next_page_token: str | None

    @classmethod
    def of(cls, page: Page[OperationRow]) -> Self:
        """From a page of rows."""
        items = [OperationDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


class ModelList(BaseModel):
    """A page of models, newest first."""

    items: list[ModelDocument]
    next_page_token: str | None

    @classmethod
    def of(cls, page: Page[ModelRow]) -> Self:
        """From a page of rows."""
        items = [ModelDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


class FitCheckDocument(BaseModel):
    """The answer of a fit that was only checked: it would be accepted, for these data."""

    valid: Literal[True] = True
    start: str
    end: str
    weeks: int
    geos: list[str]
    warnings: list[str] = Field(description="What the beliefs imply beyond what is plausible.")
    implied_media_share: Interval | None = Field(
        description="Media's share of sales under the prior; null where no effect is stated."
    )


class LiftTestDocument(BaseModel):
    """A registered lift test; its id stands for it in a model's ``lift_tests``."""

    id: str
    source: str
    test: LiftTest
    created_at: datetime

    @classmethod
    def of(cls, row: LiftTestRow) -> Self:
        """From its row."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class LiftTestList(BaseModel):
    """A page of lift tests, newest first; those just registered are in the order given."""

    items: list[LiftTestDocument]
    next_page_token: str | None = None

    @classmethod
    def of(cls, page: Page[LiftTestRow]) -> Self:
        """From a page of rows."""
        items = [LiftTestDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)
