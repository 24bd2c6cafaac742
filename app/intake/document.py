"""Reads a JSON body as a document of the API: standard JSON, then the document's own rules.

Neither the web framework nor the database is needed, so that it can run in a process apart.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from app.errors import InvalidDocument
from mmm.errors import FieldsError, Issue, pointer

MOST_ISSUES = 20
"""Of one body; a body may break its schema in a million places."""
MOST_VALUES = 250_000
"""Of a document besides the rows of a table, which have limits of their own."""

_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_ILL_FORMED = re.compile("[\0\ud800-\udfff]")

type Location = Sequence[str | int]


def read_document[Document: BaseModel](content: bytes, kind: type[Document]) -> Document:
    """The document in ``content``; raises InvalidDocument, whose issues name fields."""
    try:
        document = parse_json(content)
    except json.JSONDecodeError as error:
        detail = f"the body is not valid JSON: {error.msg}"
        raise InvalidDocument([Issue("", "json_invalid", detail)]) from error
    if _has_too_many_values(document):
        detail = f"the body has more than {MOST_VALUES} values"
        raise InvalidDocument([Issue("", "too_many_values", detail)])
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        errors = error.errors(include_url=False)[:MOST_ISSUES]
        issues = [issue for item in errors for issue in _issues(dict(item), document)]
        raise InvalidDocument(issues[:MOST_ISSUES]) from None


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
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        raise json.JSONDecodeError("a number has too many digits", "", 0) from error
    if _ESCAPED.search(text):
        for string in _strings(document):
            _refuse_ill_formed(string)
    return document


def issue_of(item: Mapping[str, Any], place: str) -> Issue:
    """The issue of one validation error at the JSON pointer ``place``."""
    return Issue(place, item["type"], _detail(item))


def _issues(item: Mapping[str, Any], document: Any) -> list[Issue]:
    """The issues of one validation error: one for each field that it names."""
    place = pointer_in(document, item["loc"], missing=item["type"] == "missing")
    cause = item.get("ctx", {}).get("error")
    if not isinstance(cause, FieldsError):
        return [issue_of(item, place)]
    return [issue.under(place) for issue in cause.issues]


def pointer_in(document: Any, location: Location, *, missing: bool) -> str:
    """JSON pointer of a validation error's location, without parts that are not in the document.

    Locations also name the branch of a union that was tried. The last part is kept where the error
    is about a ``missing`` field, which is not in the document.
    """
    path: list[str | int] = []
    for depth, part in enumerate(location):
        present = _has(document, part)
        is_field = missing and depth == len(location) - 1 and isinstance(document, Mapping)
        if present or is_field:
            path.append(part)
        if present:
            document = document[part]
    return pointer(*path)


def _has(document: Any, part: str | int) -> bool:
    if isinstance(document, Mapping):
        return part in document
    is_list = isinstance(document, Sequence) and not isinstance(document, str | bytes)
    return is_list and isinstance(part, int) and 0 <= part < len(document)


def _detail(item: Mapping[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    given = item.get("input")
    if isinstance(given, str | int | float | bool) and not isinstance(given, Sequence):
        return f"{message} (given: {given!r})"
    if isinstance(given, str) and len(given) <= 100:
        return f"{message} (given: {given!r})"
    return message


def _has_too_many_values(document: Any) -> bool:
    """Whether validation, which looks at each value, would take long."""
    if isinstance(document, dict) and isinstance(data := document.get("data"), dict):
        document = {**document, "data": {**data, "rows": None}}
    stack, count = [document], 0
    while stack and count <= MOST_VALUES:
        value = stack.pop()
        if isinstance(value, dict):
            count += len(value)
            stack += value.values()
        elif isinstance(value, list):
            count += len(value)
            stack += value
    return count > MOST_VALUES


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
