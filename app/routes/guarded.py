"""Routes that ask who it is before they say anything else: 401 and 403 come before 404 and 422."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from app.caller import Caller, Scope, in_order
from app.context import service_of
from app.errors import MissingScope, StoreError
from app.handlers import request_id_of, status_of
from app.routes.accepted import wants_async
from app.services.audit import Entry, complete, record
from app.strict import Endpoint, StrictRoute

log = logging.getLogger(__name__)

BEARER = HTTPBearer(
    scheme_name="bearer",
    description="An API key (`prudent_…`) or a token of the identity provider. Not asked for "
    "where the service runs without access control, on its own machine.",
    auto_error=False,
)
_SAFE = frozenset({"GET", "HEAD"})


def needs[Route: Callable[..., Any]](
    scope: Scope, *, queued: Scope | None = None
) -> Callable[[Route], Route]:
    """Say which scope an endpoint needs where its method does not: GET reads, the rest writes.

    ``queued``: the scope where ``Prefer: respond-async`` makes the answer an operation.
    """

    def mark(endpoint: Route) -> Route:
        endpoint.__dict__.update(needs=scope, needs_queued=queued or scope)
        return endpoint

    return mark


class GuardedRoute(StrictRoute):
    """Admits callers that have the scope; what follows finds them in ``request.state.caller``."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        methods = set(given.get("methods") or {"GET"})
        self.scope: Scope = getattr(endpoint, "needs", "read" if methods <= _SAFE else "write")
        self.scope_queued: Scope = getattr(endpoint, "needs_queued", self.scope)
        given["dependencies"] = [
            *(given.get("dependencies") or ()),
            Security(BEARER, scopes=[self.scope]),
        ]
        given["openapi_extra"] = {**(given.get("openapi_extra") or {}), "security": [{}]}
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Endpoint:
        """The strict handler behind the gate."""
        handle = super().get_route_handler()

        async def handle_guarded(request: Request) -> Response:
            context = service_of(request)
            caller = await context.gate.admit(request.headers.get("authorization"))
            request.state.caller = caller
            bind_contextvars(tenant=caller.tenant, subject=caller.subject)
            queues = wants_async(request.headers.get("prefer"))
            scope = self.scope_queued if queues else self.scope
            if scope not in caller.scopes:
                await self._begin(request, caller, 403)
                raise MissingScope(scope, tuple(in_order(caller.scopes)))
            if scope == "read" or request.method in _SAFE:
                return await handle(request)
            entry_id = await self._begin(request, caller)
            try:
                response = await handle(request)
            except Exception as error:
                await _end(request, caller, entry_id, status_of(error))
                raise
            place = response.headers.get("location")
            await _end(request, caller, entry_id, response.status_code, place)
            return response

        return handle_guarded

    async def _begin(self, request: Request, caller: Caller, outcome: int | None = None) -> str:
        """Write the request down; where that cannot be done, it fails and nothing has changed."""
        database = service_of(request).database.of(caller.tenant)
        path, request_id = request.url.path, request_id_of(request)
        entry = Entry(caller.subject, self.name, path, outcome, request_id)
        return await run_in_threadpool(record, database, entry)


async def _end(
    request: Request, caller: Caller, entry_id: str, outcome: int, place: str | None = None
) -> None:
    """Write down how it ended. It has ended: where that cannot be done, the entry stays open."""
    database = service_of(request).database.of(caller.tenant)
    try:
        await run_in_threadpool(complete, database, entry_id, outcome, place or request.url.path)
    except StoreError as error:
        log.error("the audit entry %s stays without its outcome: %s", entry_id, error)
