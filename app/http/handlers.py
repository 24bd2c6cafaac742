"""Exception handlers of the web framework: they turn errors into problem documents."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app import errors as own
from app.contract.problem import ProblemError
from app.errors import AppError
from app.problems import problem_of, problem_response, rule_of, status_problem, validation_problem
from mmm.errors import FieldsError, MmmError, pointer
from optimizer.errors import OptimizerError

Location = Sequence[str | int]


def pointer_in(document: Any, location: Location) -> str:
    """JSON pointer of a validation error's location, without parts that are not in the document.

    Locations also name the branch of a union that was tried. The last part is kept in any case: a
    missing field is not in the document, but it is what the error is about.
    """
    path: list[str | int] = []
    for depth, part in enumerate(location):
        present = _has(document, part)
        if present or (depth == len(location) - 1 and isinstance(document, Mapping)):
            path.append(part)
        if present:
            document = document[part]
    return pointer(*path)


def _has(document: Any, part: str | int) -> bool:
    if isinstance(document, Mapping):
        return part in document
    is_list = isinstance(document, Sequence) and not isinstance(document, str | bytes)
    return is_list and isinstance(part, int) and 0 <= part < len(document)


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


MAX_ERRORS = 20


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
    assert isinstance(error, RequestValidationError)
    errors = [field for item in error.errors() for field in _field_errors(item, error.body)]
    return problem_response(validation_problem(errors[:MAX_ERRORS], request_id_of(request)))


def _field_errors(item: dict[str, Any], body: Any) -> list[ProblemError]:
    """The problem errors of one validation error: one for each field that it names."""
    cause = item.get("ctx", {}).get("error")
    if not isinstance(cause, FieldsError):
        return [_field_error(item, body)]
    parent = pointer_in(body, item["loc"][1:])
    return [
        ProblemError(pointer=parent + issue.pointer, code=issue.code, detail=issue.detail)
        for issue in cause.issues
    ]


def _field_error(item: dict[str, Any], body: Any) -> ProblemError:
    source, *location = item["loc"]
    if item["type"] == "json_invalid":
        detail = f"the body is not valid JSON: {item['ctx']['error']}"
        return ProblemError(pointer="", code="json_invalid", detail=detail)
    field = pointer_in(body, location) if source == "body" else pointer(*location)
    return ProblemError(pointer=field, code=item["type"], detail=_detail(item))


def _detail(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    given = item.get("input")
    if isinstance(given, str | int | float | bool) and not isinstance(given, Sequence):
        return f"{message} (given: {given!r})"
    if isinstance(given, str) and len(given) <= 100:
        return f"{message} (given: {given!r})"
    return message
