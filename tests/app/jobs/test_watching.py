"""Watching costs one query for all who watch, on the rows of a real database."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError

from app.db.database import Database, open_database
from app.db.models import OperationRow
from app.errors import NotFound
from app.jobs.watching import WATCH_SECONDS, Watches

WATCHERS = 300


@pytest.fixture
def database(database_kind: str, new_database) -> Iterator[Database]:
    made = open_database(new_database(database_kind))
    made.upgrade()
    with made.of("acme").write() as session:
        session.add_all(
            OperationRow(id=f"op_{number}", kind="fit", request={}, status="queued", priority=2)
            for number in range(30)
        )
    yield made
    made.close()


def change(database: Database, *ids: str) -> None:
    with database.write() as session:
        later = {"version": OperationRow.version + 1, "stage": "sampling"}
        session.execute(update(OperationRow).where(OperationRow.id.in_(ids)).values(later))


def test_three_hundred_watchers_take_one_query_at_a_time(database) -> None:
    statements: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement: str, *_: object) -> None:
        statements.append(statement)

    async def watch() -> list[OperationRow]:
        watches = Watches(database)
        calls = [
            asyncio.create_task(watches.newer(f"op_{number % 30}", 0)) for number in range(WATCHERS)
        ]
        await asyncio.sleep(4 * WATCH_SECONDS)
        assert [call.exception() for call in calls if call.done()] == []
        silent = len([text for text in statements if "operations" in text])
        assert 1 <= silent <= 5, "nobody's version changed, and each look is one query"
        await asyncio.to_thread(change, database, *(f"op_{number}" for number in range(30)))
        return await asyncio.gather(*calls)

    rows = asyncio.run(watch())
    assert {row.version for row in rows} == {1}
    assert [row.id for row in rows] == [f"op_{number % 30}" for number in range(WATCHERS)]
    assert {row.stage for row in rows} == {"sampling"}


def test_who_waits_for_a_later_version_is_not_told_of_an_earlier_one(database) -> None:
    async def watch() -> tuple[OperationRow, bool]:
        watches = Watches(database)
        early = asyncio.create_task(watches.newer("op_1", 0))
        late = asyncio.create_task(watches.newer("op_1", 1))
        await asyncio.to_thread(change, database, "op_1")
        first = await early
        waits = not late.done()
        await asyncio.to_thread(change, database, "op_1")
        assert (await late).version == 2
        return first, waits

    first, waits = asyncio.run(watch())
    assert (first.version, waits) == (1, True)


def test_an_operation_that_is_gone_ends_its_watch(database) -> None:
    async def watch() -> None:
        watches = Watches(database)
        stays = asyncio.create_task(watches.newer("op_2", 0))
        goes = asyncio.create_task(watches.newer("op_3", 0))
        await asyncio.sleep(0)
        await asyncio.to_thread(delete, database, "op_3")
        with pytest.raises(NotFound):
            await goes
        assert not stays.done()
        stays.cancel()

    asyncio.run(watch())


def delete(database: Database, operation_id: str) -> None:
    with database.write() as session:
        session.delete(session.get(OperationRow, operation_id))


def test_a_database_that_fails_fails_those_who_watch_and_later_ones_are_served(database) -> None:
    async def watch() -> None:
        watches = Watches(database)
        await asyncio.to_thread(rename, database, "operations", "elsewhere")
        with pytest.raises(DBAPIError):
            await watches.newer("op_4", 0)
        await asyncio.to_thread(rename, database, "elsewhere", "operations")
        await asyncio.to_thread(change, database, "op_4")
        assert (await watches.newer("op_4", 0)).version == 1

    asyncio.run(watch())


def rename(database: Database, old: str, new: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_who_leaves_is_forgotten_and_the_queries_end(database) -> None:
    async def watch() -> set[asyncio.Task]:
        watches = Watches(database)
        call = asyncio.create_task(watches.newer("op_5", 0))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.sleep(2 * WATCH_SECONDS)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(watch()) == set()
