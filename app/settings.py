"""Settings of the service: environment variables ``PRUDENT_*``, read where the app is created."""

import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

GIBIBYTE = 1024**3


class AccessSettings(BaseSettings):
    """Access control is off by default, and then the service listens to its own machine only."""

    auth: Literal["none", "keys", "oidc", "keys+oidc"] = Field(
        default="none",
        description="Credentials that are asked for: API keys, tokens of an identity provider.",
    )
    key_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="API keys are stored under it; default on one machine: a file in data_dir.",
    )
    oidc_issuer: str | None = Field(default=None, description="The provider: claim iss of tokens.")
    oidc_audience: str | None = Field(default=None, description="This service: claim aud.")
    oidc_jwks_url: str | None = Field(
        default=None, description="The provider's keys; default: as its discovery document says."
    )
    oidc_tenant_claim: str = Field(default="tenant", description="Claim that names the tenant.")
    oidc_scope_claim: str = Field(default="scope", description="Claim with scopes: words, a list.")
    oidc_scope_prefix: str = Field(
        default="prudent:", description="Before read, write and admin in that claim."
    )

    tenant_operations: int = Field(
        default=50, ge=1, description="Fits and other operations of a tenant not ended yet."
    )
    tenant_bytes: int = Field(
        default=50 * GIBIBYTE, ge=1, description="Data sets and models that a tenant may keep."
    )
    tenant_requests_per_second: float = Field(
        default=50.0,
        gt=0,
        description="Of a tenant, lasting, at all API processes together; with auth only.",
    )
    tenant_burst: int = Field(
        default=200, ge=1, description="Requests of a tenant at once, after a pause."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "oidc" in self.auth and not (self.oidc_issuer and self.oidc_audience):
            raise ValueError(
                f"PRUDENT_AUTH={self.auth} needs PRUDENT_OIDC_ISSUER and PRUDENT_OIDC_AUDIENCE"
            )
        for url in filter(None, (self.oidc_issuer, self.oidc_jwks_url)):
            if not _is_safe(url):
                raise ValueError(f"{url!r}: the provider is reached by https, not otherwise")
        return self


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


MEBIBYTE = 1024 * 1024


PREFIX = "PRUDENT_"


class Settings(AccessSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(
        default=Path("prudent-data"), description="Directory of database, artefacts and caches."
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; default: SQLite in the data directory."
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
        description="Local copies of what lies in an object store: at most so many bytes.",
    )
    cache_dir: Path | None = Field(
        default=None, description="Compiled code, safe to delete; default: in the data directory."
    )
    keep_operations_days: float | None = Field(
        default=90.0,
        ge=0,
        description="Operations that ended longer ago are forgotten; what they made stays.",
    )
    artefact_grace_seconds: float = Field(
        default=3600.0,
        ge=0,
        description="Age at which a stored file that nothing names is deleted; longer than any "
        "job may take between storing a file and naming it.",
    )
    sweep_seconds: float = Field(
        default=1800.0, gt=0, description="Time between two looks for what need not be kept."
    )
    host: str = Field(
        default="127.0.0.1", description="Address to listen on; beyond loopback only with auth."
    )
    port: int = Field(default=8000, ge=0, le=65535, description="0 lets the system choose.")
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Prometheus metrics are served there; off if not set.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics' port.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged."
    )

    work_in_process: bool = Field(
        default=True, description="Work on jobs in the serving process; false: workers do it all."
    )
    fit_workers: int = Field(
        default=1, ge=1, le=64, description="Fits at a time in a process; alike for all workers."
    )
    query_jobs: int = Field(
        default=2, ge=1, le=64, description="Simulations and frontiers at a time, likewise."
    )
    fit_attempts: int = Field(
        default=3, ge=1, le=20, description="Starts of one job before it is given up as failed."
    )
    query_timeout_seconds: float = Field(
        default=1800.0, gt=0, description="Longest run of a simulation or frontier."
    )
    worker_heartbeat_seconds: float = Field(
        default=2.0, gt=0, description="Time between two heartbeats of a worker."
    )
    worker_lost_seconds: float = Field(
        default=15.0, gt=0, description="A worker silent for so long is dead: others do its jobs."
    )
    fit_timeout_seconds: float = Field(
        default=4 * 3600.0, gt=0, description="Longest run of a fit."
    )
    fit_niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="How far fit processes step back for others of the machine; 0: not at all.",
    )
    warm_worker: bool = Field(
        default=True, description="Keep one idle fit process that has imported everything."
    )

    query_workers: int = Field(
        default=2,
        ge=1,
        le=256,
        description="What-ifs answered at the same time; more than two a process gain nothing.",
    )
    plan_workers: int = Field(
        default=2, ge=1, le=256, description="Plans made or scored at the same time, beside them."
    )
    read_workers: int = Field(
        default=2, ge=1, le=256, description="Reads computed at the same time, beside both."
    )
    longest_wait_seconds: float = Field(
        default=45.0,
        gt=0,
        description="Who would wait longer for one of these threads is told to come again (503).",
    )
    idempotency_seconds: float = Field(
        default=24 * 3600.0, gt=0, description="How long an Idempotency-Key is remembered."
    )
    idempotency_patience_seconds: float = Field(
        default=300.0,
        gt=0,
        description="A key without an answer is taken over: its process has died.",
    )
    max_body_bytes: int = Field(
        default=64 * MEBIBYTE, ge=1024, description="Longest body of a request."
    )
    max_rows: int = Field(default=200_000, ge=1, description="Most rows of a table.")
    max_columns: int = Field(default=500, ge=1, description="Most columns of a table.")
    max_draws: int = Field(
        default=100_000, ge=100, description="Largest (draws + tune) x chains of one fit."
    )
    max_fit_cells: int = Field(
        default=10_000_000_000,
        ge=1,
        description="Largest rows x columns x draws of one fit, refit or simulation: columns that "
        "the model names, draws that are kept.",
    )
    cache_bytes: int = Field(
        default=1024 * MEBIBYTE,
        ge=0,
        description="Kept in memory, about: fitted models, what plans of them bring, answers.",
    )

    @property
    def resolved_database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'prudent.db'}"

    @property
    def single_host(self) -> bool:
        """Whether the database is a file, for one service and its workers on this machine."""
        return self.resolved_database_url.startswith("sqlite")

    @property
    def artefact_dir(self) -> Path:
        """Where content-addressed files lie."""
        return self.data_dir / "artefacts"

    @property
    def resolved_cache_dir(self) -> Path:
        """Where compiled code is kept between fits."""
        return (self.cache_dir or self.data_dir / "cache").absolute()

    @property
    def lock_dir(self) -> Path:
        """Lock files: which processes of this machine are the service and its workers."""
        return self.data_dir.absolute() / "locks"

    @property
    def work_dir(self) -> Path:
        """Files of running fits, a folder for each worker; emptied when it starts."""
        return self.data_dir.absolute() / "work"
