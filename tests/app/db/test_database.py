"""The database on a real SQLite file: schema, writers in turn, exclusive transitions."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from app.db import operations, sqlite, workers
from app.db.artefact_keys import referenced
from app.db.database import Database, open_database
from app.db.models import Base, DatasetRow, ModelRow, OperationRow, WorkerRow
from app.db.pages import read_page
from app.errors import InvalidRequest
from app.ids import derived_id, is_id, new_id


@pytest.fixture
def database(database_kind, new_database):
    opened = open_database(new_database(database_kind))
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'deep' / 'test.db'}")
    opened.upgrade()
    yield opened
    opened.close()


def add_operation(database: Database, **values) -> str:
    row = OperationRow(**{"id": new_id("op"), "kind": "fit", "request": {}, **values})
    with database.write() as session:
        session.add(row)
    return row.id


def status(database: Database, operation_id: str) -> str:
    with database.read() as session:
        row = session.get(OperationRow, operation_id)
        assert row
        return row.status


def test_migrations_make_the_tables_that_the_code_expects(database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def schema_and_rows(database: Database) -> dict[str, tuple[list[str], list[str]]]:
    """Every table by name: the statements that make it and its indexes, and its rows."""
    found = {}
    with database.engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for name, table in tables.tables.items():
            indexes = [str(CreateIndex(index).compile(connection)) for index in table.indexes]
            statements = [str(CreateTable(table).compile(connection)), *sorted(indexes)]
            found[name] = (statements, sorted(map(repr, connection.execute(table.select()))))
    return found


def test_upgrading_twice_changes_nothing(database) -> None:
    add_operation(database)
    before = schema_and_rows(database)
    assert before.keys() == {*Base.metadata.tables, "alembic_version"}
    database.upgrade()
    assert schema_and_rows(database) == before


def test_processes_that_start_together_upgrade_in_turn(database_kind, new_database) -> None:
    database = open_database(new_database(database_kind))
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(database.upgrade) for _ in range(4)]:
            done.result()
    with database.read() as session:
        assert read_page(session, OperationRow, 2, None).items == []
    database.close()


def test_connections_are_set_up(sqlite_database) -> None:
    with sqlite_database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_writers_take_turns_and_lose_nothing(database) -> None:
    operation_id = add_operation(database)

    def increment() -> None:
        for _ in range(25):
            with database.write() as session:
                row = session.get(OperationRow, operation_id, with_for_update=True)
                assert row
                row.version += 1

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        row = session.get(OperationRow, operation_id)
    assert row
    assert row.version == 100


def test_an_error_undoes_the_transaction(database) -> None:
    def write_half() -> None:
        with database.write() as session:
            session.add(OperationRow(id="op_x", kind="fit", request={}))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    with database.read() as session:
        assert session.get(OperationRow, "op_x") is None


def test_foreign_keys_and_json_are_strict(database) -> None:
    document: dict = {name: {} for name in ("spec", "sampling", "data", "verdict", "diagnostics")}
    row = ModelRow(id="m", artefact_key="a", data_key="b", method={}, **document)
    row.dataset_id = "absent"
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(row)
    with pytest.raises(Exception, match="JSON"):
        add_operation(database, request={"x": float("nan")})


def test_moments_keep_their_zone(database) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    operation_id = add_operation(database, started_at=moment)
    with database.read() as session:
        row = session.get(OperationRow, operation_id)
    assert row
    assert row.started_at == moment
    assert row.started_at.tzinfo == UTC


def test_only_what_is_queued_is_claimed_and_only_by_a_member(database) -> None:
    operation_id = add_operation(database)
    with database.write() as session:
        assert operations.claim(session, operation_id, "stranger") is None
        row = claim(session, operation_id)
        assert row
        assert (row.status, row.attempt, row.worker) == ("running", 1, MEMBER)
        assert claim(session, operation_id) is None
        assert operations.release(session, operation_id, 1, fault=True)
        assert workers.remove(session, MEMBER)
        assert not workers.remove(session, MEMBER)
        assert not workers.write_heartbeat(session, MEMBER)
        assert operations.claim(session, operation_id, MEMBER) is None


MEMBER = "host-0.abc"


def claim(session, operation_id: str) -> OperationRow | None:
    if MEMBER not in workers.heartbeats(session):
        workers.register(session, WorkerRow(executor=MEMBER, identity="host-0", lock="l", pid=1))
    return operations.claim(session, operation_id, MEMBER)


def test_a_former_attempt_writes_nothing(database) -> None:
    operation_id = add_operation(database)
    with database.write() as session:
        claim(session, operation_id)
        assert operations.release(session, operation_id, 1, fault=True)
        claim(session, operation_id)
        assert not operations.report(session, operation_id, 1, stage="sampling")
        assert not operations.succeed(session, operation_id, 1, {})
        assert not operations.fail(session, operation_id, 1, {})
        assert operations.report(session, operation_id, 2, stage="sampling")
        assert operations.succeed(session, operation_id, 2, {"model_id": "x"})
    assert status(database, operation_id) == "succeeded"


def test_an_end_is_final(database) -> None:
    operation_id = add_operation(database)
    with database.write() as session:
        claim(session, operation_id)
        operations.succeed(session, operation_id, 1, {})
        assert not operations.request_cancel(session, operation_id)
        assert claim(session, operation_id) is None
        assert not operations.release(session, operation_id, 1, fault=True)


def test_cancelling_excludes_success(database) -> None:
    queued, running = add_operation(database), add_operation(database)
    with database.write() as session:
        claim(session, running)
        assert operations.request_cancel(session, queued)
        assert operations.request_cancel(session, running)
        assert not operations.succeed(session, running, 1, {})
        assert operations.confirm_cancel(session, running)
        assert operations.active(session) == []
    assert (status(database, queued), status(database, running)) == ("cancelled", "cancelled")


def test_keys_are_held_by_datasets_and_by_operations_that_have_not_ended(database) -> None:
    operation_id = add_operation(database, input_key="k1")
    dataset = DatasetRow(id="d", media_type="text/csv", artefact_key="k2", bytes=1, profile={})
    with database.write() as session:
        session.add(dataset)
        session.flush()
        assert referenced(session, ["k1"])
        assert referenced(session, ["k2"])
        operations.request_cancel(session, operation_id)
        session.delete(dataset)
        session.flush()
        assert not referenced(session, ["k1"])
        assert not referenced(session, ["k2"])


def test_pages_cover_everything_once(database) -> None:
    ids = {add_operation(database) for _ in range(5)}
    seen, token = [], None
    with database.read() as session:
        while True:
            page = read_page(session, OperationRow, 2, token)
            seen += [row.id for row in page.items]
            token = page.next_page_token
            if token is None:
                break
        assert sorted(seen, reverse=True) == seen
        assert set(seen) == ids
        for wrong in ("", "x", "ä", "b3BfMQ"):
            with pytest.raises(InvalidRequest):
                read_page(session, OperationRow, 2, wrong)


def test_an_old_sqlite_tells_the_time_to_a_foreign_library(tmp_path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'foreign.db'}")
    sqlite.set_up_for_library(engine)
    with engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT unixepoch('subsec')").scalar()
    engine.dispose()
    assert told == pytest.approx(datetime.now(UTC).timestamp(), abs=5), sqlite3.sqlite_version


def test_ids_are_distinct_and_sort_by_age() -> None:
    ids = [new_id("op") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(is_id(one) for one in ids)
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)
    assert derived_id("mdl", "op_abc") == "mdl_abc"
