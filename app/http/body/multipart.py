"""A body of several parts (``multipart/form-data``), as browsers and ``curl -F`` send it.

The body is in memory already, within its own bound; a part is found by its boundary and not copied
before it is known to be wanted. Few parts, with short headers, of the names that a call knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from app.errors import InvalidRequest
from mmm.errors import Issue, pointer

FORM = "multipart/form-data"
MOST_PARTS = 16
MOST_HEADER_BYTES = 8 * 1024
LONGEST_BOUNDARY = 70
_BREAK, _BLANK = b"\r\n", b"\r\n\r\n"


@dataclass(frozen=True)
class Part:
    """One part: its bytes, the name of its file and its media type, empty where it has none."""

    content: bytes
    file_name: str
    media_type: str


def read_parts(content: bytes, content_type: str, most: Mapping[str, int]) -> dict[str, Part]:
    """The parts of a body by their names; ``most`` has the largest size of each name in bytes.

    Raises InvalidRequest for a body that is not made of parts, and for a part that is unknown,
    given twice or too large.
    """
    mark = b"--" + _boundary(content_type)
    parts: dict[str, Part] = {}
    start = _after_mark(content, mark, content.find(mark))
    while start is not None:
        end = content.find(_BREAK + mark, start)
        if end < 0:
            raise _invalid("", "the body ends inside a part; its boundary is missing")
        name, part = _part(content, start, end, most)
        if name in parts or len(parts) >= MOST_PARTS:
            raise _invalid(name, f"the part {name!r} is given more than once")
        parts[name] = part
        start = _after_mark(content, mark, end + len(_BREAK))
    return parts


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary() or ""
    if not 1 <= len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise _invalid("", f"the boundary of {FORM} must have 1 to {LONGEST_BOUNDARY} characters")
    return boundary.encode()


def _after_mark(content: bytes, mark: bytes, place: int) -> int | None:
    """Where the headers of the part begin that follows the mark at ``place``; None after the last.

    Raises InvalidRequest where there is no mark.
    """
    after = content[place + len(mark) : place + len(mark) + 2] if place >= 0 else b""
    if after == b"--":
        return None
    if after != _BREAK:
        raise _invalid("", "the body is not made of parts between lines of the boundary")
    return place + len(mark) + len(_BREAK)


def _part(content: bytes, start: int, end: int, most: Mapping[str, int]) -> tuple[str, Part]:
    blank = content.find(_BLANK, start, min(end + len(_BREAK), start + MOST_HEADER_BYTES))
    if blank < 0:
        raise _invalid("", f"a part has no headers, or more than {MOST_HEADER_BYTES} bytes of them")
    headers = HeaderParser().parsestr(content[start:blank].decode("utf-8", "replace"))
    name = headers.get_param("name", "", "content-disposition")
    if not isinstance(name, str) or name not in most:
        given = str(name)[:100]
        raise _invalid("", f"there is no part {given!r}; the parts are {', '.join(most)}")
    size = end - blank - len(_BLANK)
    if size > most[name]:
        raise _invalid(name, f"the part {name!r} has {size} bytes; the limit is {most[name]}")
    kind = headers.get_content_type() if headers["Content-Type"] else ""
    body = content[blank + len(_BLANK) : end]
    return name, Part(body, headers.get_filename("") or "", kind)


def _invalid(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([Issue(pointer(name) if name else "", "multipart", detail)])
