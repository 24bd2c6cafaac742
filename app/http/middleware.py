"""ASGI middleware: a request id and log line per request, and problem documents.

This is the outermost layer, so that every error inside it ends as a problem document.
"""

import logging
import re
import time
from abc import ABC, abstractmethod
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.contract.problem import MEDIA_TYPE
from app.http.pages.written import MEDIA_TYPE as PAGE
from app.http.pages.written import told_path
from app.ids import new_id
from app.problems import problem_of, problem_response, status_problem
from app.runtime.metrics import count_request

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
_KEPT = frozenset({b"allow", b"connection", b"content-range", b"retry-after", b"www-authenticate"})
_ACCEPTABLE_ID = re.compile(rb"[A-Za-z0-9._-]{1,100}")


class HttpMiddleware(ABC):
    """A layer around HTTP requests; other scopes (the lifespan) pass through unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an HTTP request, or pass another scope on."""
        serve = self.serve if scope["type"] == "http" else self.app
        await serve(scope, receive, send)

    @abstractmethod
    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""


class RequestContext(HttpMiddleware):
    """Assigns each request an id (the caller's X-Request-ID, if valid), logs it, handles errors."""

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request_id = scope["request_id"] = _request_id(scope)
        started, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_named)
            except Exception as error:
                log.exception("request failed")
                if status:
                    raise
                response = problem_response(problem_of(error, request_id))
                await response(scope, receive, send_named)
            finally:
                _log_request(scope, status, time.perf_counter() - started)


class ProblemRewriter(HttpMiddleware):
    """Rewrites error responses of libraries (a bad Range, a truncated body) as problems.

    A page that says what is wrong is the service's own.
    """

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        rewritten = False

        async def send_problem(message: Message) -> None:
            nonlocal rewritten
            if message["type"] == "http.response.start" and _is_foreign_error(message):
                rewritten = True
                problem = status_problem(message["status"], None, scope.get("request_id"))
                kept = {k.decode(): v.decode() for k, v in message["headers"] if k in _KEPT}
                await problem_response(problem, kept)(scope, receive, send)
            elif not rewritten:
                await send(message)

        await self.app(scope, receive, send_problem)


def _is_foreign_error(start: Message) -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    own = kind.startswith((MEDIA_TYPE.encode(), PAGE.encode()))
    return start["status"] >= 400 and not own


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def _request_id(scope: Scope) -> str:
    given = _headers(scope).get(HEADER, b"")
    return given.decode("ascii") if _ACCEPTABLE_ID.fullmatch(given) else new_id("req")


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    labels: dict[str, Any] = {
        "method": scope["method"],
        "path": told_path(scope["path"]),
        "status": status,
        "milliseconds": round(1000.0 * seconds, 1),
        "tenant": getattr(scope.get("state", {}).get("caller"), "tenant", None),
    }
    count_request(scope["method"], getattr(scope.get("route"), "path", None), status, seconds)
    log.info("request", extra=labels)
