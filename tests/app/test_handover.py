"""Jobs from one worker to the next: stopped, crashed between two writes."""

import pytest

from app.db.models import OperationRow
from app.ids import new_id
from tests.app.trivial import Work


@pytest.fixture
def url(database_kind, new_database) -> str:
    made: str = new_database(database_kind)
    return made


def test_a_stopped_worker_hands_over_what_it_runs(tmp_path, url) -> None:
    first = Work(tmp_path, url).start()
    running = first.submit("endless")
    assert first.handlers.started.wait(10)
    first.stop()
    assert first.handlers.interrupted.is_set()

    second = Work(tmp_path, url)
    assert second.operations.status(running).status == "queued"
    assert second.queues.unfinished()[running].executor is None
    second.start()
    assert second.handlers.started.wait(10)
    row = second.operations.status(running)
    assert (row.status, row.attempt, row.releases) == ("running", 2, 1)
    second.operations.cancel(running)
    assert second.end(running).status == "cancelled"
    second.stop()


def test_a_job_that_never_reached_the_engine_is_queued_again(tmp_path, url) -> None:
    before = Work(tmp_path, url)
    lost, cancelling = new_id("op"), new_id("op")
    with before.database.write() as session:
        for operation_id, status in ((lost, "queued"), (cancelling, "cancelling")):
            row = OperationRow(
                id=operation_id, kind="quick", status=status, request={"x": 1}, attempt=1
            )
            session.add(row)
    before.close()
    after = Work(tmp_path, url).start()
    assert after.end(lost).status == "succeeded"
    assert after.end(cancelling).status == "cancelled"
    after.stop()
