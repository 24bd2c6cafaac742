"""The API contract as an OpenAPI document: the framework's document, corrected and completed.

The framework documents its own format of a 422, which this service never sends, and does not
document conditional reads. Links tell clients (and tests) which call takes the id that another
returned.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.contract.experiments.design import DesignAnswer
from app.contract.problem import MEDIA_TYPE
from app.http.openapi_examples import EXAMPLES
from app.http.openapi_links import LINKS
from app.http.openapi_titles import TITLES

type Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
"""Schemas of the framework's own response to an invalid request."""

RESULTS = (DesignAnswer,)
"""Documents that an operation's ``result`` holds and that no call answers with."""

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ETAG = {"description": "For If-None-Match.", "schema": {"type": "string"}}


def install(app: FastAPI) -> None:
    """Make ``app`` serve the completed document."""

    def complete() -> Json:
        if not app.openapi_schema:
            app.openapi_schema = document(app)
        return app.openapi_schema

    setattr(app, "openapi", complete)  # noqa: B010  (a method, for mypy)


def operation_id(route: APIRoute) -> str:
    """The operation id of a route, for generated clients: the name of its function."""
    return route.name


def document(app: FastAPI) -> Json:
    """The OpenAPI document of ``app``."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    for call, operation in operations(schema):
        operation["summary"] = TITLES[call]
        _document_problems(operation)
        _document_conditional_reads(operation)
        _add_links(operation)
        _add_example(operation)
    for name in FRAMEWORK_SCHEMAS:
        schema["components"]["schemas"].pop(name, None)
    _add_results(schema["components"]["schemas"])
    return schema


def openapi_text(app: FastAPI) -> str:
    """The document as the text of the repository's file ``openapi.json``."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


def operations(schema: Json) -> Iterator[tuple[str, Json]]:
    """Each operation of the schema with its ``METHOD /path``."""
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def _add_results(schemas: Json) -> None:
    wanted: list[tuple[type[BaseModel], Literal["serialization"]]] = [
        (result, "serialization") for result in RESULTS
    ]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    for name, each in found["$defs"].items():
        schemas.setdefault(name, each)


def _document_problems(operation: Json) -> None:
    """Document every error response as a problem document."""
    for status, response in operation["responses"].items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
        if status == "422" and response["description"] == "Validation Error":
            response["description"] = (
                "The request is not valid: errors name the field, a code and the reason."
            )


def _document_conditional_reads(operation: Json) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "if-none-match" in names:
        operation["responses"]["200"]["headers"] = {"ETag": _ETAG}
        operation["responses"]["304"] = {
            "description": "The caller's copy is current.",
            "headers": {"ETag": _ETAG},
        }


def _add_links(operation: Json) -> None:
    for status, links in LINKS.get(operation["operationId"], {}).items():
        operation["responses"][status]["links"] = links


def _add_example(operation: Json) -> None:
    example = EXAMPLES.get(operation["operationId"])
    if example is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example
