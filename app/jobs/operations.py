"""Operations as the services use them: submit, status, cancel, stop, watch, list, purge.

An operation is a database row and an engine job with the same id. The row is written first, and a
call that has written it has succeeded: ``app.jobs.reconciler`` repairs a crash between the two
writes, and an engine that is away.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.contract.base import Urgency
from app.db import operations as rows
from app.db.database import Database
from app.db.models import Document, OperationRow
from app.db.pages import RowPage, read_page
from app.errors import NotFound, OperationFinished, StoreError
from app.jobs.port import Queues
from app.jobs.reconciler import ticket
from app.jobs.stopping import require_partial_result
from app.jobs.watching import Watches

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """The API call that submits a job: its request id, for the logs, and its priority."""

    request_id: str | None = None
    priority: Urgency = "normal"


UNATTRIBUTED = Call()
"""Of a job that no request submitted."""


class Operations:
    """The operations of this service, or of one tenant (``of``)."""

    def __init__(self, database: Database, queues: Queues, watches: Watches | None = None) -> None:
        self._database = database
        self._queues = queues
        self._watches = watches or Watches(database)

    def of(self, tenant: str) -> "Operations":
        """The operations of one tenant."""
        return Operations(self._database.of(tenant), self._queues, self._watches)

    def submit(
        self,
        kind: str,
        request: Document,
        call: Call = UNATTRIBUTED,
        prepare: Callable[[Session], str] | None = None,
        base_key: str | None = None,
        fits: int = 1,
    ) -> OperationRow:
        """Queue a job. ``prepare`` checks limits in its transaction and returns its input's key.

        ``base_key`` is the key of an already stored file, which is retained for the job; ``fits``:
        how many fits the job counts as.
        """
        with self._database.write() as session:
            row = rows.queued(kind, request, call.request_id, call.priority, fits)
            row.base_key = base_key
            row.input_key = prepare(session) if prepare else None
            session.add(row)
        with _left_to_the_reconciler(row.id):
            self._queues.submit(ticket(row))
        return row

    def status(self, operation_id: str) -> OperationRow:
        """The current row; raises NotFound."""
        with self._database.read() as session:
            row = session.get(OperationRow, operation_id)
        if row is None:
            raise NotFound("operation", operation_id)
        return row

    def cancel(self, operation_id: str) -> OperationRow:
        """Cancel the job and discard its work; raises OperationFinished if it has ended."""
        with self._database.write() as session:
            accepted = rows.request_cancel(session, operation_id)
        row = self.status(operation_id)
        if not accepted and row.status in rows.TERMINAL:
            raise _finished(row)
        with _left_to_the_reconciler(operation_id):
            started = self._queues.status(operation_id) == "running"
            self._queues.cancel(operation_id)
            if not started:
                with self._database.write() as session:
                    rows.confirm_cancel(session, operation_id)
        return self.status(operation_id)

    def stop(self, operation_id: str) -> OperationRow:
        """Ask a job to end early and keep its partial result.

        Raises OperationFinished if it has ended, NothingToKeep if it has no partial result yet or
        never will.
        """
        row = self.status(operation_id)
        if row.status in rows.TERMINAL:
            raise _finished(row)
        require_partial_result(row)
        with self._database.write() as session:
            rows.request_stop(session, operation_id)
        return self.status(operation_id)

    async def watch(self, operation_id: str, after: int = -1) -> AsyncIterator[OperationRow]:
        """Yield the row at each version later than ``after``, until the operation has ended."""
        row = await asyncio.to_thread(self.status, operation_id)
        if row.version > after:
            yield row
        while row.status not in rows.TERMINAL:
            row = await self._watches.newer(operation_id, max(row.version, after))
            yield row

    async def wait(self, operation_id: str, seconds: float) -> OperationRow:
        """The row once the operation has ended, or after ``seconds`` at the latest."""
        try:
            async with asyncio.timeout(seconds):
                async for _ in self.watch(operation_id):
                    pass
        except TimeoutError:
            pass
        return await asyncio.to_thread(self.status, operation_id)

    def list(self, limit: int, page_token: str | None) -> RowPage[OperationRow]:
        """One page of operations, newest first."""
        with self._database.read() as session:
            return read_page(session, OperationRow, limit, page_token)

    def purge(self, before: datetime) -> int:
        """Delete operations that ended before a moment, not their results; returns their number."""
        ended = OperationRow.status.in_(rows.TERMINAL) & (OperationRow.finished_at < before)
        with self._database.write() as session:
            ids = list(session.scalars(select(OperationRow.id).where(ended)))
            session.execute(delete(OperationRow).where(OperationRow.id.in_(ids)))
        self._queues.purge(ids)
        return len(ids)

    def check(self) -> None:
        """Query the engine once, so that its error is raised if it does not answer."""
        self._queues.status("none")


@contextmanager
def _left_to_the_reconciler(operation_id: str) -> Iterator[None]:
    """Go on if the engine is away: its part is done when it is back."""
    try:
        yield
    except StoreError as error:
        log.warning("the job engine is away: %s", error, extra={"operation_id": operation_id})


def _finished(row: OperationRow) -> OperationFinished:
    return OperationFinished(f"The operation {row.id} has already {_ENDED[row.status]}.")


_ENDED = {"succeeded": "succeeded", "failed": "failed", "cancelled": "been cancelled"}
