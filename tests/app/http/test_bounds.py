"""Every list, map and text that a caller may send has a declared maximum.

The test walks the request bodies of the OpenAPI document and the parameters in paths and queries.
Texts of a fixed format (dates) and of a fixed choice (enum, const) are short by themselves.
Headers are bounded by the server.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.http.openapi import operations
from app.main import create_app
from app.settings import Settings
from mmm.spec import sizes as of_models
from mmm.tables.formats import XLSX
from mmm.tables.limits import MOST_COLUMNS, MOST_ROWS
from optimizer.problem import sizes as of_problems

type Json = Any

ROOT = Path(__file__).parents[3]

SCHEMA = create_app(Settings(data_dir=Path("nowhere"))).openapi()
COMPONENTS = SCHEMA["components"]["schemas"]
SHORT_FORMATS = {"date", "date-time"}

ELSEWHERE = {
    "POST /v1/datasets text/csv": "a table, bounded by PRUDENT_MAX_BODY_BYTES, rows and columns",
    "POST /v1/datasets application/vnd.apache.parquet": "as CSV, and by PRUDENT_MAX_TABLE_BYTES",
    f"POST /v1/datasets {XLSX}": "as Parquet",
    "POST /v1/datasets multipart/form-data.file": "as the table that it holds",
    "POST /v1/datasets multipart/form-data.with": "as the table that it holds",
    "parts{}{}": "an option, read by the options of its part; bounded by the bytes of the body",
    "rivals[].patch{}": "a field of a specification, which is read once it is merged",
    "rivals[].model{}": "a field of a specification, which is read as one",
    "rows[]{}": "a cell, read by the reader of tables (or of test results), which refuses lists "
    "and objects; its length is bounded by the bytes of the body",
}
"""Places without a declared maximum, each with what bounds it."""


def unbounded(schema: Json, where: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The places of a schema that may hold any amount."""
    if schema is True or schema == {}:
        yield f"{where}: anything"
        return
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in above:
            yield from unbounded(COMPONENTS[name], where, (*above, name))
        return
    branches = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, ())]
    described = [part for part in branches if set(part) != {"required"}]
    for part in described:
        yield from unbounded(part, where, above)
    if "enum" in schema or "const" in schema:
        return
    kinds = schema.get("type")
    if kinds is None and not described:
        yield f"{where}: anything"
    for kind in [kinds] if isinstance(kinds, str) else kinds or ():
        yield from unbounded_of_kind(kind, schema, where, above)


def unbounded_of_kind(kind: str, schema: Json, where: str, above: tuple[str, ...]) -> Iterator[str]:
    if kind == "string":
        if "maxLength" not in schema and schema.get("format") not in SHORT_FORMATS:
            yield f"{where}: a text without maxLength"
    elif kind == "array":
        if "maxItems" not in schema:
            yield f"{where}: a list without maxItems"
        for part in (*schema.get("prefixItems", ()), schema.get("items", False)):
            if part is not False:
                yield from unbounded(part, f"{where}[]", above)
    elif kind == "object":
        for name, part in schema.get("properties", {}).items():
            yield from unbounded(part, f"{where}.{name}", above)
        values = schema.get("additionalProperties", True)
        if values is not False:
            yield from unbounded_map(values, schema, where, above)


def unbounded_map(values: Json, schema: Json, where: str, above: tuple[str, ...]) -> Iterator[str]:
    if "maxProperties" not in schema:
        yield f"{where}: a map without maxProperties"
    if "maxLength" not in schema.get("propertyNames", {}):
        yield f"{where}: a map whose keys have no maxLength"
    yield from unbounded(values, f"{where}{{}}", above)


def asked_of_callers() -> Iterator[tuple[str, Json]]:
    """Every request body, path and query parameter with its schema."""
    for call, operation in operations(SCHEMA):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] in ("path", "query"):
                yield f"{call} ?{parameter['name']}", parameter["schema"]
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{call} {kind}", media["schema"]


ASKED = dict(asked_of_callers())


@pytest.mark.parametrize("where", ASKED)
def test_every_list_map_and_text_has_a_maximum(where: str) -> None:
    found = [
        place
        for place in unbounded(ASKED[where], where)
        if not any(place.rpartition(": ")[0].endswith(known) for known in ELSEWHERE)
    ]
    assert found == []


def test_every_exception_is_one() -> None:
    places = [place for where, schema in ASKED.items() for place in unbounded(schema, where)]
    for known in ELSEWHERE:
        assert any(place.rpartition(": ")[0].endswith(known) for place in places), known


PLANTED = {
    "list": ({"type": "array", "items": {"type": "integer"}}, "x: a list without maxItems"),
    "text in a list": (
        {"type": "array", "maxItems": 3, "items": {"anyOf": [{"type": "string"}]}},
        "x[]: a text without maxLength",
    ),
    "one of several types": ({"type": ["null", "string"]}, "x: a text without maxLength"),
    "part of a pair": (
        {"type": "array", "maxItems": 2, "prefixItems": [{"type": "string"}, {"type": "null"}]},
        "x[]: a text without maxLength",
    ),
    "map": (
        {
            "type": "object",
            "propertyNames": {"maxLength": 9},
            "additionalProperties": {"type": "number"},
        },
        "x: a map without maxProperties",
    ),
    "key of a map": (
        {"type": "object", "maxProperties": 9, "additionalProperties": {"type": "number"}},
        "x: a map whose keys have no maxLength",
    ),
    "anything": ({"title": "X"}, "x: anything"),
}


@pytest.mark.parametrize(("schema", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_place_is_found(schema: Json, expected: str) -> None:
    assert list(unbounded(schema, "x")) == [expected]


def test_a_plan_has_room_for_whatever_a_model_may_have() -> None:
    """The two packages do not import each other, and agree all the same."""
    assert of_problems.MOST_CHANNELS == of_models.MOST_CHANNELS
    assert of_problems.LONGEST_NAME == of_models.LONGEST_NAME
    assert of_problems.LONGEST_GEO == of_models.LONGEST_GEO


def test_a_plan_of_a_thousand_cells_has_room_for_its_limits() -> None:
    channels, weeks, geos = 12, 26, 3
    assert channels * weeks * geos < of_problems.MOST_PLACES / 2
    assert weeks <= of_models.LONGEST_HORIZON <= of_models.MOST_WEEKS


def test_settings_allow_no_table_beyond_the_declared_maximum() -> None:
    rows = COMPONENTS["FitData"]["properties"]["rows"]["anyOf"][0]
    assert (rows["maxItems"], rows["items"]["maxProperties"]) == (MOST_ROWS, MOST_COLUMNS)
    Settings(data_dir=Path("nowhere"), max_rows=MOST_ROWS, max_columns=MOST_COLUMNS)
    for field, most in (("max_rows", MOST_ROWS), ("max_columns", MOST_COLUMNS)):
        with pytest.raises(ValueError, match=field):
            Settings.model_validate({"data_dir": "nowhere", field: most + 1})


TOLD = {
    "characters of a name": of_models.LONGEST_NAME,
    "characters of a geo": of_models.LONGEST_GEO,
    "`channels`, `plan`, `profile`": of_problems.MOST_CHANNELS,
    "`groups`, `ratios`, `ramps`": of_problems.MOST_LIMITS,
    "`cells`": of_problems.MOST_PLACES,
    "`budgets`": of_problems.MOST_BUDGETS,
    "weeks of the horizon": of_models.LONGEST_HORIZON,
    "`scenarios`": of_models.MOST_SCENARIOS,
    "numbers of all `future`": of_models.MOST_FUTURE_NUMBERS,
    "`do` and `assume`": of_models.MOST_INTERVENTIONS,
    "`future`: variables": of_models.MOST_VARIABLES,
    "weeks of a `future`": of_models.MOST_WEEKS,
    "`channels`, parents": of_models.MOST_CHANNELS,
    "`controls`": of_models.MOST_CONTROLS,
    "competitors, mediators": of_models.MOST_PARTS,
    "`edges`": of_models.MOST_EDGES,
    "weeks of an event": of_models.MOST_LISTED_WEEKS,
    "tests of a model": of_models.MOST_LIFT_TESTS,
    "`geos` of a test": of_models.MOST_GEOS,
    "weeks of a test": of_models.MOST_WEEKS,
    "numbers by week": of_models.MOST_LIFT_NUMBERS,
}


@pytest.mark.parametrize(("what", "most"), TOLD.items(), ids=TOLD.keys())
def test_the_page_tells_the_maximum(what: str, most: int) -> None:
    page = (ROOT / "docs/http.md").read_text("utf-8").partition("## How much a request may hold")[2]
    lines = [line for line in page.splitlines() if f"| {what}" in line]
    assert len(lines) == 1
    assert lines[0].endswith(f"| {most:,} |")
