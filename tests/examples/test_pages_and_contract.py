"""What the pages of the documentation say of the contract, the contract has."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.contract.fit import FitBody
from app.contract.plan_requests import AllocateBody
from app.contract.query_answers import CounterfactualBody

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
REQUESTS = (ROOT / "docs" / "requests.md").read_text("utf-8")
BODIES: dict[str, type[BaseModel]] = {
    "fit": FitBody,
    "counterfactual": CounterfactualBody,
    "allocate": AllocateBody,
}
ASKED = re.findall(
    r"localhost:8000/v1/\S*?([a-z-]+) -H [^\n]*? -d '(\{.*?\})'", REQUESTS, re.DOTALL
)


@cache
def contract() -> dict:
    found: dict = json.loads((ROOT / "openapi.json").read_text("utf-8"))
    return found


def test_each_body_on_the_page_of_requests_is_one_that_the_service_takes() -> None:
    assert {name for name, _ in ASKED} == set(BODIES)
    for name, body in ASKED:
        assert BODIES[name].model_validate_json(body.replace("_...", "_1")).model_dump()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_route_that_a_page_names_exists(page: Path) -> None:
    known = {shape(path) for path in contract()["paths"]}
    named = re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) (/v1/[^`?\s]*)", page.read_text("utf-8"))
    assert [path for path in named if shape(path) not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_field_that_a_page_names_exists(page: Path) -> None:
    quoted = re.findall(r'`[^`\n]*?"([a-z][a-z_]*)":', page.read_text("utf-8"))
    assert sorted(set(quoted) - fields() - NAMES) == []


NAMES = {"tv", "search", "social", "radio", "price", "youtube"}
"""Names of channels and columns in examples, which stand where a field could."""


@cache
def fields() -> set[str]:
    found: set[str] = set()

    def collect(node: object) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    collect(contract()["components"])
    return found


def shape(path: str) -> str:
    """A path with every parameter as one sign."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")
