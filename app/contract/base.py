"""Base classes of the API's documents: request bodies, stored documents, lists and pages."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from mmm.errors import Issue, QueryError, pointer
from mmm.spec.base import CONTROL
from mmm.spec.sizes import LONGEST_NAME

Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME, pattern=rf"^[^{CONTROL}]*$")]
"""A name that a person gives, of one line and without control characters."""

ResourceId = Annotated[str, StringConstraints(max_length=100)]
"""The id of a stored object, as this service gave it."""

Text = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"),
]
"""A note or description, whose only control characters are tabs and ends of lines."""


class RequestBody(BaseModel):
    """Base of request bodies: unknown fields, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class StoredDocument(BaseModel):
    """Base of documents that are built from the attributes of a stored object."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


class Listing[Item](StoredDocument):
    """A complete list, newest first."""

    items: list[Item]


class Page[Item](Listing[Item]):
    """A page of a list, newest first; the token of the next page is null on the last one."""

    next_page_token: str | None


Urgency = Literal["high", "normal", "low"]


PRIORITIES: Mapping[Urgency, int] = {"high": 1, "normal": 2, "low": 3}


def urgency_of(priority: int) -> Urgency:
    """The name of a stored priority."""
    return next(name for name, number in PRIORITIES.items() if number == priority)


def fields_of(document: Mapping[str, Any], kind: type[BaseModel]) -> dict[str, Any]:
    """The part of a document that ``kind`` has fields for."""
    return {name: value for name, value in document.items() if name in kind.model_fields}


def request_of[Request: BaseModel](
    kind: type[Request], document: Mapping[str, Any], most: int | None = None
) -> Request:
    """``document`` as a request of ``kind``.

    Raises QueryError naming each invalid field, ``most`` of them at the most.
    """
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise QueryError(
            Issue(pointer(*item["loc"]), str(item["type"]), str(item["msg"]))
            for item in error.errors(include_url=False)[:most]
        ) from error
