"""Tells callers who watch operations of changes: one query for all of them, however many watch.

Callers wait on the event loop, without a thread or a session each. A query runs every
``WATCH_SECONDS`` while anybody waits; rows are read in full only where they changed.
"""

import asyncio
from collections.abc import Mapping

from sqlalchemy import select

from app.db.database import Database
from app.db.models import OperationRow
from app.errors import NotFound

WATCH_SECONDS = 0.3

type Waiting = asyncio.Future[OperationRow]


class Watches:
    """Who waits for which version of which operation; used on one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, list[tuple[int, Waiting]]] = {}
        self._polling: asyncio.Task[None] | None = None

    async def newer(self, operation_id: str, version: int) -> OperationRow:
        """The row once its version is later than ``version``; raises NotFound, StoreError."""
        call: tuple[int, Waiting] = (version, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(operation_id, []).append(call)
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll())
        try:
            return await call[1]
        finally:
            self._waiting[operation_id].remove(call)
            if not self._waiting[operation_id]:
                del self._waiting[operation_id]

    async def _poll(self) -> None:
        """Answer those who wait, until nobody does."""
        while self._waiting:
            await asyncio.sleep(WATCH_SECONDS)
            oldest = {key: min(version for version, _ in calls) for key, calls in self._items()}
            try:
                rows = await asyncio.to_thread(self._changed, oldest)
            except Exception as error:  # noqa: BLE001  (who waits is told, whatever it is)
                self._fail(error)
                continue
            for operation_id, row in rows.items():
                self._answer(operation_id, row)

    def _items(self) -> list[tuple[str, list[tuple[int, Waiting]]]]:
        return list(self._waiting.items())

    def _changed(self, oldest: Mapping[str, int]) -> dict[str, OperationRow | None]:
        """Rows later than the versions in ``oldest``; None for those that are gone."""
        found = select(OperationRow.id, OperationRow.version).where(OperationRow.id.in_(oldest))
        with self._database.read() as session:
            versions = {row.id: row.version for row in session.execute(found)}
            later = [key for key, version in versions.items() if version > oldest[key]]
            query = select(OperationRow).where(OperationRow.id.in_(later))
            rows = session.scalars(query).all() if later else ()
        gone: dict[str, OperationRow | None] = dict.fromkeys(oldest.keys() - versions.keys())
        return gone | {row.id: row for row in rows}

    def _answer(self, operation_id: str, row: OperationRow | None) -> None:
        for version, waiting in self._waiting.get(operation_id, ()):
            if waiting.done():
                continue
            if row is None:
                waiting.set_exception(NotFound("operation", operation_id))
            elif row.version > version:
                waiting.set_result(row)

    def _fail(self, error: Exception) -> None:
        for _, calls in self._items():
            for _, waiting in calls:
                if not waiting.done():
                    waiting.set_exception(error)
