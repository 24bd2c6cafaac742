"""The contract as an OpenAPI document: what the framework derives, made true and complete.

The framework announces its own shape of a 422, which never leaves this service, and knows nothing
of conditional reads. Links tell clients (and tests) which call takes the id that another returned.
"""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.contract.problem import MEDIA_TYPE
from app.http.openapi_examples import EXAMPLES
from app.http.openapi_links import LINKS

type Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
FOREIGN = ("HTTPValidationError", "ValidationError")
"""Schemas of the framework's own answer to a bad request."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ETAG = {"description": "For If-None-Match.", "schema": {"type": "string"}}


def install(app: FastAPI) -> None:
    """Let ``app`` answer with the complete document."""

    def complete() -> Json:
        if not app.openapi_schema:
            app.openapi_schema = document(app)
        return app.openapi_schema

    setattr(app, "openapi", complete)  # noqa: B010  (a method, for mypy)


def operation_id(route: APIRoute) -> str:
    """Names of the calls, for clients that are generated: the function's."""
    return route.name


def document(app: FastAPI) -> Json:
    """The OpenAPI document of ``app``."""
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    for _, operation in operations(found):
        _own_problems(operation)
        _conditional(operation)
        _linked(operation)
        _exemplified(operation)
    for name in FOREIGN:
        found["components"]["schemas"].pop(name, None)
    return found


def written(app: FastAPI) -> str:
    """The document as the repository keeps it."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


def operations(schema: Json) -> Iterator[tuple[str, Json]]:
    """Each call with its ``METHOD /path``."""
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def _own_problems(operation: Json) -> None:
    """Every error is a problem document."""
    for status, response in operation["responses"].items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
        if status == "422" and response["description"] == "Validation Error":
            response["description"] = "The request is wrong: errors name place, code and reason."


def _conditional(operation: Json) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "if-none-match" in names:
        operation["responses"]["200"]["headers"] = {"ETag": _ETAG}
        operation["responses"]["304"] = {
            "description": "The caller's copy is current.",
            "headers": {"ETag": _ETAG},
        }


def _linked(operation: Json) -> None:
    for status, links in LINKS.get(operation["operationId"], {}).items():
        operation["responses"][status]["links"] = links


def _exemplified(operation: Json) -> None:
    example = EXAMPLES.get(operation["operationId"])
    if example is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example
