"""The table of docs/http.md says of every route what openapi.json says of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.http.openapi import operations

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "http.md").read_text("utf-8")
CALLS = dict(operations(json.loads((ROOT / "openapi.json").read_text("utf-8"))))
ROW = re.compile(
    r"^\| `([A-Z]+ /[^`]*)` \| (\w*) \| ([\d, ]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE
)
ROWS = {found[0]: found[1:] for found in ROW.findall(PAGE)}

SHORT = {"idempotency-key": "key", "if-none-match": "ETag", "prefer": "Prefer", "accept": "tables"}
"""Headers as the table names them; query parameters stand as they are."""


def described(operation: dict[str, Any]) -> tuple[str, str, str]:
    """Scope, statuses of success, and what may be said beside path and body."""
    scopes = [scope for one in operation.get("security", []) for scope in one.get("bearer", [])]
    answers = ", ".join(status for status in operation["responses"] if status < "300")
    given = [
        SHORT.get(item["name"], f"`{item['name']}`")
        for item in operation.get("parameters", [])
        if item["in"] != "path"
    ]
    return " ".join(scopes), answers, ", ".join(sorted(given))


def test_the_table_has_every_route_and_no_other() -> None:
    assert ROWS.keys() == CALLS.keys()


@pytest.mark.parametrize("call", CALLS)
def test_a_row_says_what_the_contract_says(call) -> None:
    *told, does = ROWS[call]
    assert tuple(cell.strip() for cell in told) == described(CALLS[call])
    assert does.strip()
