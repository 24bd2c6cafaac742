"""A wall clock that jumps by a day under a service and a worker: no job is taken from its worker.

The jump is that of two processes alone: a small library stands between them and the system's clock.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db.database import open_database
from app.db.models import OperationRow
from tests.app.fake_fit import HELD, TRUSTED
from tests.app.running import (
    ServiceProcess,
    WorkerProcess,
    operation,
    start_fit,
    wait_for,
    wait_until,
)

pytestmark = pytest.mark.slow

DAY = 86_400
LOST_SECONDS = 1.5
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long set_by(void) {
    long seconds = 0;
    FILE *file = fopen(getenv("CLOCK_SET_BY"), "r");
    if (file) {
        if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
        fclose(file);
    }
    return seconds;
}

int clock_gettime(clockid_t id, struct timespec *at) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(id, at);
    if (!failed && id == CLOCK_REALTIME) at->tv_sec += set_by();
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = real(at, zone);
    if (!failed) at->tv_sec += set_by();
    return failed;
}
"""


class SetClock:
    """The clock of the processes that are started with ``variables``."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler on this machine")
        source, library = folder / "clock.c", folder / "clock.so"
        source.write_text(CLOCK)
        command = [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        self._by = folder / "set-by"
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_SET_BY": str(self._by)}

    def set(self, seconds: int) -> None:
        """Set it so many seconds ahead of the system's, at one moment."""
        fresh = self._by.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._by)


@contextmanager
def installation(folder: Path, models: Path, clock: SetClock) -> Iterator[ServiceProcess]:
    """A service and a worker by that clock."""
    variables = {
        **clock.variables,
        "PRUDENT_WORK_IN_PROCESS": "false",
        "PRUDENT_SWEEP_SECONDS": "0.3",
        "PRUDENT_WORKER_HEARTBEAT_SECONDS": "0.2",
        "PRUDENT_WORKER_LOST_SECONDS": str(LOST_SECONDS),
    }
    service = ServiceProcess(folder, models, **variables)
    worker = WorkerProcess(folder, models, **variables)
    try:
        yield service
    finally:
        worker.close(kill=True)
        service.close(kill=True)


def test_a_running_fit_stays_with_its_worker(tmp_path, models) -> None:
    clock, go = SetClock(tmp_path), models / "let-go"
    with installation(tmp_path / "data", models, clock) as service:
        running = start_fit(service.client, HELD)
        wait_until(lambda: operation(service.client, running)["stage"] == "sampling")
        for by in (DAY, -DAY):
            clock.set(by)
            time.sleep(1.5 * LOST_SECONDS)
            assert operation(service.client, running)["status"] == "running"
        go.touch()
        done = wait_for(service.client, running)
        go.unlink()
        assert done["status"] == "succeeded", done["error"]
        assert done["finished_at"] < done["created_at"], "the clock was set back under it"
        later = wait_for(service.client, start_fit(service.client, TRUSTED))
        assert later["status"] == "succeeded", later["error"]
        for ended in (done, later):
            model = service.client.get(f"/v1/models/{ended['result']['model_id']}/curves")
            assert model.status_code == 200
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'prudent.db'}")
    with database.read() as session:
        assert session.get_one(OperationRow, running).attempt == 1
    database.close()
