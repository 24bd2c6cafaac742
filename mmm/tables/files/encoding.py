"""The encoding of a text file: the one that it is marked with, UTF-8, or Windows-1252."""

import codecs
import io
import re

from mmm.errors import DataError, Issue
from mmm.tables.decisions import Decisions, misfit

CHUNK = 1024 * 1024
WINDOWS = "cp1252"
KNOWN = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "cp1251", "cp1252", "cp1253"),
    *("cp1254", "iso-8859-1", "iso-8859-2", "iso-8859-9", "iso-8859-15", "mac-roman"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
MARKED = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""Bytes that stand for nothing in Windows-1252."""


def find_encoding(content: bytes, decisions: Decisions) -> str:
    """Decide the encoding of ``content``; raises DataError for what is not text."""
    name = decisions.given.encoding
    if name is not None:
        if name.lower() not in KNOWN:
            misfit("encoding", name, f"the encodings are {', '.join(KNOWN)}")
        decisions.settle("encoding", name.lower(), "as told")
        if not _decodes(content, name):
            misfit("encoding", name, "its bytes are not of that encoding")
        return name.lower()
    for mark, marked in MARKED.items():
        if content.startswith(mark):
            decisions.settle("encoding", marked, "the file is marked with it")
            return marked
    bad = first_bad_byte(content)
    if bad is None:
        decisions.settle("encoding", "utf-8", "all bytes are UTF-8")
        return "utf-8"
    if _CONTROL.search(content) or _UNUSED.search(content):
        detail = f"byte {bad} is not UTF-8, nor is the file Windows-1252; save it as UTF-8, or "
        detail += 'name its encoding with "read": {"encoding": "..."}'
        raise DataError([Issue("", "encoding", f"{detail}: {', '.join(KNOWN)}")])
    sentence = f"byte {bad} is not UTF-8, and all bytes stand for letters in Windows-1252"
    decisions.settle("encoding", WINDOWS, sentence)
    return WINDOWS


def text_of(content: bytes, encoding: str) -> io.TextIOWrapper:
    """The text of a file, decoded as it is read."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(io.BytesIO(content), name, newline="")


def first_bad_byte(content: bytes, encoding: str = "utf-8") -> int | None:
    """Where the file stops being of ``encoding``, found without keeping its text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=start + len(chunk) == len(content))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _decodes(content: bytes, encoding: str) -> bool:
    return first_bad_byte(content, encoding) is None
