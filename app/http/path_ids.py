"""Ids in paths: what they look like, and a refusal of others before anything is written."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Request
from pydantic import StringConstraints
from starlette.convertors import StringConvertor, register_url_convertor

from app.errors import InvalidRequest
from mmm.errors import Issue, pointer

MOST_CHARACTERS = 100
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

ID = StringConstraints(min_length=1, max_length=MOST_CHARACTERS, pattern=r"^[A-Za-z0-9._-]+$")
"""What a query's id looks like, and what the documentation says of every id."""

Id = Annotated[str, Path(), ID]


class BeforeAction(StringConvertor):
    """An id that an action may follow: `x:draft` is the action's path, whatever the method."""

    regex = "[^/:]+"


register_url_convertor("before_action", BeforeAction())


def refuse_malformed_ids(request: Request) -> None:
    """Raise InvalidRequest for an id in the path that nothing can have."""
    issues = [
        Issue(pointer(name), "id", f"{_shown(given)} is no id: ids have letters, digits and . _ -")
        for name, given in request.path_params.items()
        if not _ID.fullmatch(given)
    ]
    if issues:
        raise InvalidRequest(issues)


def printable_path(request: Request) -> str:
    """The path for logs and rows: what an id cannot hold is percent-encoded."""
    return quote(request.scope["path"], safe="/:")


def _shown(given: str) -> str:
    return repr(given if len(given) <= MOST_CHARACTERS else f"{given[:MOST_CHARACTERS]}…")
