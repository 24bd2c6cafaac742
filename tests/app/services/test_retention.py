"""What is swept and what stays: files by owner and age, operations by their end."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from app.db.artefact_keys import PERMANENT_REFERENCES, REFERENCES_UNTIL_FINISHED
from app.db.database import Database, open_database
from app.db.migrate import alembic_config
from app.db.models import Base, DatasetRow, OperationRow
from app.jobs.operations import Operations
from app.runtime.periodic import Periodic
from app.services.administration.retention import Clocks, Retention
from app.settings import Settings
from app.store.disk import DiskStore
from tests.app.running import wait_until

HOUR = timedelta(hours=1)


def no_engine() -> Any:
    """A job engine that knows no jobs, and so has none to forget."""
    return SimpleNamespace(purge=len)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, new_database):
    found = open_database(new_database(request.param))
    found.upgrade()
    yield found
    found.close()


@pytest.fixture
def store(tmp_path):
    return DiskStore(tmp_path / "artefacts")


class Sweeper:
    """A retention, and its clocks: both go on together, and the wall clock may be set."""

    def __init__(self, settings: Settings, database: Database, store: DiskStore) -> None:
        self.operations = Operations(database, no_engine())
        self._since, self._set = 0.0, timedelta()
        clocks = Clocks(self.wall, lambda: self._since)
        self.retention = Retention(settings, database, store, self.operations, clocks)

    def wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._since) + self._set

    def sweep(self, after: timedelta = timedelta()) -> None:
        self._since += after.total_seconds()
        self.retention.sweep()

    def set_clock(self, by: timedelta) -> None:
        self._set += by


@pytest.fixture
def retention(tmp_path, database, store):
    return Sweeper(Settings(data_dir=tmp_path), database, store)


def dataset(key: str) -> DatasetRow:
    return DatasetRow(id=f"ds_{key}"[:40], media_type="x", artefact_key=key, bytes=1, profile={})


def operation(name: str, status: str, **changes) -> OperationRow:
    given = {"kind": "fit", "request": {}, **changes}
    return OperationRow(id=f"op_{name}", status=status, **given)


def test_files_without_an_owner_go_when_they_are_old(database, store, retention) -> None:
    owned, waiting, done, orphan = (store.put(bytes([n])) for n in range(4))
    with database.of("them").write() as session:
        session.add(dataset(owned))
        session.add(operation("1", "queued", input_key=waiting))
        session.add(operation("2", "succeeded", input_key=done))
    retention.sweep()
    assert set(store.keys()) == {owned, waiting, done, orphan}, "nothing is old enough"
    retention.sweep(after=1.1 * HOUR)
    assert set(store.keys()) == {owned, waiting, done, orphan}, "seen for the first time"
    retention.sweep(after=1.1 * HOUR)
    assert set(store.keys()) == {owned, waiting}
    retention.sweep(after=2 * HOUR)
    assert set(store.keys()) == {owned, waiting}


def test_a_file_stored_before_an_outage_stays_until_its_job_has_written_its_row(
    database, store, retention
) -> None:
    key = store.put(b"a model whose job waits for the database")
    retention.sweep(after=6 * HOUR)
    with database.write() as session:
        session.add(dataset(key))
    retention.sweep(after=6 * HOUR)
    assert set(store.keys()) == {key}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_by_a_day_deletes_nothing_that_is_young(
    store, retention, tmp_path, days
) -> None:
    half = tmp_path / "artefacts" / "incoming" / "half"
    half.write_bytes(b"half")
    key = store.put(b"just stored")
    retention.sweep()
    retention.set_clock(timedelta(days=days))
    for _ in range(3):
        retention.sweep(after=0.3 * HOUR)
        assert set(store.keys()) == {key}
        assert half.exists()
    for _ in range(3):
        retention.sweep(after=24 * HOUR)
    assert set(store.keys()) == set()
    assert not half.exists()


def test_the_file_that_a_refit_continues_stays_until_it_has_ended(
    database, store, retention
) -> None:
    base = store.put(b"a model that was deleted meanwhile")
    ended = store.put(b"another one")
    with database.write() as session:
        session.add(operation("1", "queued", base_key=base))
        session.add(operation("2", "failed", base_key=ended))
    for _ in range(2):
        retention.sweep(after=2 * HOUR)
    assert set(store.keys()) == {base}


def test_refits_queued_before_an_upgrade_keep_the_file_they_continue(
    database, store, retention
) -> None:
    base = store.put(b"a model that was deleted meanwhile")
    asked = {"base": {"model_id": "mdl_1"}}
    with database.write() as session:
        session.add(operation("1", "queued", kind="refit", base_key=base, request=asked))
        session.add(operation("2", "queued"))
    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0012")
        query = sa.select(sa.column("request", sa.JSON)).select_from(sa.table("operations"))
        assert {"base": {"model_id": "mdl_1", "artefact_key": base}} in connection.scalars(query)
    database.upgrade()
    for _ in range(2):
        retention.sweep(after=2 * HOUR)
    assert set(store.keys()) == {base}
    row = retention.operations.status("op_1")
    assert (row.base_key, row.request) == (base, asked)


def test_every_column_that_names_a_file_is_known_to_the_sweep() -> None:
    """Names are 64 digits: a new column of that kind must be among the owners."""
    owners = (*PERMANENT_REFERENCES, *REFERENCES_UNTIL_FINISHED)
    known = {f"{column.class_.__tablename__}.{column.key}" for column in owners}
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_key") and getattr(column.type, "length", None) == 64
    }
    assert found == known


def test_what_broken_writes_left_is_cleared(store, retention, tmp_path) -> None:
    half = tmp_path / "artefacts" / "incoming" / "half"
    half.write_bytes(b"half")
    retention.sweep()
    assert half.exists()
    retention.sweep(after=2 * HOUR)
    assert not half.exists()


def test_operations_are_forgotten_long_after_their_end(
    database, store, retention, tmp_path
) -> None:
    now = datetime.now(UTC)
    old, recent = now - timedelta(days=91), now - timedelta(days=89)
    with database.write() as session:
        session.add(operation("old", "failed", finished_at=old))
        session.add(operation("recent", "succeeded", finished_at=recent))
        session.add(operation("endless", "running", created_at=old))
    for_ever = Settings(data_dir=tmp_path, keep_operations_days=None)
    Sweeper(for_ever, database, store).sweep()
    assert len(retention.operations.list(10, None).items) == 3
    retention.sweep()
    left = {row.id for row in retention.operations.list(10, None).items}
    assert left == {"op_recent", "op_endless"}


def test_periodic_work_goes_on_after_a_failure() -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        raise ZeroDivisionError

    work = Periodic("test", 0.01, fail)
    work.start()
    wait_until(lambda: len(calls) >= 3)
    work.close()
    assert not work.alive
