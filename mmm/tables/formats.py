"""The formats of tables: their media types, the suffixes of their files, their first bytes."""

import re
from typing import Literal, NamedTuple

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (CSV, XLSX, PARQUET, JSON)

Format = Literal["csv", "xlsx", "parquet", "json"]

NAMES: dict[str, Format] = {CSV: "csv", XLSX: "xlsx", PARQUET: "parquet", JSON: "json"}
SUFFIXES = {
    ".csv": CSV,
    ".tsv": CSV,
    ".txt": CSV,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".json": JSON,
}
ZIP, PARQUET_MARK, OLD_WORKBOOK = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0"
"""The first bytes of a ZIP archive, of Parquet, and of .xls and of workbooks with a password."""


_JOINED = re.compile(r"; with=(csv|xlsx|parquet|json); at=(\d{1,12})$")


def bare(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def joined_files(first: bytes, kind: str, second: bytes, other: str) -> tuple[bytes, str]:
    """Two files in one: their bytes one after the other, and the media type of the first with what
    tells them apart, such as ``text/csv; with=xlsx; at=1024``."""
    return first + second, f"{kind}; with={NAMES[other]}; at={len(first)}"


class File(NamedTuple):
    """The bytes of a file and their media type."""

    content: bytes
    media_type: str


def parted(content: bytes, media_type: str) -> tuple[str, bytes, File | None]:
    """The bare media type and bytes of a file, and those of the one that was joined to it."""
    match = _JOINED.search(media_type)
    if match is None:
        return bare(media_type), content, None
    other = next(kind for kind, name in NAMES.items() if name == match[1])
    at = int(match[2])
    return bare(media_type), content[:at], File(content[at:], other)


def media_type_of(name: str, content: bytes) -> str | None:
    """The media type of a file called ``name``: by its first bytes, else by its suffix.

    None where neither says it.
    """
    if content.startswith((ZIP, OLD_WORKBOOK)):
        return XLSX
    if content.startswith(PARQUET_MARK):
        return PARQUET
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return SUFFIXES.get(f".{suffix}")
