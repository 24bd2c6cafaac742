"""Shared by the routes: their class, parameters, dependencies and documented problems."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.convertors import StringConvertor, register_url_convertor

from app.context import Context, context_of
from app.contract.problem import MEDIA_TYPE, Problem
from app.db.models import ModelRow, OperationRow
from app.http.body.route import found_first
from app.http.guarded_route import GuardedRoute
from app.http.path_ids import Id
from app.services.catalog import models

ContextOf = Annotated[Context, Depends(context_of)]


Limit = Annotated[int, Query(ge=1, le=200, description="Items per page.")]


PageToken = Annotated[
    str | None, Query(max_length=200, description="next_page_token of the previous page.")
]


class _PathSegmentWithoutColon(StringConvertor):
    """Matches no colon, so that ``{id:plain}`` leaves ``/{id}:cancel`` to its own route."""

    regex = "[^/:]+"


register_url_convertor("plain", _PathSegmentWithoutColon())


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for the problem documents that a route may return."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": _MEANING[status], "content": content}
        for status in (401, 403, 429, 503, 507, *statuses, *([408] if 413 in statuses else []))
    }
    return {**responses, 500: {"model": Problem, "description": _MEANING[500]}}


def router(tag: str) -> APIRouter:
    """A router of guarded routes under /v1."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=GuardedRoute)


@found_first
def existing_model(model_id: Id, context: ContextOf) -> ModelRow:
    """The model in the path."""
    return models.find(context, model_id)


@found_first
def existing_operation(operation_id: Id, context: ContextOf) -> OperationRow:
    """The operation in the path."""
    return context.operations.status(operation_id)


ExistingModel = Annotated[ModelRow, Depends(existing_model)]


ExistingOperation = Annotated[OperationRow, Depends(existing_operation)]


_MEANING = {
    401: "No credential, or one that is not valid: WWW-Authenticate says what is wrong.",
    403: "The credential lacks the scope that the detail names.",
    404: "Nothing has this id.",
    406: "Only a table is accepted, and the answer has none.",
    408: "The body arrives too slowly.",
    409: "The current state does not allow it: code and errors say why.",
    413: "The body is too large.",
    415: "The media type of the body is not supported.",
    422: "The request is not valid: errors name the field, a code and the reason.",
    429: "A limit of the tenant is reached: Retry-After says when to try again.",
    500: "An error on the server's side; its log has the details under request_id.",
    503: "A part of the service is not available now, or the service is overloaded.",
    507: "There is no space left for files or rows, or they can only be read.",
}
