"""A service and its workers as processes of their own, killed, frozen and stopped at bad moments.

Whatever happens, an operation ends once, with one model. On SQLite and on Postgres.
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import open_database
from app.db.models import OperationRow
from tests.app.fake_fit import ENDLESS, SLOW, SLOW_ONCE, SLOW_ONCE_AT, STAGES
from tests.app.running import (
    ServiceProcess,
    WorkerProcess,
    children_of,
    gone,
    operation,
    start_fit,
    wait_for,
    wait_until,
)

# A file database is shown by its own tests and those of first looks; the rest is the same.
DATABASES = [pytest.param("sqlite", marks=pytest.mark.proof), "postgres"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_kind", DATABASES, scope="module", indirect=True),
]

LOST_SECONDS = 1.5


class Place:
    """An installation on one kind of database, shared by the tests: a start takes seconds.

    The service lives from test to test unless one kills it, and so does a worker that is left.
    """

    def __init__(self, folder: Path, models: Path, url: str) -> None:
        self.folder, self.models, self.url = folder, models, url
        self.variables = {
            "PRUDENT_DATABASE_URL": url,
            "PRUDENT_WORK_IN_PROCESS": "false",
            "PRUDENT_WORKER_HEARTBEAT_SECONDS": "0.2",
            "PRUDENT_WORKER_LOST_SECONDS": str(LOST_SECONDS),
        }
        self._service: ServiceProcess | None = None
        self._workers: list[WorkerProcess] = []

    def service(self) -> ServiceProcess:
        """The service; a new one where it was killed."""
        if self._service is None or self._service.process.poll() is not None:
            self._service = ServiceProcess(self.folder, self.models, **self.variables)
        return self._service

    def worker(self, slot: str = "") -> WorkerProcess:
        """A new worker."""
        made = WorkerProcess(self.folder, self.models, slot, **self.variables)
        self._workers.append(made)
        return made

    def only_worker(self) -> WorkerProcess:
        """The worker that an earlier test left, or a new one."""
        return self._workers[0] if self._workers else self.worker()

    def no_worker(self) -> None:
        """Kill those that are left."""
        _end(self._workers)
        self._workers = []

    def tidy(self) -> None:
        """Leave nothing that runs, and one worker at most."""
        (self.models / "started").unlink(missing_ok=True)
        living = [worker for worker in self._workers if worker.process.poll() is None]
        _end([worker for worker in self._workers if worker not in living[-1:]])
        self._workers = living[-1:]

    def end(self) -> None:
        self.no_worker()
        if self._service is not None and self._service.process.poll() is None:
            self._service.close(kill=True)

    def row(self, operation_id: str) -> OperationRow:
        database = open_database(self.url)
        try:
            with database.read() as session:
                return session.get_one(OperationRow, operation_id)
        finally:
            database.close()


def _end(workers: list[WorkerProcess]) -> None:
    for worker in workers:
        if worker.process.poll() is None:
            worker.close(kill=True)


@pytest.fixture(scope="module")
def installation(tmp_path_factory, models, database_kind, new_database) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("faults"), models, new_database(database_kind))
    yield made
    made.end()


@pytest.fixture
def place(installation: Place) -> Place:
    installation.tidy()
    return installation


def in_stage(service: ServiceProcess, operation_id: str, stage: str = "sampling") -> None:
    wait_until(lambda: operation(service.client, operation_id)["stage"] == stage)


def models_of(service: ServiceProcess) -> list[str]:
    found = service.client.get("/v1/models", params={"limit": 200}).json()["items"]
    return [model["id"] for model in found]


def one_model(service: ServiceProcess, operation_id: str, before: list[str]) -> None:
    """The operation succeeds, and one model is there beyond those that were."""
    done = wait_for(service.client, operation_id)
    assert done["status"] == "succeeded", done["error"]
    assert models_of(service) == [done["result"]["model_id"], *before]


# Before anything is computed, in the midst of it, and when the model is about to be kept; to the
# worker the others differ from these by name.
KILLED_IN = ("validating", "sampling", "storing")


@pytest.mark.parametrize(
    "stage",
    [s if s in KILLED_IN else pytest.param(s, marks=pytest.mark.proof) for s in STAGES],
)
def test_kill_9_of_a_worker_in_each_stage_leaves_one_model(place, stage) -> None:
    service, first = place.service(), place.only_worker()
    before = models_of(service)
    operation_id = start_fit(service.client, SLOW_ONCE_AT[stage])
    in_stage(service, operation_id, stage)
    wait_until(lambda: (place.models / "started").exists())
    fits = children_of(first.process.pid)
    first.close(kill=True)
    wait_until(lambda: all(gone(pid) for pid in fits), 2.0)
    place.worker()
    one_model(service, operation_id, before)
    assert place.row(operation_id).attempt == 2


def test_kill_9_of_the_service_leaves_the_jobs_of_its_workers_alone(place) -> None:
    service, before = place.service(), models_of(place.service())
    place.only_worker()
    operation_id = start_fit(service.client, ENDLESS)
    in_stage(service, operation_id)
    service.close(kill=True)
    again = place.service()
    assert operation(again.client, operation_id)["status"] == "running"
    again.client.post(f"/v1/operations/{operation_id}:stop").raise_for_status()
    one_model(again, operation_id, before)
    assert place.row(operation_id).attempt == 1


def test_a_frozen_worker_is_a_zombie_that_writes_nothing(place) -> None:
    service, zombie = place.service(), place.only_worker()
    before = models_of(service)
    operation_id = start_fit(service.client, SLOW_ONCE)
    in_stage(service, operation_id)
    (fit,) = children_of(zombie.process.pid)
    zombie.signal(signal.SIGSTOP)
    peer = place.worker()
    one_model(service, operation_id, before)
    ended = place.row(operation_id)
    assert ended.attempt == 2
    zombie.signal(signal.SIGCONT)
    wait_until(lambda: gone(fit))
    assert peer.close() == 0
    second = start_fit(service.client)  # the former zombie takes part again, under a new name
    assert wait_for(service.client, second)["status"] == "succeeded"
    assert place.row(operation_id).version == ended.version
    assert place.row(second).worker != ended.worker


def test_a_second_worker_of_one_identity_is_refused(place) -> None:
    place.no_worker()
    service, first = place.service(), place.worker("0")
    assert wait_for(service.client, start_fit(service.client))["status"] == "succeeded"
    second = place.worker("0")
    assert second.process.wait(30) != 0
    second.close()
    assert "is in use by process" in second.told
    assert first.process.poll() is None


def test_sigterm_hands_a_running_fit_to_a_peer(place) -> None:
    service, first = place.service(), place.only_worker()
    before = models_of(service)
    operation_id = start_fit(service.client, SLOW_ONCE)
    in_stage(service, operation_id)
    place.worker()
    assert first.close() == 0
    one_model(service, operation_id, before)
    row = place.row(operation_id)
    assert (row.attempt, row.releases) == (2, 1)


def test_cancel_kills_the_fit_of_another_process_and_stop_keeps_its_draws(place) -> None:
    service, worker = place.service(), place.only_worker()
    operation_id = start_fit(service.client, SLOW)
    in_stage(service, operation_id)
    (fit,) = children_of(worker.process.pid)
    service.client.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
    wait_until(lambda: gone(fit), 3.0)
    assert wait_for(service.client, operation_id)["status"] == "cancelled"

    refused = service.client.post(f"/v1/operations/{operation_id}:stop")
    assert (refused.status_code, refused.json()["code"]) == (409, "operation_finished")
    stopped = start_fit(service.client, ENDLESS)
    in_stage(service, stopped)
    service.client.post(f"/v1/operations/{stopped}:stop").raise_for_status()
    done = wait_for(service.client, stopped)
    assert (done["status"], done["incomplete"]) == ("succeeded", True)
    model = service.client.get(f"/v1/models/{done['result']['model_id']}").json()
    assert model["incomplete"] is True
