"""Database tables. Ids sort by age; JSON columns hold documents that were validated before."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.db.base import Base, Document, Documents, TenantOwned, now
from app.db.experiment_rows import ExperimentRow

__all__ = [
    "ActualsRow",
    "ApiKeyRow",
    "AuditRow",
    "Base",
    "DatasetRow",
    "Document",
    "Documents",
    "ExperimentRow",
    "LiftTestRow",
    "ModelRow",
    "OperationRow",
    "ProjectPlanRow",
    "ProjectRow",
    "PromotionRow",
    "ScenarioRow",
    "ShareRow",
    "TenantOwned",
    "WorkerRow",
    "now",
]


class DatasetRow(TenantOwned, Base):
    """An uploaded table; ``artefact_key`` is the key of its stored bytes.

    ``read`` is its recipe, which tables of older releases do not have.
    """

    __tablename__ = "datasets"

    name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    artefact_key: Mapped[str] = mapped_column(String(64), index=True)
    bytes: Mapped[int]
    profile: Mapped[Document]
    read: Mapped[Document | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OperationRow(TenantOwned, Base):
    """A long-running call: its request, its status and progress, and how it ended.

    ``attempt`` counts the starts and fences earlier ones: only the newest attempt may write.
    ``releases`` counts the starts that ended because a worker was stopped, which is not a failure.
    ``worker`` is the executor of the newest start. ``stop_requested`` asks the job to end early
    with a partial result; ``incomplete`` says that it did. ``version`` grows with every change.
    ``input_key`` is the key of the artefact that the job reads, ``base_key`` that of the model that
    a refit continues. ``priority``: the lowest runs first. ``first_look`` has the ``model_id`` and
    the ``key`` of a fit's first look, or the ``note`` why there is none. ``fits``: how many fits it
    counts as. ``kept``: the finished pieces of a task, by key, until it ends.
    """

    __tablename__ = "operations"

    kind: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), index=True, default="queued")
    stage: Mapped[str | None] = mapped_column(String(40))
    progress: Mapped[float] = mapped_column(default=0.0)
    eta_seconds: Mapped[float | None]
    incomplete: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[int] = mapped_column(default=0)
    releases: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200), index=True)
    priority: Mapped[int] = mapped_column(default=2)
    fits: Mapped[int] = mapped_column(default=1)
    stop_requested: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[str | None] = mapped_column(String(100))
    input_key: Mapped[str | None] = mapped_column(String(64), index=True)
    base_key: Mapped[str | None] = mapped_column(String(64), index=True)
    request: Mapped[Document]
    detail: Mapped[Document | None]
    first_look: Mapped[Document | None]
    kept: Mapped[Document | None]
    result: Mapped[Document | None]
    error: Mapped[Document | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class WorkerRow(Base):
    """A process that runs jobs, from its start until it stops or is considered dead.

    ``executor`` is new at every start; ``identity`` (host and slot) belongs to one living process
    at a time, which holds the file ``lock`` on that host. ``heartbeat_at`` changes while it lives.
    """

    __tablename__ = "workers"

    executor: Mapped[str] = mapped_column(String(200), primary_key=True)
    identity: Mapped[str] = mapped_column(String(160), index=True)
    lock: Mapped[str] = mapped_column(String(1000))
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=now)
    heartbeat_at: Mapped[datetime] = mapped_column(default=now)


class ModelRow(TenantOwned, Base):
    """A fitted model; ``artefact_key`` is the key of its file, ``data_key`` of its table.

    For a refit, ``base_model_id`` is the model that it continues and ``stability`` the comparison
    with it. ``incomplete``: the fit was stopped before it had all its draws. ``second`` says what
    its second model is, ``second_operation_id`` which operation fits it, ``second_key`` is the key
    of its file once that has ended well; all three are null for a model of an older release.
    ``first_look_of`` is the running operation whose fit will replace this row, a first look.
    ``trust``: the trust record; ``verdict`` has its checks too.
    """

    __tablename__ = "models"

    name: Mapped[str | None] = mapped_column(String(200))
    project: Mapped[str | None] = mapped_column(String(200), index=True)
    operation_id: Mapped[str | None] = mapped_column(String(40), unique=True)
    dataset_id: Mapped[str | None] = mapped_column(
        ForeignKey("datasets.id", ondelete="SET NULL"), index=True
    )
    artefact_key: Mapped[str] = mapped_column(String(64), index=True)
    data_key: Mapped[str] = mapped_column(String(64), index=True)
    spec: Mapped[Document]
    sampling: Mapped[Document]
    data: Mapped[Document]
    verdict: Mapped[Document]
    diagnostics: Mapped[Document]
    notes: Mapped[Documents]
    evidence: Mapped[Document | None]
    lift_checks: Mapped[Documents]
    method: Mapped[Document]
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    base_model_id: Mapped[str | None] = mapped_column(String(40))
    stability: Mapped[Document | None]
    incomplete: Mapped[bool] = mapped_column(default=False)
    first_look_of: Mapped[str | None] = mapped_column(String(40), index=True)
    second_operation_id: Mapped[str | None] = mapped_column(String(40))
    second_key: Mapped[str | None] = mapped_column(String(64), index=True)
    second: Mapped[Document | None]
    trust: Mapped[Document | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    second_operation: Mapped[OperationRow | None] = relationship(
        primaryjoin=lambda: foreign(ModelRow.second_operation_id) == OperationRow.id,
        lazy="raise",
        viewonly=True,
    )


class LiftTestRow(TenantOwned, Base):
    """A registered lift test; ``source`` is the format it was imported from."""

    __tablename__ = "lift_tests"

    channel: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    test: Mapped[Document]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ScenarioRow(TenantOwned, Base):
    """A saved question to a model (``allocate``, ``evaluate_plan``, ``counterfactual``) and its
    answer, which remains when the model is deleted."""

    __tablename__ = "scenarios"

    name: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(20))
    request: Mapped[Document]
    answer: Mapped[Document]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ShareRow(TenantOwned, Base):
    """A link to a scenario's ``plan``, as it was told when it was shared; revoking deletes it."""

    __tablename__ = "shares"

    scenario_id: Mapped[str] = mapped_column(String(40), index=True)
    plan: Mapped[Document]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]


class ApiKeyRow(TenantOwned, Base):
    """An API key, of which only the ``digest`` is stored. A revoked key keeps its row."""

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[Documents]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class AuditRow(TenantOwned, Base):
    """An attempted change and its ``outcome``, which is null until it is known. The database allows
    the outcome to be set once, and refuses every other change."""

    __tablename__ = "audit_events"

    at: Mapped[datetime] = mapped_column(default=now)
    subject: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(100))
    resource: Mapped[str] = mapped_column(String(300))
    outcome: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(100))


class ProjectRow(TenantOwned, Base):
    """A group of models, plans and actuals; its name is unique within the tenant."""

    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(default=now)


class PromotionRow(TenantOwned, Base):
    """A promotion of a model to champion of a project; the newest one is in force."""

    __tablename__ = "promotions"

    project_id: Mapped[str] = mapped_column(String(40), index=True)
    model_id: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(2000))
    verdict: Mapped[str] = mapped_column(String(20))
    promoted_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ProjectPlanRow(TenantOwned, Base):
    """An adopted plan: question and answer as in a scenario, and in ``planned`` its spend and the
    reference's by week, geo and channel. The newest is the plan of record."""

    __tablename__ = "project_plans"

    project_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(20))
    request: Mapped[Document]
    answer: Mapped[Document]
    planned: Mapped[Document]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ActualsRow(TenantOwned, Base):
    """Actual weeks posted to a project; ``artefact_key`` is the key of the table."""

    __tablename__ = "actuals"

    project_id: Mapped[str] = mapped_column(String(40), index=True)
    artefact_key: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int] = mapped_column(BigInteger)
    read: Mapped[Document | None]
    start: Mapped[str] = mapped_column(String(10))
    end: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(default=now)
