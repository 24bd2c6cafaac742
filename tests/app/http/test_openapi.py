"""openapi.json is what the code says, and what it says of itself is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from app.contract.problem import MEDIA_TYPE
from app.http.openapi import FRAMEWORK_SCHEMAS, RESULTS, openapi_text, operations
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[3]
SCHEMA = create_app(Settings(data_dir=Path("nowhere"))).openapi()
OPERATIONS = dict(operations(SCHEMA))


def test_the_file_at_the_root_is_the_document_of_this_code() -> None:
    told = "the contract changed: run `make openapi`, and read the difference"
    app = create_app(Settings(data_dir=Path("nowhere")))
    assert (ROOT / "openapi.json").read_text("utf-8") == openapi_text(app), told


@pytest.mark.parametrize("call", OPERATIONS)
def test_every_call_says_what_it_does_and_how_it_fails(call) -> None:
    operation = OPERATIONS[call]
    assert operation["description"]
    assert any(status < "300" for status in operation["responses"])
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == [MEDIA_TYPE]
    if " /v1/" in call:
        assert "500" in operation["responses"]


def test_calls_have_names_of_their_own_and_links_lead_to_them() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    parameters = {
        operation["operationId"]: {item["name"] for item in operation.get("parameters", ())}
        for operation in OPERATIONS.values()
    }
    links = [
        link
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert links
    for link in links:
        assert link["parameters"].keys() <= parameters[link["operationId"]]


def test_every_call_about_one_thing_is_linked_from_where_its_id_is_told() -> None:
    linked = {
        name
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for name in response.get("links", {})
    }
    about_one = {
        operation["operationId"] for call, operation in OPERATIONS.items() if call.count("{") == 1
    }
    assert about_one - linked == {"revoke_key"}
    assert linked <= about_one


def test_the_frameworks_own_errors_are_not_announced() -> None:
    assert not set(FRAMEWORK_SCHEMAS) & SCHEMA["components"]["schemas"].keys()
    assert not any(name in json.dumps(SCHEMA) for name in FRAMEWORK_SCHEMAS)


def examples(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every example of the document with its schema: of media types, parameters and schemas."""
    if isinstance(node, list):
        for item in node:
            yield from examples(item)
    elif isinstance(node, dict):
        schema = node.get("schema", node if "type" in node else None)
        if isinstance(schema, dict):
            if "example" in node:
                yield node["example"], schema
            found = node.get("examples")
            if isinstance(found, list):
                yield from ((item, schema) for item in found)
            elif isinstance(found, dict) and "schema" in node:
                yield from ((item["value"], schema) for item in found.values())
        for key, item in node.items():
            if key not in ("example", "examples"):
                yield from examples(item)


EXAMPLES = list(examples(SCHEMA))


@pytest.mark.parametrize(("example", "schema"), EXAMPLES)
def test_examples_are_valid(example, schema) -> None:
    whole = {**schema, "components": SCHEMA["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(example)


BODIES = [
    (call, kind, media)
    for call, operation in OPERATIONS.items()
    for kind, media in operation.get("requestBody", {}).get("content", {}).items()
    if kind == "application/json"
]


@pytest.mark.parametrize(("call", "kind", "media"), BODIES)
def test_every_body_has_an_example(call, kind, media) -> None:
    schema = media["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    named = SCHEMA["components"]["schemas"].get(name, {})
    assert {"example", "examples"} & (media.keys() | named.keys())


def test_what_an_operation_alone_answers_with_is_in_the_document() -> None:
    schemas = SCHEMA["components"]["schemas"]
    assert {result.__name__ for result in RESULTS} <= schemas.keys()
    design = schemas["DesignAnswer"]["properties"]["designs"]["items"]["$ref"].rpartition("/")[2]
    assert "assurance" in schemas[design]["properties"]
    assert "DesignAnswer" in schemas["OperationDocument"]["properties"]["result"]["description"]
