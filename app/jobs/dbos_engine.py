"""The job engine on DBOS: the only module that knows the library.

Each job is a workflow of one preemptible step whose id is the job's id. A cancelled workflow has
its step cancelled within about a second. A process that dies leaves its workflows pending; the next
process with the same executor id queues them again. DBOS works on its own thread and event loop.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_error
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import create_engine, event, make_url

from app.db import sqlite
from app.jobs.port import EngineStatus, Run
from app.jobs.serializer import json_serializer, refuse_pickle

APPLICATION = "prudent"
CONTRACT_VERSION = "1"
"""Of the stored jobs. It is not the release: an upgrade carries on with the jobs it finds."""

QUEUE = "jobs"
POLLING_SECONDS = 0.2
MAX_RECOVERIES = 1000
"""Of the library, which only logs; the limit that counts attempts is ours, in the rows."""

_CANCELLED = (
    dbos_error.DBOSWorkflowCancelledError,
    dbos_error.DBOSAwaitedWorkflowCancelledError,
)
_RUNNING = ("PENDING",)
_QUEUED = ("ENQUEUED", "DELAYED")


class DbosEngine:
    """Durable queue in a SQL database; one per process, as the library allows no more."""

    def __init__(self, run: Run, *, database_url: str, executor_id: str, workers: int) -> None:
        self._run = run
        self._database_url = database_url
        self._executor_id = executor_id
        self._workers = workers
        self._sql_engine: SqlEngine | None = None
        self._stopped = False

    def start(self) -> None:
        """Create the tables, take over what was left, begin to work."""
        refuse_pickle()
        logging.getLogger("dbos").addFilter(_is_news)
        DBOS(config=self._config())
        self._register()
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._workers,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )

    def stop(self) -> None:
        """Cancel what runs here, without ending its jobs, and close everything."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=0)
        logging.getLogger("dbos").removeFilter(_is_news)
        if self._sql_engine is not None:
            self._stopped = True
            self._sql_engine.dispose()

    def submit(self, job_id: str) -> None:
        """Queue the job once."""
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(QUEUE, self._workflow, job_id)

    def cancel(self, job_id: str) -> None:
        """Cancel the workflow; its step is preempted."""
        DBOS.cancel_workflow(job_id)

    def status(self, job_id: str) -> EngineStatus | None:
        """The library's status, in our words."""
        found = DBOS.list_workflows(workflow_ids=[job_id], load_input=False, load_output=False)
        if not found:
            return None
        if found[0].status in _RUNNING:
            return "running"
        return "queued" if found[0].status in _QUEUED else "ended"

    def list(self) -> Sequence[str]:
        """Ids of what is queued or runs."""
        found = DBOS.list_workflows(
            status=[*_RUNNING, *_QUEUED], load_input=False, load_output=False
        )
        return [workflow.workflow_id for workflow in found]

    def purge(self, job_ids: Sequence[str]) -> None:
        """Delete the workflows' rows."""
        if job_ids:
            DBOS.delete_workflows(list(job_ids))

    def _close_straggler(self, _connection: Any, record: Any) -> None:
        """Close what a thread of the library gives back after the pool was closed."""
        if self._stopped:
            record.invalidate()

    def _register(self) -> None:
        @DBOS.step(name="run_job", preemptible=True)
        async def step(job_id: str) -> None:
            await self._run(job_id)

        @DBOS.workflow(name="job", max_recovery_attempts=MAX_RECOVERIES)
        async def workflow(job_id: str) -> None:
            await step(job_id)

        self._workflow = workflow

    def _config(self) -> DBOSConfig:
        config = DBOSConfig(
            name=APPLICATION,
            application_version=CONTRACT_VERSION,
            executor_id=self._executor_id,
            serializer=json_serializer(),
            enable_otlp=False,
            log_level="WARNING",
            system_database_url=self._database_url,
        )
        url = make_url(self._database_url)
        if url.get_backend_name() == "sqlite":
            self._sql_engine = create_engine(url)
            sqlite.set_up_foreign(self._sql_engine)
            event.listen(self._sql_engine, "checkin", self._close_straggler)
            config["system_database_engine"] = self._sql_engine
        return config


def _is_news(record: logging.LogRecord) -> bool:
    """A job that was cancelled is no error, though the library logs it as one."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, _CANCELLED)


def engine_url(database_url: str, data_dir: Path) -> str:
    """Where jobs are kept: beside the rows on a server, in a file of their own on SQLite."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return f"sqlite:///{data_dir.absolute() / 'jobs.db'}"
    return database_url
