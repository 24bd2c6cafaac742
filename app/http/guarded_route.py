"""Routes that authenticate and authorize first: 401 and 403 take precedence over 404 and 422."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Security
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.security import HTTPBearer
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from app.context import service_of
from app.contract.caller import Caller, Scope, in_order
from app.db.database import Database
from app.errors import MissingScope
from app.http.accepted import wants_async
from app.http.body.route import Endpoint
from app.http.handlers import request_id_of, status_of
from app.http.path_ids import printable_path, refuse_malformed_ids
from app.http.session import session_of
from app.http.strict_route import StrictRoute
from app.services.administration.audit import AuditEntry, attempt, record

BEARER = HTTPBearer(
    scheme_name="bearer",
    description="An API key (`prudent_…`) or a token of the identity provider. Not needed if "
    "access control is off, on the service's own machine.",
    auto_error=False,
)
_SAFE = frozenset({"GET", "HEAD"})


def requires_scope[Route: Callable[..., Any]](
    scope: Scope, *, queued: Scope | None = None
) -> Callable[[Route], Route]:
    """Set the scope that an endpoint needs; by default GET needs read, other methods write.

    ``queued``: the scope needed when ``Prefer: respond-async`` turns the call into an operation.
    """

    def mark(endpoint: Route) -> Route:
        endpoint.__dict__.update(needs=scope, needs_queued=queued or scope)
        return endpoint

    return mark


class GuardedRoute(StrictRoute):
    """Admits callers that have the scope, and stores them in ``request.state.caller``."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        methods = set(given.get("methods") or {"GET"})
        self.scope: Scope = getattr(endpoint, "needs", "read" if methods <= _SAFE else "write")
        self.scope_queued: Scope = getattr(endpoint, "needs_queued", self.scope)
        self.makes_room = methods == {"DELETE"} or path.endswith(":cancel")
        given["dependencies"] = [
            *(given.get("dependencies") or ()),
            Security(BEARER, scopes=[self.scope]),
        ]
        given["openapi_extra"] = {**(given.get("openapi_extra") or {}), "security": [{}]}
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Endpoint:
        """The strict handler, preceded by authentication, authorization and the audit log."""
        handle = super().get_route_handler()

        async def handle_guarded(request: Request) -> Response:
            context = service_of(request)
            caller = await context.gate.admit(
                request.headers.get("authorization"), session_of(request)
            )
            request.state.caller = caller
            bind_contextvars(tenant=caller.tenant, subject=caller.subject)
            queues = wants_async(request.headers.get("prefer"))
            scope = self.scope_queued if queues else self.scope
            if scope not in caller.scopes:
                refused = self._entry(request, caller, 403)
                await run_in_threadpool(record, _database(request, caller), refused)
                raise MissingScope(scope, tuple(in_order(caller.scopes)))
            refuse_malformed_ids(request)
            if scope == "read" or request.method in _SAFE:
                return await handle(request)
            if self.makes_room:
                await run_in_threadpool(context.reserve.release_if_tight)
            audited = attempt(_database(request, caller), self._entry(request, caller), status_of)
            async with contextmanager_in_threadpool(audited) as action:
                response = await handle(request)
                action.outcome = response.status_code
                action.resource = response.headers.get("location", action.resource)
            return response

        return handle_guarded

    def _entry(self, request: Request, caller: Caller, outcome: int | None = None) -> AuditEntry:
        path, request_id = printable_path(request), request_id_of(request)
        return AuditEntry(caller.subject, self.name, path, outcome, request_id)


def _database(request: Request, caller: Caller) -> Database:
    return service_of(request).database.of(caller.tenant)
