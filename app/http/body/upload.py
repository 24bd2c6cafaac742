"""A table that is the body of a request, or a part of it, with its name and how it is read."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.contract.base import Name
from app.errors import InvalidRequest
from app.http.body.multipart import FORM, Part, read_parts
from app.services.catalog.datasets import Upload
from mmm.errors import DataError, Issue
from mmm.tables.formats import MEDIA_TYPES, File, bare, media_type_of
from mmm.tables.read import UNDECIDED, parse_recipe
from mmm.tables.recipe import Recipe

LONGEST_READ = 256 * 1024
"""Bytes of a recipe: that of a table with many columns names each of them."""
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def uploaded(content: bytes, content_type: str, name: str | None, read: str | None) -> Upload:
    """The table in a body of ``content_type``; ``name`` and ``read`` are the query's.

    Raises InvalidRequest for a malformed body of parts, and for what is given twice.
    """
    if bare(content_type) != FORM:
        kind = media_type_of("", content) if bare(content_type) not in MEDIA_TYPES else None
        return Upload(content, kind or content_type, name, recipe_in(read))
    most = {"file": len(content), "with": len(content), "read": LONGEST_READ, "name": 1024}
    parts = read_parts(content, content_type, most)
    if "file" not in parts:
        detail = 'the part "file" is missing; send the table as one: -F file=@table.csv'
        raise InvalidRequest([Issue("/file", "missing", detail)])
    twice = [word for word, given in (("name", name), ("read", read)) if given and word in parts]
    if twice:
        detail = f"{twice[0]!r} is given in the query and as a part"
        raise InvalidRequest([Issue(f"/{twice[0]}", "given_twice", detail)])
    file = parts["file"]
    words = read if read is not None else _text(parts, "read")
    named = name if name is not None else _name(parts, file)
    return Upload(*_table(file), named, recipe_in(words), _table_beside(parts))


def _table_beside(parts: Mapping[str, Part]) -> File | None:
    return File(*_table(parts["with"])) if "with" in parts else None


def _table(part: Part) -> tuple[bytes, str]:
    """A table that is a part: its bytes and its media type."""
    return part.content, media_type_of(part.file_name, part.content) or part.media_type


def recipe_in(text: str | None) -> Recipe:
    """The recipe in a JSON text; raises InvalidRequest naming each word that is not one."""
    if not text:
        return UNDECIDED
    try:
        words: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = f'read is JSON, such as {{"dates": "month_first"}}: {error}'
        raise InvalidRequest([Issue("/read", "json_invalid", detail)]) from error
    try:
        return parse_recipe(words)
    except DataError as error:
        raise InvalidRequest(error.issues) from error


def _text(parts: Mapping[str, Part], name: str) -> str | None:
    if name not in parts:
        return None
    try:
        return parts[name].content.decode()
    except UnicodeDecodeError as error:
        detail = f"the part {name!r} is not UTF-8"
        raise InvalidRequest([Issue(f"/{name}", "encoding", detail)]) from error


def _name(parts: Mapping[str, Part], file: Part) -> str | None:
    """The name of the table: the part of that name, else that of the file."""
    given = _text(parts, "name")
    try:
        return _NAME.validate_python(given) if given is not None else file.file_name[:200] or None
    except ValidationError as error:
        message = str(error.errors(include_url=False)[0]["msg"])
        raise InvalidRequest([Issue("/name", "name", message)]) from error
