"""Jobs from one worker to the next: stopped, crashed between two writes, upgraded, in crowds."""

import pytest

from app.db.models import OperationRow
from app.ids import new_id
from app.jobs.port import Ticket
from tests.app.jobs.trivial import Work
from tests.app.running import wait_until


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


def test_an_upgrade_carries_on_with_the_jobs_that_it_finds(tmp_path, url) -> None:
    """As the release before workers left them: in one queue, and running on no worker's name."""
    before = Work(tmp_path, url)
    queued, running = new_id("op"), new_id("op")
    with before.database.write() as session:
        for operation_id, status in ((queued, "queued"), (running, "running")):
            attempt = int(status == "running")
            row = OperationRow(
                id=operation_id, kind="quick", status=status, request={"x": 1}, attempt=attempt
            )
            session.add(row)
    for operation_id in (queued, running):
        before.queues.submit(Ticket(operation_id, "jobs", "default", 1))
    before.close()
    after = Work(tmp_path, url).start()
    assert after.end(queued).result == {"seen": 1}
    assert after.end(running).attempt == 2
    after.stop()


# Three times as many as run at once already queue up; a thousand show that nothing grows with them.
@pytest.mark.parametrize(
    "count",
    [pytest.param(150, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.proof)],
)
def test_many_queued_jobs_of_two_tenants_drain_and_each_runs_once(tmp_path, url, count) -> None:
    work = Work(tmp_path, url, at_once=50)
    jobs = [work.submit("quick", x=number) for number in range(count)]
    jobs.append(work.operations.of("other").submit("quick", {"x": -1}).id)
    work.start()
    wait_until(lambda: len(work.handlers.runs) == len(jobs), 240.0)
    assert {work.end(job).status for job in jobs} == {"succeeded"}
    assert sorted(work.handlers.runs) == sorted(jobs)
    work.stop()


def test_a_long_queue_of_one_tenant_does_not_hold_up_another(tmp_path, url) -> None:
    """Who comes first is drawn each time that the worker looks for jobs, and takes two at most: the
    other loses all the 15 draws for half of the long queue once in about 30 000 runs."""
    count = 60
    work = Work(tmp_path, url, at_once=2)
    for number in range(count):
        work.submit("quick", x=number)
    other = work.operations.of("other").submit("quick", {"x": -1}).id
    work.start()
    assert work.end(other).status == "succeeded"
    assert work.handlers.runs.index(other) < count / 2
    work.stop()
