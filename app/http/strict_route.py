"""A stricter route: only standard JSON, and only documented query parameters."""

import json
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.errors import InvalidRequest, UnsupportedMediaType
from mmm.errors import Issue, pointer

_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ILL_FORMED = re.compile("[\0\ud800-\udfff]")

type Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON body may not contain NaN or Infinity."""

    async def json(self) -> Any:
        """The body, parsed; raises JSONDecodeError for anything but standard JSON."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """Refuses unknown query parameters and unsupported media types before anything else runs."""

    def get_route_handler(self) -> Endpoint:
        """The framework's handler, preceded by the checks."""
        handle = super().get_route_handler()
        known = _query_parameters(self.dependant)
        takes_json = self.body_field is not None

        async def handle_strictly(request: Request) -> Response:
            _refuse_unknown(request, known)
            if takes_json:
                _require_json(request)
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly


def _query_parameters(dependant: Dependant) -> set[str]:
    fields = (field for field in get_flat_params(dependant) if isinstance(field.field_info, Query))
    return {field.alias for field in fields}


def parse_json(content: bytes) -> Any:
    """Parse standard JSON; raises JSONDecodeError for anything else."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise json.JSONDecodeError("the body is not UTF-8", "", error.start) from error
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise json.JSONDecodeError("the body is nested too deeply", "", 0) from error
    if _ESCAPED.search(text):
        for string in _strings(document):
            _refuse_ill_formed(string)
    return document


def _strings(document: Any) -> Iterator[str]:
    """Every string of the document, keys included."""
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack += [*value, *value.values()]
        elif isinstance(value, list):
            stack += value


def _refuse_ill_formed(text: str) -> None:
    """Refuse lone surrogates, which are not valid text, and NUL, which databases cannot store."""
    match = _ILL_FORMED.search(text)
    if match:
        detail = f"a string contains U+{ord(match.group()):04X}, which is not allowed in text"
        raise json.JSONDecodeError(detail, "", 0)


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not a JSON number; omit missing values", "", 0)


def _refuse_unknown(request: Request, known: set[str]) -> None:
    unknown = [name for name in dict.fromkeys(request.query_params.keys()) if name not in known]
    if unknown:
        expected = ", ".join(sorted(known)) or "none"
        raise InvalidRequest(
            Issue(
                pointer(name),
                "unknown_parameter",
                f"there is no query parameter {name!r}; allowed: {expected}",
            )
            for name in unknown
        )


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != "application/json":
        raise UnsupportedMediaType(
            f"The body must be sent as application/json, not {given or 'without a Content-Type'!r}."
        )
