"""Space set aside for deletions: on a really full disk a deletion succeeds and makes room."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.db.database import open_database
from app.jobs.operations import Operations
from app.services.administration.retention import Clocks, Retention
from app.settings import Settings
from app.store.disk import DiskStore
from app.store.reserve import Reserve
from tests.app.fake_fit import ENDLESS
from tests.app.jobs.test_silence import NoJobs
from tests.app.running import fake_service, operation, rows, start_fit, wait_for, wait_until
from tests.app.small_disk import SmallDisk, small_disk

MEBIBYTE = 1024 * 1024
RESERVE_BYTES = 4 * MEBIBYTE
DISK_KILOBYTES = 32 * 1024


def test_it_is_given_up_where_space_is_tight_and_filled_where_there_is_enough(tmp_path) -> None:
    with small_disk(tmp_path / "disk", 1024) as disk:
        reserve = Reserve(disk.path / "reserve", 256 * 1024)
        reserve.release_if_tight()
        assert reserve.fill()
        assert reserve.fill()
        reserve.release_if_tight()
        assert (disk.path / "reserve").stat().st_size == 256 * 1024
        disk.leave(free=8192)
        reserve.release_if_tight()
        assert not (disk.path / "reserve").exists()
        assert not reserve.fill(), "filling it would fill the disk"
        disk.clear()
        assert reserve.fill()
        assert sorted(path.name for path in disk.path.iterdir()) == ["reserve"]


def test_without_a_size_there_is_none(tmp_path) -> None:
    reserve = Reserve(tmp_path / "reserve", 0)
    assert reserve.fill()
    reserve.release_if_tight()
    assert list(tmp_path.iterdir()) == []


@contextmanager
def service_on(path: Path, models: Path) -> Iterator[tuple[SmallDisk, httpx.Client]]:
    """A service whose whole data directory, the database included, is on a small disk."""
    with (
        small_disk(path, DISK_KILOBYTES) as disk,
        fake_service(path, models, reserve_bytes=RESERVE_BYTES) as client,
    ):
        wait_until((path / "reserve").exists)
        yield disk, client


def fill(disk: SmallDisk, client: httpx.Client) -> None:
    """Take up the disk until not even an entry of the audit log can be written."""
    for _ in range(50):
        with suppress(OSError):  # the service takes space too, meanwhile
            disk.leave(free=0)
        answer = client.post("/v1/projects", json={"name": "one more"})
        if answer.status_code == 507:
            return
        time.sleep(0.05)
    raise AssertionError("the disk does not fill up")


@pytest.mark.slow
def test_a_deletion_and_a_cancellation_succeed_on_a_full_disk(tmp_path, models) -> None:
    with service_on(tmp_path / "disk", models) as (disk, client):
        made = client.post("/v1/datasets", json={"rows": rows()}).json()["id"]
        running = start_fit(client, ENDLESS)
        wait_until(lambda: operation(client, running)["stage"] == "sampling")
        fill(disk, client)
        refused = client.post("/v1/datasets", json={"rows": rows()})
        assert (refused.status_code, refused.json()["code"]) == (507, "store_full")
        assert client.get(f"/v1/datasets/{made}").status_code == 200

        assert client.delete(f"/v1/datasets/{made}").status_code == 204
        assert client.get(f"/v1/datasets/{made}").status_code == 404
        assert client.post(f"/v1/operations/{running}:cancel").status_code == 200
        assert wait_for(client, running)["status"] == "cancelled"
        outcomes = {
            entry["action"]: entry["outcome"] for entry in client.get("/v1/audit").json()["items"]
        }
        assert outcomes["delete_dataset"] == 204
        assert outcomes["cancel_operation"] == 200


def test_a_full_disk_gives_up_what_nobody_references_at_once(tmp_path) -> None:
    with (
        small_disk(tmp_path / "disk", 1024) as disk,
        closing(open_database(f"sqlite:///{tmp_path / 'rows.db'}")) as database,
    ):
        database.upgrade()
        store = DiskStore(disk.path)
        later = Clocks(lambda: datetime.now(UTC) + timedelta(hours=2))
        operations = Operations(database, NoJobs())
        settings = Settings(data_dir=tmp_path)
        retention = Retention(settings, database, store, operations, later)
        reserve = Reserve(disk.path / "reserve", 256 * 1024)
        store.put(bytes(400 * 1024))
        retention.keep_reserve(reserve)
        assert (disk.path / "reserve").exists()
        assert len(list(store.keys())) == 1, "there is room: it is kept for the grace period"

        disk.leave(free=8192)
        reserve.release_if_tight()
        retention.keep_reserve(reserve)
        assert list(store.keys()) == []
        assert (disk.path / "reserve").exists()
