"""The client and openapi.json: every call that a user would make has a method, and no other."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from app.client import Client, ServiceError
from app.contract.problem import MEDIA_TYPE
from app.http.openapi import operations
from tests.app.running import serving

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "openapi.json").read_text("utf-8"))

FOR_MACHINES = {"livez", "readyz"}
"""Asked by load balancers and supervisors."""

OF_SEVERAL_CALLS = {"wait", "close"}

GIVEN: dict[str, Any] = {
    "table": b"",
    "data": {},
    "model": {},
    "body": {},
    "question": {},
    "request": {},
    "name": "x",
    "sheet": __file__,  # a file that there is
}


class Refusing:
    """A server that refuses every call as absent, and remembers which it was."""

    def __init__(self) -> None:
        self.asked = ("", "")

    async def __call__(self, scope, _receive, send) -> None:
        self.asked = (scope["method"], scope["path"])
        problem = {"type": "x", "title": "x", "status": 404, "detail": "x", "code": "not_found"}
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


def methods() -> dict[str, Any]:
    found = inspect.getmembers(Client, inspect.isfunction)
    return {name: call for name, call in found if name[0] != "_" and name not in OF_SEVERAL_CALLS}


def arguments(call: Any) -> list[Any]:
    """A value for each argument that must be given: ``{name}`` for an id, as in the contract."""
    _self, *wanted = inspect.signature(call).parameters.values()
    needed = [one for one in wanted if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return [GIVEN.get(one.name, one.name.removesuffix("s")) for one in needed]


@pytest.fixture(scope="module")
def reached() -> dict[str, str]:
    """The operationId that each method reaches."""
    by_path = {call: operation["operationId"] for call, operation in operations(SCHEMA)}
    server, found = Refusing(), {}
    with serving(server) as running, Client(str(running.base_url)) as api:
        for name, call in methods().items():
            with pytest.raises(ServiceError):
                _carried_out(call(api, *arguments(call)))
            found[name] = by_path[_template(server.asked)]
    return found


def _carried_out(answer: Any) -> None:
    """A list is asked for when it is read."""
    next(answer)


def _template(asked: tuple[str, str]) -> str:
    """The path with its ids in braces: they were given by the names of their parameters."""
    method, path = asked
    parts = path.split("/")
    for number, part in enumerate(parts):
        name, colon, action = part.partition(":")
        if name.endswith("_id"):
            parts[number] = f"{{{name}}}{colon}{action}"
    return f"{method} {'/'.join(parts)}"


def test_every_route_for_users_has_a_call(reached) -> None:
    routes = {operation["operationId"] for _, operation in operations(SCHEMA)}
    assert routes - FOR_MACHINES == {*reached.values()}


def test_every_call_has_a_docstring(reached) -> None:
    assert len(reached) >= 50
    assert all(call.__doc__ for call in methods().values())
