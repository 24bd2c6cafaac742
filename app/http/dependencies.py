"""What the routes share: their class, parameters, dependencies, and the problems they document."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import StringConstraints
from starlette.convertors import StringConvertor, register_url_convertor

from app.context import Context, context_of
from app.contract.problem import MEDIA_TYPE, Problem
from app.db.models import ModelRow, OperationRow
from app.http.guarded_route import GuardedRoute
from app.services.catalog import models

ContextOf = Annotated[Context, Depends(context_of)]


Limit = Annotated[int, Query(ge=1, le=200, description="Items a page.")]


ID = StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")


Id = Annotated[str, Path(), ID]


PageToken = Annotated[
    str | None, Query(max_length=200, description="next_page_token of the page before.")
]


class _Plain(StringConvertor):
    """A part of a path without a colon: ``{id:plain}`` leaves ``/{id}:cancel`` to its own route."""

    regex = "[^/:]+"


register_url_convertor("plain", _Plain())


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for the problem documents that a route may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[int | str, dict[str, Any]] = {
        status: {"description": _MEANING[status], "content": content}
        for status in (401, 403, 429, 503, *statuses)
    }
    return {**found, 500: {"model": Problem, "description": _MEANING[500]}}


def router(tag: str) -> APIRouter:
    """A router of guarded routes under /v1."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=GuardedRoute)


def existing_model(model_id: Id, context: ContextOf) -> ModelRow:
    """The model of the path; 404 comes before anything is said about the body."""
    return models.find(context, model_id)


def existing_operation(operation_id: Id, context: ContextOf) -> OperationRow:
    """The operation of the path."""
    return context.operations.status(operation_id)


ExistingModel = Annotated[ModelRow, Depends(existing_model)]


ExistingOperation = Annotated[OperationRow, Depends(existing_operation)]


_MEANING = {
    401: "No credential, or one that opens nothing: WWW-Authenticate says what is wrong.",
    403: "The credential lacks the scope that the detail names.",
    404: "There is nothing with this id.",
    409: "The state does not allow it: code and errors say why.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
    422: "The request is wrong: errors name place, code and reason.",
    429: "A limit of the tenant is reached: Retry-After says when to try again.",
    500: "Something went wrong on the server's side; the log has more under request_id.",
    503: "A part of the service does not work at present, or more is asked than it can compute.",
}
