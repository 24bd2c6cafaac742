"""Operations: poll, watch, cancel, stop."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from app.contract.base import Page
from app.contract.documents import OperationDocument
from app.db.models import OperationRow
from app.db.operations import TERMINAL
from app.http.accepted import operation_document
from app.http.conditional import ConditionalRead
from app.http.dependencies import (
    ContextOf,
    ExistingOperation,
    Id,
    Limit,
    PageToken,
    problems,
    router,
)

routes = router("operations")

MOST_DIGITS = 18
"""Of an event's id; a longer one is no id."""


@routes.get("/operations", responses=problems(422))
def list_operations(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[OperationDocument]:
    """Operations, newest first."""
    page = context.operations.list(limit, page_token)
    items = [operation_document(row) for row in page.items]
    return Page(items=items, next_page_token=page.next_page_token)


@routes.get(
    "/operations/{operation_id:plain}", response_model=OperationDocument, responses=problems(404)
)
def get_operation(operation: ExistingOperation, conditional: ConditionalRead) -> Response:
    """One operation as it stands now."""
    return conditional.document(operation_document(operation))


@routes.get(
    "/operations/{operation_id}/events",
    response_class=EventSourceResponse,
    responses=problems(404),
)
async def watch_operation(
    operation: ExistingOperation,
    context: ContextOf,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: ``progress`` at each change, then one named after how it ended.

    The data of each event is the operation; the last one ends the stream. After a broken
    connection, Last-Event-ID skips what was seen. A comment keeps a silent stream open.
    """
    async for row in context.operations.watch(operation.id, _seen(last_event_id, operation)):
        name = row.status if row.status in TERMINAL else "progress"
        document = operation_document(row)
        yield ServerSentEvent(data=document, event=name, id=str(row.version))


@routes.post("/operations/{operation_id}:cancel", responses=problems(404, 409))
def cancel_operation(operation_id: Id, context: ContextOf) -> OperationDocument:
    """Stop the operation and discard what it did; a running fit is killed within two seconds."""
    return operation_document(context.operations.cancel(operation_id))


@routes.post("/operations/{operation_id}:stop", responses=problems(404, 409))
def stop_operation(operation_id: Id, context: ContextOf) -> OperationDocument:
    """End the operation with what it has: a fit with its draws so far, a frontier with its points.

    Its result, and a model's verdict, say that they are incomplete.
    """
    return operation_document(context.operations.stop(operation_id))


def _seen(last_event_id: str | None, operation: OperationRow) -> int:
    """The version that the caller has seen; -1 where that skips nothing.

    What has ended is told again, and an id that this operation never gave is as good as none.
    """
    given = last_event_id or ""
    if operation.status in TERMINAL or not given.isdecimal() or len(given) > MOST_DIGITS:
        return -1
    return int(given) if int(given) <= operation.version else -1
