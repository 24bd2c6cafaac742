"""Bodies of several parts: what browsers and curl send is read, anything else is refused."""

import httpx
import pytest

from app.errors import InvalidRequest
from app.http.body.multipart import MOST_PARTS, Part, read_parts
from app.http.body.upload import uploaded
from mmm.tables.formats import CSV, JSON, PARQUET, XLSX

KIND = "multipart/form-data; boundary=x"
MOST = {"file": 1000, "read": 100, "name": 20}
TABLE = b"week,tv\r\n2022-01-03,1\r\n"


def sent(files=None, data=None) -> tuple[bytes, str]:
    """The body and the media type that an HTTP client sends."""
    request = httpx.Request("POST", "http://x", files=files, data=data)
    return request.read(), request.headers["content-type"]


def test_parts_are_read_as_a_client_sends_them() -> None:
    binary = bytes(range(256)) + b"\r\n--x\r\n--xy--"
    files = {"file": ("Umsätze.csv", binary, "text/csv")}
    parts = read_parts(*sent(files, {"name": "shop"}), MOST)
    assert parts["file"] == Part(binary, "Umsätze.csv", "text/csv")
    assert parts["name"].content == b"shop"


def part(name: str, content: bytes = b"", more: bytes = b"") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
    return head + more + b"\r\n" + content + b"\r\n"


BAD = {
    "no boundary": (b"--x--", "multipart/form-data", "must have 1 to 70 characters"),
    "a long boundary": (b"--x--", f"{KIND}{'x' * 100}", "must have 1 to 70 characters"),
    "nothing": (b"", KIND, "not made of parts"),
    "another boundary": (b"--y\r\n\r\n--y--", KIND, "not made of parts"),
    "no end": (part("file"), KIND, "ends inside a part"),
    "no headers": (b"--x\r\ncontent\r\n--x--", KIND, "no headers"),
    "long headers": (part("file", more=b"X: " + b"y" * 9000 + b"\r\n") + b"--x--", KIND, "8192"),
    "no name": (b"--x\r\nX: y\r\n\r\n\r\n--x--", KIND, "there is no part ''"),
    "a strange name": (part("other") + b"--x--", KIND, "the parts are file, read, name"),
    "twice": (part("name") * 2 + b"--x--", KIND, "'name' is given more than once"),
    "many": (part("name") * 10_000 + b"--x--", KIND, "more than once"),
    "too long": (part("name", b"y" * 21) + b"--x--", KIND, "has 21 bytes; the limit is 20"),
}


@pytest.mark.parametrize(("content", "kind", "words"), BAD.values(), ids=BAD.keys())
def test_what_is_not_made_of_known_parts_is_refused(content: bytes, kind: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_parts(content, kind, MOST)
    assert words in refused.value.issues[0].detail


def test_the_number_of_names_bounds_that_of_parts() -> None:
    assert len(MOST) <= MOST_PARTS


KINDS = {
    "by its name": ("weeks.csv", TABLE, "application/vnd.ms-excel", CSV),
    "tabs": ("weeks.tsv", TABLE, "application/octet-stream", CSV),
    "by its first bytes": ("weeks", b"PK\x03\x04", "application/octet-stream", XLSX),
    "Parquet": ("weeks.csv", b"PAR1", "text/csv", PARQUET),
    "by its media type": ("weeks", b"{}", "application/json", JSON),
}


@pytest.mark.parametrize(("name", "content", "kind", "found"), KINDS.values(), ids=KINDS.keys())
def test_the_format_of_a_file_is_found(name, content, kind, found) -> None:
    body, media_type = sent({"file": (name, content, kind)})
    upload = uploaded(body, media_type, None, None)
    assert (upload.media_type, upload.content, upload.name) == (found, content, name)


def test_words_come_as_a_part_or_in_the_query() -> None:
    body, kind = sent({"file": ("a.csv", TABLE)}, {"read": '{"dates": "year_first"}', "name": "b"})
    upload = uploaded(body, kind, None, None)
    assert (upload.read.words, upload.name) == ({"dates": "year_first"}, "b")
    body, kind = sent({"file": ("a.csv", TABLE)})
    upload = uploaded(body, kind, "c", '{"dates": "year_first"}')
    assert (upload.read.words, upload.name) == ({"dates": "year_first"}, "c")


REFUSED = {
    "no file": (None, {"name": "b"}, None, '"file" is missing'),
    "words twice": ({"file": TABLE}, {"read": "{}"}, "{}", "in the query and as a part"),
    "no JSON": ({"file": TABLE}, {"read": "dates=x"}, None, "read is JSON"),
    "no object": ({"file": TABLE}, {"read": "[1]"}, None, "read: Input should be"),
    "no word": ({"file": TABLE}, {"read": '{"date_form": 1}'}, None, "no word 'date_form'"),
    "a name of two lines": ({"file": TABLE}, {"name": "a\nb"}, None, "pattern"),
}


@pytest.mark.parametrize(("files", "data", "read", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_belong_together_is_refused(files, data, read, words: str) -> None:
    body, kind = sent(files or {"name": (None, b"b")}, data if files else None)
    with pytest.raises(InvalidRequest) as refused:
        uploaded(body, kind, None, read)
    assert words in refused.value.issues[0].detail
