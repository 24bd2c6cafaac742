"""Signing in to the workbench: an API key, or a sign-in elsewhere, becomes a session in a cookie.

The cookie is HttpOnly and SameSite=Strict, so no script reads it and no other site sends it, and
calls that change something must carry a header besides, which no form of another site can.
"""

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.access.gate import bearer_of
from app.access.sessions import COOKIE, HEADER
from app.context import service_of
from app.errors import ProviderUnavailable, Unauthenticated
from app.http.handlers import request_id_of
from app.services.administration.audit import AuditEntry, record

_SAFE = frozenset({"GET", "HEAD"})
PATH = "/session"


def install(app: FastAPI) -> None:
    """Serve the calls of the page's sign-in; they are no part of the API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def state(request: Request) -> JSONResponse:
        """Whether sign-in is asked for here, and whether there is a session."""
        gate = service_of(request).gate
        signed_in = not gate.is_open and COOKIE in request.cookies
        said = {"asked": not gate.is_open, "signed_in": signed_in, "ways": gate.ways}
        return JSONResponse(said, headers={"cache-control": "no-store"})

    @routes.post(PATH)
    async def sign_in(request: Request) -> Response:
        """Exchange the key of the Authorization header for a session."""
        context = service_of(request)
        if context.gate.sessions is None:
            return Response(status_code=204)
        key = bearer_of(request.headers.get("authorization"))
        token, caller = await run_in_threadpool(context.gate.sessions.issue, key)
        entry = AuditEntry(caller.subject, "sign_in", PATH, 204, request_id_of(request))
        await run_in_threadpool(record, context.database.of(caller.tenant), entry)
        seconds = context.gate.sessions.seconds
        return with_session(Response(status_code=204), token, seconds, is_secure(request))

    @routes.delete(PATH)
    async def sign_out(request: Request) -> Response:
        """End the session in this browser; ``leave``: where to end that of the provider too."""
        answer = JSONResponse({"leave": await _way_out(request)})
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    app.include_router(routes)


async def _way_out(request: Request) -> str | None:
    """Where somebody whom the provider named signs out there; None where it does not say."""
    gate, token = service_of(request).gate, request.cookies.get(COOKIE)
    provider = gate.provider
    if provider is None or gate.sessions is None or token is None:
        return None
    if not gate.sessions.is_named(token):
        return None
    try:
        return await gate.ask(provider.leave)
    except ProviderUnavailable:
        return None


def session_of(request: Request) -> str | None:
    """The session of a request without an Authorization header, None where there is none.

    Raises Unauthenticated where it would change something and lacks the page's own header.
    """
    token = request.cookies.get(COOKIE)
    if token is None or "authorization" in request.headers:
        return None
    if request.method not in _SAFE and HEADER not in request.headers:
        raise Unauthenticated(f"A session changes something only with the header {HEADER}.")
    return token


def with_session(answer: Response, token: str, seconds: float, secure: bool) -> Response:
    """The answer with the session in a cookie that no script reads and no other site sends."""
    answer.set_cookie(
        COOKIE, token, max_age=int(seconds), httponly=True, samesite="strict", secure=secure
    )
    return answer


def is_secure(request: Request) -> bool:
    """Whether the browser reached the service over TLS, maybe by a proxy."""
    forwarded = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in (request.url.scheme, forwarded)
