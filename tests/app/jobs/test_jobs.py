"""Jobs on the real engine: ends, cancellation, retries, poison; one operation, one result."""

import base64
import os
import pickle
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.db.models import DatasetRow, OperationRow
from app.errors import NotFound, OperationFinished
from app.ids import new_id
from app.jobs.identity import claim_identity, claim_service
from app.jobs.kinds import QUERIES
from app.jobs.reconciler import ticket
from app.jobs.serializer import PickleRefused, json_serializer, refuse_pickle
from app.startup_errors import DataDirectoryInUse, IdentityInUse
from tests.app.jobs.trivial import Work
from tests.app.running import wait_until


@pytest.fixture(scope="module")
def work(tmp_path_factory, database_kind, new_database):
    running = Work(tmp_path_factory.mktemp("jobs"), new_database(database_kind)).start()
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
    # the row may say so a moment before the handler hears of it
    assert work.handlers.interrupted.wait(2.5)
    assert time.monotonic() - started < 2.5
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
    again = ticket(work.operations.status(operation_id))
    work.queues.submit(again)
    work.end(operation_id)
    work.queues.submit(again)
    time.sleep(0.5)
    assert work.handlers.runs.count(operation_id) == 1


def test_the_engine_lists_and_forgets(work) -> None:
    operation_id = work.submit("quick", x=1)
    work.end(operation_id)
    wait_until(lambda: work.queues.status(operation_id) == "ended")
    assert operation_id not in work.queues.unfinished()
    assert work.operations.purge(datetime.now(UTC) - timedelta(days=1)) == 0
    assert work.operations.purge(datetime.now(UTC) + timedelta(days=1)) >= 1
    assert work.queues.status(operation_id) is None
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
    engine = create_engine(work.engine_url)
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    query = f"SELECT DISTINCT serialization FROM {schema}workflow_status"
    with engine.connect() as connection:
        kinds = connection.execute(text(query))
        assert {kind for (kind,) in kinds} <= {"portable_json", None}
    engine.dispose()


def test_what_may_pass_is_tried_again_and_not_for_ever(work) -> None:
    row = work.end(work.submit("flaky", good_at=3))
    assert (row.status, row.attempt, row.result) == ("succeeded", 3, {"tries": 3})
    row = work.end(work.submit("flaky", good_at=4))
    assert (row.status, row.attempt, row.error["code"]) == ("failed", 3, "fit_crashed")


def test_a_job_beyond_its_time_fails(work) -> None:
    row = work.end(work.submit("overlong"))
    assert (row.status, row.error["code"]) == ("failed", "job_timed_out")
    assert "0.5 seconds" in row.error["detail"]


def test_an_end_that_was_not_written_is_made_up_for(work) -> None:
    operation_id = work.submit("quick", x=1)
    work.end(operation_id)
    wait_until(lambda: work.queues.status(operation_id) == "ended")
    with work.database.write() as session:
        row = session.get(OperationRow, operation_id)
        assert row
        row.status, row.result = "running", None
    row = work.end(operation_id)
    assert (row.status, row.attempt, row.result) == ("succeeded", 2, {"seen": 1})


def test_a_job_that_ended_its_workers_is_given_up(work) -> None:
    operation_id = new_id("op")
    with work.database.write() as session:
        row = OperationRow(
            id=operation_id, kind="quick", status="running", request={"x": 1}, attempt=3
        )
        row.worker = "dead-1.abc"
        session.add(row)
    row = work.end(operation_id)
    assert (row.status, row.error["code"]) == ("failed", "job_gave_up")
    assert operation_id not in work.handlers.runs


def test_a_cancel_in_the_moment_of_the_start_ends_the_job(work) -> None:
    for wait in (0.0, 0.05, 0.1, 0.2, 0.3):
        operation_id = work.submit("endless")
        time.sleep(wait)
        work.operations.cancel(operation_id)
        assert work.end(operation_id).status == "cancelled"
    wait_until(lambda: not work.runner.in_flight)


def test_a_poisoned_pickle_row_is_refused_and_holds_up_nothing(work, tmp_path) -> None:
    mark = tmp_path / "was-run"
    poison = base64.b64encode(pickle.dumps(Poison(mark))).decode()
    engine = create_engine(work.engine_url)
    prefix = "" if engine.dialect.name == "sqlite" else "dbos."
    values = (
        "status = 'ENQUEUED', inputs = :poison, serialization = 'py_pickle', queue_name = :queue"
    )
    operation_id = work.submit("endless")
    wait_until(lambda: work.operations.status(operation_id).status == "running")
    work.operations.cancel(operation_id)
    assert work.end(operation_id).status == "cancelled"
    wait_until(lambda: operation_id not in work.runner.in_flight)
    statement = f"UPDATE {prefix}workflow_status SET {values} WHERE workflow_uuid = :id"
    given = {"poison": poison, "queue": QUERIES, "id": operation_id}
    with engine.begin() as connection:
        assert connection.execute(text(statement), given).rowcount == 1
    engine.dispose()
    assert work.end(work.submit("quick", x=1)).status == "succeeded"
    wait_until(lambda: operation_id not in work.queues.unfinished())
    assert not mark.exists()


class Poison:
    """Pickled, it makes a file where it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def test_an_identity_is_held_by_one_process_at_a_time(tmp_path) -> None:
    held = claim_identity(tmp_path, "host")
    assert held.name == "host-0"
    with pytest.raises(IdentityInUse, match=rf"'host-0' is in use by process {os.getpid()}"):
        claim_identity(tmp_path, "host", slot=0)
    next_one = claim_identity(tmp_path, "host")
    assert next_one.name == "host-1"
    held.release()
    claim_identity(tmp_path, "host", slot=0).release()
    next_one.release()


def test_a_data_directory_has_one_service(tmp_path) -> None:
    held = claim_service(tmp_path)
    with pytest.raises(DataDirectoryInUse, match=str(os.getpid())):
        claim_service(tmp_path)
    held.release()
