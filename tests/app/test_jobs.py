"""Jobs on the real engine: ends, cancellation, crashes and restarts; one operation, one result."""

import asyncio
import base64
import os
import pickle
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.db import operations as rows
from app.db.database import open_database
from app.db.models import DatasetRow, OperationRow
from app.errors import DataDirectoryInUse, NotFound, OperationFinished
from app.ids import new_id
from app.jobs.dbos_engine import DbosEngine, engine_url
from app.jobs.identity import claim_identity
from app.jobs.operations import Operations
from app.jobs.runner import JobRunner
from app.jobs.serializer import PickleRefused, json_serializer, refuse_pickle
from mmm.errors import DataError, Issue
from mmm.progress import Progress
from tests.app.running import wait_until


class Handlers:
    """Trivial kinds of job, and what happened to them."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.started = threading.Event()
        self.interrupted = threading.Event()

    async def quick(self, job):
        self.runs.append(job.id)
        job.report(Progress("sampling", 0.5, 2.0))
        return lambda _session: {"seen": job.request["x"]}

    async def refused(self, _job):
        raise DataError([Issue("/data", "bad", "is bad")])

    async def broken(self, _job):
        raise ZeroDivisionError("a secret")

    async def endless(self, _job):
        self.started.set()
        try:
            await asyncio.sleep(600)
        finally:
            self.interrupted.set()

    async def half(self, job):
        def apply(session):
            session.add(
                DatasetRow(id=job.id, media_type="x", artefact_key="k", bytes=1, profile={})
            )
            session.flush()
            raise ZeroDivisionError

        return apply

    def table(self):
        kinds = ("quick", "refused", "broken", "endless", "half")
        return {kind: getattr(self, kind) for kind in kinds}


class Work:
    """Database, engine and operations of one trivial service."""

    def __init__(self, folder: Path, attempts: int = 3) -> None:
        self.database = open_database(f"sqlite:///{folder / 'rows.db'}")
        self.database.upgrade()
        self.handlers = Handlers()
        runner = JobRunner(self.database, self.handlers.table(), attempts)
        url = engine_url("sqlite:///", folder)
        self.engine = DbosEngine(runner.run, database_url=url, executor_id="service-0", workers=2)
        self.operations = Operations(self.database, self.engine)

    def start(self) -> "Work":
        self.engine.start()
        self.operations.reconcile()
        return self

    def stop(self) -> None:
        self.engine.stop()
        self.database.close()

    def submit(self, kind: str, **request) -> str:
        return self.operations.submit(kind, request).id

    def end(self, operation_id: str):
        wait_until(lambda: self.operations.status(operation_id).status in rows.TERMINAL)
        return self.operations.status(operation_id)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    running = Work(tmp_path_factory.mktemp("jobs")).start()
    yield running
    running.stop()


def test_a_job_ends_with_its_result(work) -> None:
    row = work.end(work.submit("quick", x=7))
    assert (row.status, row.result, row.progress) == ("succeeded", {"seen": 7}, 1.0)
    assert row.started_at <= row.finished_at
    assert row.attempt == 1


def test_an_error_becomes_the_problem_of_the_operation(work) -> None:
    row = work.end(work.submit("refused"))
    assert row.status == "failed"
    assert (row.error["code"], row.error["errors"][0]["pointer"]) == ("invalid_data", "/data")
    row = work.end(work.submit("broken"))
    assert row.error["code"] == "internal_error"
    assert "secret" not in str(row.error)


def test_a_result_that_cannot_be_written_leaves_nothing(work) -> None:
    row = work.end(work.submit("half"))
    assert row.status == "failed"
    with work.database.read() as session:
        assert session.get(DatasetRow, row.id) is None


def test_a_running_job_is_cancelled_within_two_seconds(work) -> None:
    operation_id = work.submit("endless")
    assert work.handlers.started.wait(10)
    started = time.monotonic()
    work.operations.cancel(operation_id)
    assert work.end(operation_id).status == "cancelled"
    assert time.monotonic() - started < 2.5
    assert work.handlers.interrupted.is_set()
    with pytest.raises(OperationFinished, match="been cancelled"):
        work.operations.cancel(operation_id)


def test_a_queued_job_is_cancelled_before_it_starts(work) -> None:
    busy = [work.submit("endless") for _ in range(2)]
    wait_until(lambda: all(work.operations.status(one).status == "running" for one in busy))
    waiting = work.submit("quick", x=1)
    assert work.operations.cancel(waiting).status == "cancelled"
    for one in busy:
        work.operations.cancel(one)
        work.end(one)
    time.sleep(0.5)
    assert waiting not in work.handlers.runs
    assert work.operations.status(waiting).status == "cancelled"


def test_submitting_an_id_twice_runs_it_once(work) -> None:
    operation_id = work.submit("quick", x=1)
    work.engine.submit(operation_id)
    work.end(operation_id)
    work.engine.submit(operation_id)
    time.sleep(0.5)
    assert work.handlers.runs.count(operation_id) == 1


def test_the_engine_lists_and_forgets(work) -> None:
    operation_id = work.submit("quick", x=1)
    work.end(operation_id)
    wait_until(lambda: work.engine.status(operation_id) == "ended")
    assert operation_id not in work.engine.list()
    assert work.operations.purge(datetime.now(UTC) - timedelta(days=1)) == 0
    assert work.operations.purge(datetime.now(UTC) + timedelta(days=1)) >= 1
    assert work.engine.status(operation_id) is None
    with pytest.raises(NotFound):
        work.operations.status(operation_id)


def test_pickle_is_refused_everywhere(work) -> None:
    from dbos._serialization import DBOSDefaultSerializer, deserialize_value

    poison = base64.b64encode(pickle.dumps(os.getcwd)).decode()
    refuse_pickle()
    with pytest.raises(PickleRefused):
        deserialize_value(poison, DBOSDefaultSerializer.name(), json_serializer())
    with pytest.raises(PickleRefused):
        DBOSDefaultSerializer.serialize({})


def test_no_stored_job_is_pickled(work) -> None:
    work.end(work.submit("quick", x=1))
    engine = create_engine(work.engine._database_url)
    with engine.connect() as connection:
        kinds = connection.execute(text("SELECT DISTINCT serialization FROM workflow_status"))
        assert {kind for (kind,) in kinds} <= {"portable_json", None}
    engine.dispose()


def test_a_stopped_service_carries_on_where_it_was(tmp_path) -> None:
    first = Work(tmp_path).start()
    running = first.submit("endless")
    assert first.handlers.started.wait(10)
    first.stop()
    assert first.handlers.interrupted.is_set()

    second = Work(tmp_path)
    assert second.operations.status(running).status == "queued"
    second.start()
    assert second.handlers.started.wait(10)
    row = second.operations.status(running)
    assert (row.status, row.attempt, row.releases) == ("running", 2, 1)
    second.operations.cancel(running)
    assert second.end(running).status == "cancelled"
    second.stop()


def test_a_job_that_never_reached_the_engine_is_queued_at_the_start(tmp_path) -> None:
    before = Work(tmp_path)
    lost, cancelling = new_id("op"), new_id("op")
    with before.database.write() as session:
        for operation_id, status in ((lost, "queued"), (cancelling, "cancelling")):
            row = OperationRow(
                id=operation_id, kind="quick", status=status, request={"x": 1}, attempt=1
            )
            session.add(row)
    before.database.close()
    after = Work(tmp_path).start()
    assert after.end(lost).status == "succeeded"
    assert after.end(cancelling).status == "cancelled"
    after.stop()


def test_an_end_that_was_not_written_is_made_up_for(tmp_path) -> None:
    before = Work(tmp_path).start()
    operation_id = before.submit("quick", x=1)
    before.end(operation_id)
    wait_until(lambda: before.engine.status(operation_id) == "ended")
    with before.database.write() as session:
        row = session.get(OperationRow, operation_id)
        assert row
        row.status, row.result = "running", None
    before.stop()
    after = Work(tmp_path).start()
    row = after.end(operation_id)
    assert (row.status, row.attempt, row.result) == ("succeeded", 2, {"seen": 1})
    after.stop()


def test_a_poisonous_job_is_given_up(tmp_path) -> None:
    work = Work(tmp_path, attempts=3)
    operation_id = new_id("op")
    with work.database.write() as session:
        row = OperationRow(
            id=operation_id, kind="quick", status="running", request={"x": 1}, attempt=3
        )
        session.add(row)
    work.start()
    row = work.end(operation_id)
    assert (row.status, row.error["code"]) == ("failed", "job_gave_up")
    assert work.handlers.runs == []
    work.stop()


def test_an_identity_is_held_by_one_process_at_a_time(tmp_path) -> None:
    held = claim_identity(tmp_path, "service-0")
    with pytest.raises(DataDirectoryInUse, match=str(os.getpid())):
        claim_identity(tmp_path, "service-0")
    held.release()
    claim_identity(tmp_path, "service-0").release()
