"""Signing in to the workbench with the identity provider: leaving for it, and coming back.

The cookie that is kept meanwhile is SameSite=Lax, since the way back begins on the provider's site;
the session that follows is the same as with an API key. What goes wrong is told on a page.
"""

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from app.access.sign_in import CALLBACK, COOKIE, SECONDS, ProviderSignIn
from app.context import service_of
from app.errors import ProviderUnavailable, Unauthenticated
from app.http.handlers import request_id_of
from app.http.pages.written import page_response
from app.http.session import is_secure, with_session
from app.report.plan import notice, policy
from app.services.administration.audit import AuditEntry, record

START = "session/start"
TITLE = "Signing in did not work"


def install(app: FastAPI) -> None:
    """Serve the two ends of the way to the provider; they are no part of the API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"/{START}")
    async def leave(request: Request, to: str = "") -> Response:
        """Send the browser to the provider; ``to``: the screen to come back to."""
        gate = service_of(request).gate
        if gate.provider is None:
            return _failed("This service has no identity provider to sign in with.", 404)
        provider = gate.provider
        try:
            departure = await gate.ask(lambda: provider.start(to))
        except ProviderUnavailable as error:
            return _failed(str(error), 503)
        answer = RedirectResponse(departure.address, 303, {"cache-control": "no-store"})
        answer.set_cookie(
            COOKIE,
            departure.cookie,
            max_age=int(SECONDS),
            httponly=True,
            samesite="lax",
            secure=_secure(request, provider),
        )
        return answer

    @routes.get(f"/{CALLBACK}")
    async def come_back(request: Request) -> Response:
        """Exchange the provider's code for a session."""
        context = service_of(request)
        gate = context.gate
        if gate.provider is None or gate.sessions is None:
            return _failed("This service has no identity provider to sign in with.", 404)
        provider, kept = gate.provider, request.cookies.get(COOKIE)
        query = dict(request.query_params)
        try:
            arrival = await gate.ask(lambda: provider.finish(kept, query))
        except Unauthenticated as error:
            return _without_cookie(_failed(str(error), 403))
        except ProviderUnavailable as error:
            return _without_cookie(_failed(str(error), 503))
        caller, request_id = arrival.caller, request_id_of(request)
        entry = AuditEntry(caller.subject, "sign_in", f"/{CALLBACK}", 303, request_id)
        await run_in_threadpool(record, context.database.of(caller.tenant), entry)
        home = RedirectResponse(arrival.address, 303, {"cache-control": "no-store"})
        token, seconds = gate.sessions.issue_to(caller), gate.sessions.seconds
        return _without_cookie(with_session(home, token, seconds, _secure(request, provider)))

    app.include_router(routes)


def _failed(reason: str, status: int) -> Response:
    sentences = (reason, "Try again, or ask whoever runs this service.")
    return page_response(notice(TITLE, sentences, ("start", "Try again")), policy(), status)


def _without_cookie(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


def _secure(request: Request, provider: ProviderSignIn) -> bool:
    return provider.is_secure or is_secure(request)
