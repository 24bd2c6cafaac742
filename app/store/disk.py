"""Artefacts on the local disk: written aside, flushed, then renamed; checked when first opened.

A file appears under its name only when it is complete and on the disk, so a crash leaves either
nothing or the whole. The checksum is verified once per file state (inode, size, change time).
"""

import hashlib
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from mmm.errors import ArtefactError

_KEY = re.compile(r"^[0-9a-f]{64}$")

type _FileState = tuple[int, int, int]


class DiskStore:
    """Artefact store in one directory: ``<2 digits of the key>/<key>``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._incoming = self._directory / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._verified: dict[str, _FileState] = {}
        self._lock = threading.Lock()

    def put(self, content: bytes | Path) -> str:
        """Store the bytes durably and return their key."""
        with NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
                key = _digest(Path(file.name))
                self._rename(Path(file.name), self._place(key))
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        return key

    def path(self, key: str) -> Path:
        """The file of ``key``, verified; raises ArtefactError if it is missing or damaged."""
        place = self._place(key)
        try:
            state = _state(place)
            with self._lock:
                known = self._verified.get(key) == state
            if not known and _digest(place) != key:
                raise ArtefactError(
                    f"The stored file {key[:12]}… is damaged: its checksum does not match. "
                    "Restore it from a backup, or upload or fit again."
                )
        except FileNotFoundError as error:
            raise ArtefactError(f"The stored file {key[:12]}… is missing.") from error
        with self._lock:
            self._verified[key] = state
        return place

    def delete(self, key: str) -> None:
        """Remove the file of ``key``, if it is there."""
        self._place(key).unlink(missing_ok=True)
        with self._lock:
            self._verified.pop(key, None)

    def keys(self) -> Iterator[str]:
        """Keys of the files that are there."""
        return (path.name for path in self._directory.glob("??/*") if _KEY.match(path.name))

    def check_writable(self) -> None:
        """Raise OSError if a file cannot be written and flushed now."""
        with NamedTemporaryFile(dir=self._incoming) as file:
            file.write(b"prudent")
            file.flush()
            os.fsync(file.fileno())

    def _place(self, key: str) -> Path:
        if not _KEY.match(key):
            raise ArtefactError(f"{key!r} is not the name of an artefact.")
        return self._directory / key[:2] / key

    def _rename(self, source: Path, place: Path) -> None:
        place.parent.mkdir(exist_ok=True)
        source.replace(place)
        _flush_directory(place.parent)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(path: Path) -> _FileState:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
