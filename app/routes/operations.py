"""Operations: list, read, watch, cancel, stop."""

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
from app.http.dependencies import ContextOf, ExistingOperation, Limit, PageToken, problems, router
from app.http.path_ids import Id
from app.http.tables.answer import TABLES, WantedTable

routes = router("operations")

_TABLES_OF_RESULTS = {"frontier": "frontier", "allocation": "plan", "stability": "stability"}
"""Parts of results that are tables, with the kind of answer that each is."""

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
    "/operations/{operation_id:plain}",
    response_model=OperationDocument,
    responses={200: {"content": TABLES}, **problems(404, 406, 422)},
)
def get_operation(
    operation: ExistingOperation, conditional: ConditionalRead, wanted: WantedTable
) -> Response:
    """The current state of an operation; as a table, its frontier, allocation or stability."""
    return wanted.of_result(_TABLES_OF_RESULTS, operation_document(operation), conditional)


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
    """Server-sent events: ``progress`` at each change, then one named after the final status.

    The data of each event is the operation; the last one ends the stream. After a broken
    connection, Last-Event-ID skips events already received. A comment keeps an idle stream open.
    """
    async for row in context.operations.watch(operation.id, _seen(last_event_id, operation)):
        name = row.status if row.status in TERMINAL else "progress"
        document = operation_document(row)
        yield ServerSentEvent(data=document, event=name, id=str(row.version))


@routes.post("/operations/{operation_id}:cancel", responses=problems(404, 409))
def cancel_operation(operation_id: Id, context: ContextOf) -> OperationDocument:
    """Cancel the operation and discard its work; a running fit is killed within two seconds, a
    plan ends within about one."""
    return operation_document(context.operations.cancel(operation_id))


@routes.post("/operations/{operation_id}:stop", responses=problems(404, 409))
def stop_operation(operation_id: Id, context: ContextOf) -> OperationDocument:
    """Stop the operation early and keep a fit's draws, or a frontier's points, computed so far.

    The result, and a model's verdict, are marked as incomplete.
    """
    return operation_document(context.operations.stop(operation_id))


def _seen(last_event_id: str | None, operation: OperationRow) -> int:
    """The version that the caller has received; -1 if no event is to be skipped.

    The final event of an ended operation is sent again, and an unknown id is ignored.
    """
    given = last_event_id or ""
    if operation.status in TERMINAL or not given.isdecimal() or len(given) > MOST_DIGITS:
        return -1
    return int(given) if int(given) <= operation.version else -1
