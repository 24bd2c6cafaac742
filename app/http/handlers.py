"""Exception handlers of the web framework: each turns an error into its problem document."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from app.errors import AppError
from app.http.pointers import pointer_in
from app.http.problem_headers import headers_of
from app.problems import (
    ProblemError,
    problem_of,
    problem_response,
    rule_of,
    status_problem,
    validation_problem,
)
from mmm.errors import FieldsError, MmmError, pointer
from optimizer.errors import OptimizerError

MAX_ERRORS = 20
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def install(app: FastAPI) -> None:
    """Register the handlers."""
    for kind in (AppError, MmmError, OptimizerError):
        app.add_exception_handler(kind, _own)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


def request_id_of(request: Request) -> str | None:
    """The id that the middleware gave this request."""
    found: str | None = request.scope.get("request_id")
    return found


def status_of(error: Exception) -> int:
    """The status of the answer that an error becomes."""
    if isinstance(error, RequestValidationError):
        return 422
    return error.status_code if isinstance(error, HTTPException) else rule_of(error).status


def _own(request: Request, error: Exception) -> Response:
    return problem_response(problem_of(error, request_id_of(request)), headers_of(error))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers, detail = dict(error.headers or {}), error.detail
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path!r}; /docs lists what there is."
    elif error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
        detail = f"{request.method} is not answered here; use {headers['Allow']}."
    problem = status_problem(error.status_code, detail, request_id_of(request))
    return problem_response(problem, headers)


def _allowed(request: Request) -> list[str]:
    """Methods of this path; the framework names those of the first route that it finds."""
    routes = request.app.router.routes
    scopes = ({**request.scope, "method": method} for method in METHODS)
    return [
        scope["method"]
        for scope in scopes
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [fault for item in error.errors() for fault in _faults(item, error.body)]
    return problem_response(validation_problem(found[:MAX_ERRORS], request_id_of(request)))


def _faults(item: dict[str, Any], body: Any) -> list[ProblemError]:
    """The faults behind one error of a validation: one for each field that it names."""
    cause = item.get("ctx", {}).get("error")
    if not isinstance(cause, FieldsError):
        return [_fault(item, body)]
    within = pointer_in(body, item["loc"][1:])
    return [
        ProblemError(pointer=within + issue.pointer, code=issue.code, detail=issue.detail)
        for issue in cause.issues
    ]


def _fault(item: dict[str, Any], body: Any) -> ProblemError:
    source, *location = item["loc"]
    if item["type"] == "json_invalid":
        detail = f"the body is not valid JSON: {item['ctx']['error']}"
        return ProblemError(pointer="", code="json_invalid", detail=detail)
    place = pointer_in(body, location) if source == "body" else pointer(*location)
    return ProblemError(pointer=place, code=item["type"], detail=_detail(item))


def _detail(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    given = item.get("input")
    if isinstance(given, str | int | float | bool) and not isinstance(given, Sequence):
        return f"{message} (given: {given!r})"
    if isinstance(given, str) and len(given) <= 100:
        return f"{message} (given: {given!r})"
    return message
