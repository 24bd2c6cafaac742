"""A whole service killed and stopped in mid-fit: nothing is lost, nothing is left running."""

import time

from app.db.database import open_database
from app.db.models import OperationRow
from tests.app.fake_fit import SLOW, SLOW_ONCE
from tests.app.running import (
    ServiceProcess,
    children_of,
    gone,
    operation,
    start_fit,
    wait_for,
    wait_until,
)


def test_kill_9_and_sigterm_lose_no_fit_and_leave_no_process(tmp_path, models) -> None:
    (models / "started").unlink(missing_ok=True)
    first = ServiceProcess(tmp_path, models)
    operation_id = start_fit(first.client, SLOW_ONCE)
    wait_until(lambda: operation(first.client, operation_id)["stage"] == "sampling")
    fit_processes = children_of(first.process.pid)
    assert fit_processes
    first.close(kill=True)
    wait_until(lambda: all(gone(pid) for pid in fit_processes), 2.0)

    second = ServiceProcess(tmp_path, models)
    done = wait_for(second.client, operation_id)
    assert done["status"] == "succeeded"
    found = second.client.get("/v1/models").json()["items"]
    assert [model["id"] for model in found] == [done["result"]["model_id"]]

    interrupted = start_fit(second.client, SLOW)
    wait_until(lambda: operation(second.client, interrupted)["stage"] == "sampling")
    fit_processes = children_of(second.process.pid)
    started = time.monotonic()
    second.close()
    assert time.monotonic() - started < 10.0
    assert all(gone(pid) for pid in fit_processes)
    database = open_database(f"sqlite:///{tmp_path / 'prudent.db'}")
    with database.read() as session:
        row = session.get(OperationRow, interrupted)
        assert row
        assert (row.status, row.releases) == ("queued", 1)
    database.close()
