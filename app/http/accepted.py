"""The 202 response of a long-running call: its operation, at once or after a wait."""

import re
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from starlette.responses import JSONResponse, Response

from app.context import Context
from app.contract.base import Urgency, urgency_of
from app.contract.documents import FirstLookDocument, OperationDocument
from app.db.models import OperationRow
from app.db.operations import TERMINAL
from app.http.handlers import request_id_of
from app.jobs.operations import Call

MAX_WAIT_SECONDS = 60.0
_WAIT = re.compile(r"(?:^|[,;])\s*wait=(\d{1,4})\s*(?:$|[,;])", re.ASCII | re.IGNORECASE)
_ASYNC = re.compile(r"(?:^|[,;])\s*respond-async\s*(?:$|[,;])", re.ASCII | re.IGNORECASE)

Prefer = Annotated[str | None, Header(description="wait=20, in seconds; respond-async.")]


def call_of(
    request: Request,
    priority: Annotated[
        Urgency,
        Query(description="Order among the tenant's queued jobs; tenants take turns."),
    ] = "normal",
) -> Call:
    """The call that submits a job (a dependency of the routes that queue jobs)."""
    return Call(request_id_of(request), priority)


CallOf = Annotated[Call, Depends(call_of)]


async def accepted(context: Context, row: OperationRow, prefer: str | None) -> Response:
    """202 with the operation and its location; waits for its end if ``prefer`` asks for it."""
    headers = {"Location": f"/v1/operations/{row.id}"}
    seconds = wait_seconds(prefer)
    applied = ["respond-async"] if wants_async(prefer) else []
    if seconds:
        row = await context.operations.wait(row.id, seconds)
        applied.append(f"wait={seconds:g}")
    if applied:
        headers["Preference-Applied"] = ", ".join(applied)
    document = operation_document(row).model_dump(mode="json")
    return JSONResponse(document, status_code=202, headers=headers)


def operation_document(row: OperationRow) -> OperationDocument:
    """The operation as it stands, from its row."""
    apart = {"chains", "parts", "priority", "first_look"}
    plain = OperationDocument.model_fields.keys() - apart
    return OperationDocument.model_validate(
        {
            **{name: getattr(row, name) for name in plain},
            "priority": urgency_of(row.priority),
            **{name: (row.detail or {}).get(name, []) for name in ("chains", "parts")},
            "first_look": _first_look(row),
        }
    )


def _first_look(row: OperationRow) -> FirstLookDocument | None:
    """The first look of an operation, until its end deletes it; or the note why there is none."""
    shown = row.first_look
    if shown is None or ("model_id" in shown and row.status in TERMINAL):
        return None
    return FirstLookDocument(model_id=shown.get("model_id"), note=shown.get("note"))


def wait_seconds(prefer: str | None) -> float:
    """Seconds of a ``Prefer: wait=N`` header, at most MAX_WAIT_SECONDS; 0 without one."""
    match = _WAIT.search(prefer or "")
    return min(float(match.group(1)), MAX_WAIT_SECONDS) if match else 0.0


def wants_async(prefer: str | None) -> bool:
    """Whether a ``Prefer`` header asks to queue a call that would be answered immediately.

    Names of preferences are case-insensitive (RFC 7240).
    """
    return bool(_ASYNC.search(prefer or ""))
