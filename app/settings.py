"""Settings of the service: environment variables ``PRUDENT_*``, read when the app is created."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.body_settings import BodySettings
from mmm.tables.limits import MEBIBYTE

PREFIX = "PRUDENT_"


class Settings(BodySettings):
    """All settings of an installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(
        default=Path("prudent-data"),
        description="Directory of the database, artefacts and caches.",
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; default: SQLite in the data directory."
    )
    database_timeout_seconds: float = Field(
        default=15.0,
        ge=1,
        description="Time limit of a statement on Postgres, waits for locks included; must exceed "
        "the 10 s after which the server ends a transaction whose process is frozen.",
    )
    artefact_url: str | None = Field(
        default=None,
        description="Object store of artefacts, such as s3://bucket/prefix; its endpoint, region "
        "and credentials are AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and so on. "
        "Default: files in the data directory.",
    )
    artefact_cache_bytes: int = Field(
        default=2048 * MEBIBYTE,
        ge=0,
        description="Maximum bytes of local copies of artefacts in an object store.",
    )
    cache_dir: Path | None = Field(
        default=None,
        description="Directory of compiled code, safe to delete; default: in the data directory.",
    )
    keep_operations_days: float | None = Field(
        default=90.0,
        ge=0,
        description="Days after which finished operations are deleted; their results remain.",
    )
    artefact_grace_seconds: float = Field(
        default=3600.0,
        ge=0,
        description="Age at which an unreferenced stored file is deleted; must exceed the time "
        "that a job may take between storing a file and writing its row.",
    )
    sweep_seconds: float = Field(
        default=1800.0,
        gt=0,
        description="Time between two deletions of unreferenced files and old operations.",
    )
    reserve_bytes: int = Field(
        default=16 * MEBIBYTE,
        ge=0,
        description="Disk space in the data directory that is set aside for deletions on a full "
        "disk; only with SQLite.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; other than loopback only with auth.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 lets the system choose."
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of the Prometheus metrics; not served if unset.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics port.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Lowest level that is logged."
    )

    demo: bool = Field(
        default=False,
        description="Add a simulated brand with its fitted model, whose truth is known, to look "
        "around; only with a database of its own machine.",
    )
    work_in_process: bool = Field(
        default=True,
        description="Run jobs in the serving process; false leaves them to workers.",
    )
    fit_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Concurrent fits per process; use the same value for all workers.",
    )
    query_jobs: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Concurrent simulations, frontiers and queued allocations per process; use "
        "the same value for all workers.",
    )
    fit_attempts: int = Field(
        default=3, ge=1, le=20, description="Maximum attempts of a job before it fails."
    )
    query_timeout_seconds: float = Field(
        default=1800.0,
        gt=0,
        description="Time limit of a simulation, a frontier or a queued allocation.",
    )
    result_patience_seconds: float = Field(
        default=6 * 3600.0,
        ge=0,
        description="How long a finished job waits for a database or store that is away, before "
        "it counts as failed and is tried again.",
    )
    worker_heartbeat_seconds: float = Field(
        default=2.0, gt=0, description="Time between two heartbeats of a worker."
    )
    worker_lost_seconds: float = Field(
        default=15.0,
        gt=0,
        description="Time without a heartbeat after which a worker's jobs go to others.",
    )
    fit_timeout_seconds: float = Field(default=4 * 3600.0, gt=0, description="Time limit of a fit.")
    fit_niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="Niceness of fit processes and their compilers, whatever that of the service; "
        "where the service's own is higher, theirs is the same.",
    )
    second_models: bool = Field(
        default=True,
        description="Fit a second model of another structure after each model, for its plans.",
    )
    warm_worker: bool = Field(
        default=True, description="Keep one idle fit process with everything imported."
    )

    query_workers: int = Field(
        default=2,
        ge=1,
        le=256,
        description="Concurrent what-if questions; more than two per process gain nothing.",
    )
    plan_workers: int = Field(
        default=2,
        ge=1,
        le=256,
        description="Concurrent allocations and evaluations of plans, and reports.",
    )
    read_workers: int = Field(
        default=2,
        ge=1,
        le=256,
        description="Concurrent reads computed from draws (contributions, curves, weeks, graph).",
    )
    longest_wait_seconds: float = Field(
        default=45.0,
        gt=0,
        description="A call that would wait longer for one of these threads is refused (503).",
    )
    idempotency_seconds: float = Field(
        default=24 * 3600.0,
        gt=0,
        description="How long the response of an Idempotency-Key is kept.",
    )
    idempotency_patience_seconds: float = Field(
        default=300.0,
        gt=0,
        description="Time after which a key without a response may be claimed again, because its "
        "process has died.",
    )
    max_draws: int = Field(
        default=100_000, ge=100, description="Maximum (draws + tune) x chains of a fit."
    )
    max_fit_cells: int = Field(
        default=10_000_000_000,
        ge=1,
        description="Maximum rows x columns x draws of a fit, refit or simulation, with the "
        "columns that the model uses and the draws that are kept.",
    )
    cache_bytes: int = Field(
        default=1024 * MEBIBYTE,
        ge=0,
        description="Approximate bytes of fitted models, plan responses and answers in memory.",
    )

    @property
    def resolved_database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'prudent.db'}"

    @property
    def single_host(self) -> bool:
        """Whether the database is a SQLite file, for one service and its workers on one machine."""
        return self.resolved_database_url.startswith("sqlite")

    @property
    def artefact_dir(self) -> Path:
        """Directory of the content-addressed files."""
        return self.data_dir / "artefacts"

    @property
    def resolved_cache_dir(self) -> Path:
        """Directory of compiled code, kept between fits."""
        return (self.cache_dir or self.data_dir / "cache").absolute()

    @property
    def lock_dir(self) -> Path:
        """Directory of the lock files held by the service and its workers on this machine."""
        return self.data_dir.absolute() / "locks"

    @property
    def work_dir(self) -> Path:
        """Directory for files of running fits: one folder per worker, emptied when it starts."""
        return self.data_dir.absolute() / "work"
