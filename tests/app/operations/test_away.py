"""Postgres away under a running installation: stopped, frozen, back again; answers have deadlines.

A service and a worker as processes of their own, on a server of these tests alone.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.db.database import open_database
from app.db.models import OperationRow
from tests.app import postgres
from tests.app.fake_fit import HELD, SLOW
from tests.app.running import (
    ServiceProcess,
    WorkerProcess,
    fitted_model,
    operation,
    start_fit,
    wait_for,
    wait_until,
)

pytestmark = pytest.mark.slow

LOST_SECONDS = 1.5
READY_SECONDS = 2.0
ANSWER_SECONDS = 10.0
SLACK_SECONDS = 1.0
"""For clients and servers of 60 calls on a busy machine."""


@dataclass(frozen=True)
class Place:
    """An installation: its database server, a service, a worker, and where fits are let go."""

    cluster: postgres.Cluster
    url: str
    service: ServiceProcess
    worker: WorkerProcess
    models: Path

    @property
    def client(self) -> httpx.Client:
        return self.service.client

    def ready(self) -> bool:
        return self.client.get("/readyz").status_code == 200

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server is gone for a while."""
        self.cluster.stop()
        try:
            yield
        finally:
            self.cluster.restart()


@pytest.fixture(scope="module")
def place(tmp_path_factory, models) -> Iterator[Place]:
    where = postgres.binaries()
    if where is None:
        pytest.skip("no Postgres binaries (initdb, postgres) on this machine")
    folder = tmp_path_factory.mktemp("away")
    with postgres.cluster(where) as cluster:
        url = cluster.fresh()
        variables = {
            "PRUDENT_DATABASE_URL": url,
            "PRUDENT_WORK_IN_PROCESS": "false",
            "PRUDENT_WORKER_HEARTBEAT_SECONDS": "0.2",
            "PRUDENT_WORKER_LOST_SECONDS": str(LOST_SECONDS),
        }
        service = ServiceProcess(folder, models, **variables)
        worker = WorkerProcess(folder, models, **variables)
        try:
            fitted_model(service.client)  # the worker is up, not still starting
            yield Place(cluster, url, service, worker, models)
        finally:
            worker.close(kill=True)
            service.close(kill=True)


def asked(place: Place, path: str, calls: int) -> tuple[Counter[int], float]:
    """The statuses of so many calls at once, and the longest that one took (seconds)."""

    def ask(client: httpx.Client) -> tuple[int, float]:
        began = time.monotonic()
        status = client.get(path).status_code
        return status, time.monotonic() - began

    base = place.client.base_url
    with (
        httpx.Client(base_url=base, timeout=60, limits=httpx.Limits()) as client,
        ThreadPoolExecutor(calls) as threads,
    ):
        answers = list(threads.map(ask, [client] * calls))
    return Counter(status for status, _ in answers), max(seconds for _, seconds in answers)


def attempts(place: Place, operation_id: str) -> int:
    """How often an operation was started."""
    database = open_database(place.url)
    try:
        with database.read() as session:
            return session.get_one(OperationRow, operation_id).attempt
    finally:
        database.close()


AWAY: dict[str, Callable[[Place], AbstractContextManager[None]]] = {
    "stopped": lambda place: place.stopped(),
    "frozen": lambda place: place.cluster.frozen(),
}


@pytest.mark.parametrize("how", AWAY)
def test_every_answer_comes_in_time_while_postgres_is_away(place, how) -> None:
    wait_until(place.ready)
    with AWAY[how](place):
        statuses, longest = asked(place, "/readyz", 45)
        assert statuses == {503: 45}
        assert longest < READY_SECONDS + SLACK_SECONDS
        issues = place.client.get("/readyz").json()["errors"]
        assert [issue["code"] for issue in issues] == ["database", "engine"]
        statuses, longest = asked(place, "/v1/models", 60)
        assert statuses == {503: 60}
        assert longest < ANSWER_SECONDS + SLACK_SECONDS
        assert place.client.get("/livez").status_code == 200
    wait_until(place.ready, ANSWER_SECONDS)
    assert place.client.get("/v1/models").status_code == 200


def test_a_finished_fit_waits_for_its_database(place) -> None:
    """Longer than a worker may be silent: its job is not taken from it when the server is back."""
    wait_until(place.ready)
    operation_id = start_fit(place.client, HELD)
    wait_until(lambda: operation(place.client, operation_id)["stage"] == "sampling")
    go = place.models / "let-go"
    with place.stopped():
        go.touch()
        time.sleep(3 * LOST_SECONDS)
    go.unlink()
    done = wait_for(place.client, operation_id)
    assert done["status"] == "succeeded", done["error"]
    model = place.client.get(f"/v1/models/{done['result']['model_id']}")
    assert model.status_code == 200
    assert attempts(place, operation_id) == 1


def test_a_worker_stops_while_its_database_is_away(place) -> None:
    wait_until(place.ready)
    operation_id = start_fit(place.client, SLOW)
    wait_until(lambda: operation(place.client, operation_id)["stage"] == "sampling")
    with place.stopped():
        place.worker.signal(signal.SIGTERM)
        assert place.worker.process.wait(20) == 0
    wait_until(place.ready)
    wait_until(lambda: operation(place.client, operation_id)["status"] == "queued")
