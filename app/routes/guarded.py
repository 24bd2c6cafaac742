"""Routes that ask who it is before they say anything else: 401 and 403 come before 404 and 422."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from app.caller import Caller, Scope, in_order
from app.context import service_of
from app.errors import MissingScope
from app.handlers import request_id_of, status_of
from app.services.audit import Entry, record
from app.strict import Endpoint, StrictRoute

BEARER = HTTPBearer(
    scheme_name="bearer",
    description="An API key (`prudent_…`) or a token of the identity provider. Not asked for "
    "where the service runs without access control, on its own machine.",
    auto_error=False,
)
_SAFE = frozenset({"GET", "HEAD"})


def needs[Route: Callable[..., Any]](scope: Scope) -> Callable[[Route], Route]:
    """Say which scope an endpoint needs where its method does not: GET reads, the rest writes."""

    def mark(endpoint: Route) -> Route:
        endpoint.__dict__["needs"] = scope
        return endpoint

    return mark


class GuardedRoute(StrictRoute):
    """Admits callers that have the scope; what follows finds them in ``request.state.caller``."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        methods = set(given.get("methods") or {"GET"})
        self.scope: Scope = getattr(endpoint, "needs", "read" if methods <= _SAFE else "write")
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
            if self.scope not in caller.scopes:
                await self._record(request, caller, 403)
                raise MissingScope(self.scope, tuple(in_order(caller.scopes)))
            if self.scope == "read" or request.method in _SAFE:
                return await handle(request)
            try:
                response = await handle(request)
            except Exception as error:
                await self._record(request, caller, status_of(error))
                raise
            place = response.headers.get("location")
            await self._record(request, caller, response.status_code, place)
            return response

        return handle_guarded

    async def _record(
        self, request: Request, caller: Caller, outcome: int, place: str | None = None
    ) -> None:
        """Write the request down; where that cannot be done, it fails."""
        database = service_of(request).database.of(caller.tenant)
        resource = place or request.url.path
        entry = Entry(caller.subject, self.name, resource, outcome, request_id_of(request))
        await run_in_threadpool(record, database, entry)
