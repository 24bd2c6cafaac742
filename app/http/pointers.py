"""JSON pointers (RFC 6901) of validation errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmm.errors import pointer

Location = Sequence[str | int]


def pointer_in(document: Any, location: Location) -> str:
    """Pointer of a validation error's location, without the parts that are no keys of the document.

    Locations also name the branch of a union that was tried. The last part stays in any case: a
    missing field is not in the document, yet it is what the error is about.
    """
    path: list[str | int] = []
    for depth, part in enumerate(location):
        present = _has(document, part)
        if present or (depth == len(location) - 1 and isinstance(document, Mapping)):
            path.append(part)
        if present:
            document = document[part]
    return pointer(*path)


def _has(document: Any, part: str | int) -> bool:
    if isinstance(document, Mapping):
        return part in document
    is_list = isinstance(document, Sequence) and not isinstance(document, str | bytes)
    return is_list and isinstance(part, int) and 0 <= part < len(document)
