"""Exception handlers of the web framework: they turn errors into problem documents."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app import errors as own
from app.contract.problem import ProblemError
from app.errors import AppError
from app.intake.document import issue_of
from app.problems import problem_of, problem_response, rule_of, status_problem, validation_problem
from mmm.errors import MmmError, pointer
from optimizer.errors import OptimizerError

REALM = 'Bearer realm="prudent"'


_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


def _challenge(error: own.Unauthenticated) -> dict[str, str]:
    """The WWW-Authenticate header (RFC 6750): the scheme, and what is wrong with the credential."""
    if error.detail is None:
        return {"WWW-Authenticate": REALM}
    description = _UNQUOTABLE.sub(" ", error.detail)
    challenge = f'{REALM}, error="invalid_token", error_description="{description}"'
    return {"WWW-Authenticate": challenge}


def _missing_scope(error: own.MissingScope) -> dict[str, str]:
    challenge = f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
    return {"WWW-Authenticate": challenge}


def _retry_soon(_: own.KeyInUse) -> dict[str, str]:
    return {"Retry-After": "1"}


def _retry_after(
    error: own.TooManyRequests | own.Overloaded | own.ProviderUnavailable,
) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}


_HEADERS: Mapping[type[Exception], Callable[..., dict[str, str]]] = {
    own.Unauthenticated: _challenge,
    own.MissingScope: _missing_scope,
    own.KeyInUse: _retry_soon,
    own.TooManyRequests: _retry_after,
    own.Overloaded: _retry_after,
    own.ProviderUnavailable: _retry_after,
}


def headers_of(error: Exception) -> dict[str, str]:
    """The extra response headers of an error; most errors have none."""
    make = _HEADERS.get(type(error))
    return make(error) if make else {}


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def install(app: FastAPI) -> None:
    """Register the handlers."""
    for kind in (AppError, MmmError, OptimizerError):
        app.add_exception_handler(kind, _handle_own_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_exception)


def request_id_of(request: Request) -> str | None:
    """The id that the middleware assigned to this request."""
    request_id: str | None = request.scope.get("request_id")
    return request_id


def status_of(error: Exception) -> int:
    """The HTTP status of an error's response."""
    if isinstance(error, RequestValidationError):
        return 422
    return error.status_code if isinstance(error, HTTPException) else rule_of(error).status


def _handle_own_error(request: Request, error: Exception) -> Response:
    return problem_response(problem_of(error, request_id_of(request)), headers_of(error))


def _handle_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers, detail = dict(error.headers or {}), error.detail
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path!r}; /docs lists the calls."
    elif error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed_methods(request))
        detail = f"{request.method} is not supported here; use {headers['Allow']}."
    problem = status_problem(error.status_code, detail, request_id_of(request))
    return problem_response(problem, headers)


def _allowed_methods(request: Request) -> list[str]:
    """All methods of this path; the framework names only those of the first matching route."""
    routes = request.app.router.routes
    scopes = ({**request.scope, "method": method} for method in METHODS)
    return [
        scope["method"]
        for scope in scopes
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


def _handle_validation_error(request: Request, error: Exception) -> Response:
    """Parameters that are not valid, or a body that is missing."""
    assert isinstance(error, RequestValidationError)
    errors = [_problem_error(item) for item in error.errors()]
    return problem_response(validation_problem(errors, request_id_of(request)))


def _problem_error(item: dict[str, Any]) -> ProblemError:
    issue = issue_of(item, pointer(*item["loc"][1:]))
    return ProblemError(pointer=issue.pointer, code=issue.code, detail=issue.detail)
