"""The job engine on DBOS: starts the library, and queues, runs and cancels jobs through it.

Each job is a workflow of one preemptible step; the workflow's id is the job's id. Cancelling a
workflow cancels its step within about a second. The library restarts a dead process's workflows
only under the same executor id; here every start of a worker has a new id, so this never happens,
and ``app.jobs.reconciler`` requeues them. Queues are partitioned by share: the library takes
partitions in random order, so one tenant's long queue does not hold up the others. DBOS runs on its
own threads and event loop.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import error as dbos_error
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event, make_url

from app.db import postgres, sqlite
from app.db.database import POOL_SECONDS, directory_of
from app.db.failures import database_errors
from app.jobs.port import EngineStatus, Run, Ticket, UnfinishedJob
from app.jobs.serializer import json_serializer, refuse_pickle

APPLICATION = "prudent"
CONTRACT_VERSION = "1"
"""Version of the stored jobs, not of the release: after an upgrade, jobs found are continued."""

WORKFLOW = "job"
POLLING_SECONDS = 0.2
MAX_RECOVERIES = 1000
"""The library's limit, which only logs; the limit on attempts is the service's, in the rows."""

_CANCELLED = (
    dbos_error.DBOSWorkflowCancelledError,
    dbos_error.DBOSAwaitedWorkflowCancelledError,
)
_RUNNING = ("PENDING",)
_QUEUED = ("ENQUEUED", "DELAYED")


class DbosQueues:
    """Durable queues in a SQL database.

    A call raises StoreUnavailable when the database is away; on Postgres it has the deadlines of
    ``app.db.postgres``, with ``statement_seconds``.
    """

    def __init__(
        self, database_url: str, statement_seconds: float = postgres.STATEMENT_SECONDS
    ) -> None:
        self._url = database_url
        self._statement_seconds = statement_seconds
        self._sql_engine: SqlEngine | None = None
        self._client: DBOSClient | None = None

    def open(self) -> None:
        """Create the tables and connect."""
        refuse_pickle()
        DBOS.migrate(self._url)
        self._sql_engine = _sqlite_engine(self._url) or self._postgres_engine()
        self._client = DBOSClient(
            system_database_engine=self._sql_engine,
            serializer=json_serializer(),
            application_name=APPLICATION,
            retry_connection_errors=False,
            observability_query_timeout_sec=self._statement_seconds,
        )

    def _postgres_engine(self) -> SqlEngine:
        engine = create_engine(self._url, pool_pre_ping=True, pool_timeout=POOL_SECONDS)
        postgres.set_up(engine, self._statement_seconds)
        return engine

    def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            self._client.destroy()
        if self._sql_engine is not None:
            self._sql_engine.dispose()

    def submit(self, ticket: Ticket) -> None:
        """Queue the job once."""
        with self._client_errors() as client:
            client.enqueue(
                {
                    "workflow_name": WORKFLOW,
                    "workflow_id": ticket.id,
                    "queue_name": ticket.queue,
                    "queue_partition_key": ticket.share,
                    "priority": ticket.priority,
                    "app_version": CONTRACT_VERSION,
                },
                ticket.id,
            )

    def cancel(self, job_id: str) -> None:
        """Cancel the workflow, which preempts its step."""
        with self._client_errors() as client:
            client.cancel_workflow(job_id)

    def status(self, job_id: str) -> EngineStatus | None:
        """The library's status, mapped to EngineStatus."""
        with self._client_errors() as client:
            workflows = client.list_workflows(
                workflow_ids=[job_id], load_input=False, load_output=False
            )
        if not workflows:
            return None
        if workflows[0].status in _RUNNING:
            return "running"
        return "queued" if workflows[0].status in _QUEUED else "ended"

    def unfinished(self) -> Mapping[str, UnfinishedJob]:
        """Jobs that are queued or running, by id."""
        with self._client_errors() as client:
            workflows = client.list_workflows(
                status=[*_RUNNING, *_QUEUED], load_input=False, load_output=False
            )
        return {
            workflow.workflow_id: UnfinishedJob(
                workflow.queue_name, workflow.executor_id if workflow.status in _RUNNING else None
            )
            for workflow in workflows
        }

    def purge(self, job_ids: Iterable[str]) -> None:
        """Delete the workflows' rows."""
        ids = list(job_ids)
        if ids:
            with self._client_errors() as client:
                client.delete_workflows(ids)

    @contextmanager
    def _client_errors(self) -> Iterator[DBOSClient]:
        """The library's client; its errors about the database become the service's own."""
        if self._client is None or self._sql_engine is None:
            raise RuntimeError("the queues are not open")
        with database_errors(directory_of(self._sql_engine)):
            yield self._client


class DbosEngine:
    """Takes jobs from the queues; the library allows one per process.

    ``concurrency`` is the number of jobs of each queue that run here at a time. The library stores
    it with the queue in the database, so the worker that started last sets it for all.
    """

    def __init__(self, run: Run, *, database_url: str, concurrency: Mapping[str, int]) -> None:
        self._run = run
        self._url = database_url
        self._concurrency = concurrency
        self._sql_engine: SqlEngine | None = None

    def start(self, executor: str) -> None:
        """Start taking jobs as ``executor``."""
        refuse_pickle()
        logging.getLogger("dbos").addFilter(_is_no_cancellation)
        DBOS(config=self._config(executor))
        self._register(executor)
        DBOS.launch()
        for queue, concurrency in self._concurrency.items():
            DBOS.register_queue(
                queue,
                worker_concurrency=concurrency,
                partition_worker_concurrency=concurrency,
                polling_interval_sec=POLLING_SECONDS,
                on_conflict="always_update",
            )

    def stop(self) -> None:
        """Cancel the steps that run here without ending their workflows, and close everything."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=0)
        logging.getLogger("dbos").removeFilter(_is_no_cancellation)
        if self._sql_engine is not None:
            self._sql_engine.dispose()

    def _register(self, executor: str) -> None:
        @DBOS.step(name="run_job", preemptible=True)
        async def step(job_id: str) -> None:
            await self._run(job_id, executor)

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
        async def workflow(job_id: str) -> None:
            await step(job_id)

    def _config(self, executor: str) -> DBOSConfig:
        config = DBOSConfig(
            name=APPLICATION,
            application_version=CONTRACT_VERSION,
            executor_id=executor,
            serializer=json_serializer(),
            enable_otlp=False,
            log_level="WARNING",
            system_database_url=self._url,
        )
        self._sql_engine = _sqlite_engine(self._url)
        if self._sql_engine is not None:
            config["system_database_engine"] = self._sql_engine
        else:
            config["db_engine_kwargs"] = {"connect_args": dict(postgres.DEAD_PEER)}
        return config


def engine_url(database_url: str, data_dir: Path) -> str:
    """Database URL of the jobs: the service's own database on a server, a separate SQLite file."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir.absolute() / 'jobs.db'}"
    return database_url


def _sqlite_engine(url: str) -> SqlEngine | None:
    """The SQLAlchemy engine that the library gets on SQLite; None where it creates its own."""
    if make_url(url).get_backend_name() != "sqlite":
        return None
    engine = create_engine(url)
    sqlite.set_up_for_library(engine)
    disposed = False

    @event.listens_for(engine, "engine_disposed")
    def _mark_disposed(_engine: SqlEngine) -> None:
        nonlocal disposed
        disposed = True

    @event.listens_for(engine, "checkin")
    def _close_straggler(_connection: Any, record: Any) -> None:
        """Close a connection that a library thread returns after the pool was disposed."""
        if disposed:
            record.invalidate()

    return engine


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Filter out cancelled jobs, which the library logs as errors."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, _CANCELLED)
