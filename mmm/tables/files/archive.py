"""Judges the directory of a ZIP archive before any of it is unpacked.

A workbook is an archive of XML: few entries, each of which may unpack to a thousand times its size.
The directory states entries and sizes, and no more than the stated size of an entry is unpacked.
"""

import io
import struct
import zipfile
import zlib

from mmm.errors import DataError, Issue, TableTooLarge
from mmm.tables.limits import MEBIBYTE, TableLimits

MOST_ENTRIES = 1_000
MOST_DIRECTORY_BYTES = MEBIBYTE
MOST_RATIO = 200.0
"""Unpacked bytes for each packed one; sheets of equal cells pack to a fiftieth."""
FREE_BYTES = MEBIBYTE
"""That may be unpacked at any ratio."""
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_ENCRYPTED = 1
UNPACK_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError)
"""What unpacking a damaged archive raises."""


def open_archive(content: bytes, limits: TableLimits) -> zipfile.ZipFile:
    """The archive in ``content``, whose directory is within bounds.

    Raises DataError for what is no archive or has a password, TableTooLarge beyond the bounds.
    """
    _check_directory(content)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise _broken(str(error)) from error
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise DataError([Issue("", "xlsx", "the workbook has a password; save it without one")])
    limits.check_bytes(sum(entry.file_size for entry in entries))
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > FREE_BYTES and ratio > MOST_RATIO:
            detail = f"{entry.filename[:100]!r} unpacks to {ratio:.0f} times its bytes; at most "
            raise _too_large(f"{detail}{MOST_RATIO:.0f} times are read")
    return archive


def _check_directory(content: bytes) -> None:
    """Check how many entries the directory has, and how long it is, before it is read."""
    place = content.rfind(_END_MARK, max(0, len(content) - _END.size - 65535))
    if place < 0 or len(content) < place + _END.size:
        raise _broken("it has no directory")
    _, _, _, _, entries, length, _, _ = _END.unpack_from(content, place)
    if entries > MOST_ENTRIES or length > MOST_DIRECTORY_BYTES:
        detail = f"the workbook has {entries} parts, listed in {length} bytes; at most "
        raise _too_large(f"{detail}{MOST_ENTRIES} in {MOST_DIRECTORY_BYTES} bytes are read")


def _broken(reason: str) -> DataError:
    return DataError([Issue("", "xlsx", f"the file is not a valid workbook: {reason}")])


def _too_large(detail: str) -> TableTooLarge:
    return TableTooLarge([Issue("/data", "too_many_bytes", detail)])
