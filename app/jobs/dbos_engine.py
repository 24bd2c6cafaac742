"""The job engine on DBOS: the only module that knows the library.

Each job is a workflow of one preemptible step whose id is the job's id. A cancelled workflow has
its step cancelled within about a second. The library would start a dead process's workflows again
only under the same executor id; here every start of a worker has an id of its own, so that this
never happens, and ``app.jobs.care`` hands them out anew. Queues are partitioned by share: the
library takes partitions in random order, so that a long queue of one does not hold up the others.
DBOS works on its own threads and event loop.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import error as dbos_error
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event, make_url

from app.db import sqlite
from app.jobs.port import EngineStatus, Held, Run, Ticket
from app.jobs.serializer import json_serializer, refuse_pickle

APPLICATION = "prudent"
CONTRACT_VERSION = "1"
"""Of the stored jobs. It is not the release: an upgrade carries on with the jobs it finds."""

WORKFLOW = "job"
POLLING_SECONDS = 0.2
MAX_RECOVERIES = 1000
"""Of the library, which only logs; the limit that counts attempts is ours, in the rows."""

_CANCELLED = (
    dbos_error.DBOSWorkflowCancelledError,
    dbos_error.DBOSAwaitedWorkflowCancelledError,
)
_RUNNING = ("PENDING",)
_QUEUED = ("ENQUEUED", "DELAYED")


class DbosQueues:
    """Durable queues in a SQL database."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._sql_engine: SqlEngine | None = None
        self._client: DBOSClient | None = None

    def open(self) -> None:
        """Create the tables and connect."""
        refuse_pickle()
        DBOS.migrate(self._url)
        self._sql_engine = _sqlite_engine(self._url)
        self._client = DBOSClient(
            system_database_url=self._url,
            system_database_engine=self._sql_engine,
            serializer=json_serializer(),
            application_name=APPLICATION,
        )

    def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            self._client.destroy()
        if self._sql_engine is not None:
            self._sql_engine.dispose()

    def submit(self, ticket: Ticket) -> None:
        """Queue the job once."""
        self._open_client.enqueue(
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
        """Cancel the workflow; its step is preempted."""
        self._open_client.cancel_workflow(job_id)

    def status(self, job_id: str) -> EngineStatus | None:
        """The library's status, in our words."""
        found = self._open_client.list_workflows(
            workflow_ids=[job_id], load_input=False, load_output=False
        )
        if not found:
            return None
        if found[0].status in _RUNNING:
            return "running"
        return "queued" if found[0].status in _QUEUED else "ended"

    def unfinished(self) -> Mapping[str, Held]:
        """What is queued or runs."""
        found = self._open_client.list_workflows(
            status=[*_RUNNING, *_QUEUED], load_input=False, load_output=False
        )
        return {
            workflow.workflow_id: Held(
                workflow.queue_name, workflow.executor_id if workflow.status in _RUNNING else None
            )
            for workflow in found
        }

    def purge(self, job_ids: Iterable[str]) -> None:
        """Delete the workflows' rows."""
        ids = list(job_ids)
        if ids:
            self._open_client.delete_workflows(ids)

    @property
    def _open_client(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("the queues are not open")
        return self._client


class DbosEngine:
    """Takes jobs from the queues; one per process, as the library allows no more.

    ``concurrency`` says how many jobs of each queue run here at a time. The library keeps it with
    the queue in the database, so that the worker that started last decides for all.
    """

    def __init__(self, run: Run, *, database_url: str, concurrency: Mapping[str, int]) -> None:
        self._run = run
        self._url = database_url
        self._concurrency = concurrency
        self._sql_engine: SqlEngine | None = None

    def start(self, executor: str) -> None:
        """Begin to work."""
        refuse_pickle()
        logging.getLogger("dbos").addFilter(_is_news)
        DBOS(config=self._config(executor))
        self._register(executor)
        DBOS.launch()
        for queue, at_once in self._concurrency.items():
            DBOS.register_queue(
                queue,
                worker_concurrency=at_once,
                partition_worker_concurrency=at_once,
                polling_interval_sec=POLLING_SECONDS,
                on_conflict="always_update",
            )

    def stop(self) -> None:
        """Cancel what runs here, without ending its workflows, and close everything."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=0)
        logging.getLogger("dbos").removeFilter(_is_news)
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
        return config


def engine_url(database_url: str, data_dir: Path) -> str:
    """Where jobs are kept: beside the rows on a server, in a file of their own on SQLite."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir.absolute() / 'jobs.db'}"
    return database_url


def _sqlite_engine(url: str) -> SqlEngine | None:
    """The engine to give the library on SQLite; None where it makes its own."""
    if make_url(url).get_backend_name() != "sqlite":
        return None
    engine = create_engine(url)
    sqlite.set_up_foreign(engine)
    disposed = False

    @event.listens_for(engine, "engine_disposed")
    def _note(_engine: SqlEngine) -> None:
        nonlocal disposed
        disposed = True

    @event.listens_for(engine, "checkin")
    def _close_straggler(_connection: Any, record: Any) -> None:
        """Close what a thread of the library gives back after the pool was closed."""
        if disposed:
            record.invalidate()

    return engine


def _is_news(record: logging.LogRecord) -> bool:
    """A job that was cancelled is no error, though the library logs it as one."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, _CANCELLED)
