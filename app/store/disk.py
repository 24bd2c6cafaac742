"""Artefacts on the local disk: written aside, flushed, then renamed; checked when first opened.

A file appears under its name only when it is complete and on the disk, so a crash leaves either
nothing or the whole. The checksum is verified once per file state (inode, size, change time).
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from app.store.failures import Place, damaged, disk_errors, missing
from app.store.keys import is_key, place_of

CHUNK = 1 << 20

type _FileState = tuple[int, int, int]


class DiskStore:
    """Artefact store in one directory: ``<2 digits of the key>/<key>``.

    ``role`` says in the metrics whether these files are the store or copies of another one.
    """

    def __init__(self, directory: Path, role: Place = "store") -> None:
        self.directory = directory.absolute()
        self._role = role
        self._incoming = self.directory / "incoming"
        with disk_errors(self.directory):
            self._incoming.mkdir(parents=True, exist_ok=True)
        self._verified: dict[str, _FileState] = {}
        self._lock = threading.Lock()

    def put(self, content: bytes | Path) -> str:
        """Store the bytes durably and return their key."""
        return self._write((content,) if isinstance(content, bytes) else _chunks(content))

    def admit(self, key: str, chunks: Iterable[bytes]) -> None:
        """Store bytes that must be those of ``key``; raises ArtefactError if they are not."""
        self._write(chunks, key)

    def path(self, key: str) -> Path:
        """The file of ``key``, verified; raises ArtefactError if it is missing or damaged."""
        place = self.place(key)
        try:
            with disk_errors(self.directory):
                state = _state(place)
                with self._lock:
                    known = self._verified.get(key) == state
                if not known and _digest(place) != key:
                    raise damaged(key, self._role)
        except FileNotFoundError as error:
            raise missing(key) from error
        with self._lock:
            self._verified[key] = state
        return place

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Remove the file of ``key``, if it is there and was not put again since."""
        place = self.place(key)
        with disk_errors(self.directory):
            if not place.exists() or not _is_older(place, put_before):
                return False
            place.unlink(missing_ok=True)
        with self._lock:
            self._verified.pop(key, None)
        return True

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of the files that are there."""
        found = (path for path in self.directory.glob("??/*") if is_key(path.name))
        return (path.name for path in found if _is_older(path, put_before))

    def remove_leftovers(self, before: datetime) -> None:
        """Delete what writes that never ended left behind before a moment."""
        for path in self._incoming.iterdir():
            if _is_older(path, before):
                path.unlink(missing_ok=True)

    def check_writable(self) -> None:
        """Raise StoreFull or StoreUnavailable if a file cannot be written and flushed now."""
        with disk_errors(self.directory), self._aside() as file:
            file.write(b"prudent")
            file.flush()
            os.fsync(file.fileno())

    def place(self, key: str) -> Path:
        """Where the file of ``key`` is, or would be; raises ArtefactError for what is no key."""
        return self.directory / place_of(key)

    def _write(self, chunks: Iterable[bytes], expected: str | None = None) -> str:
        digest = hashlib.sha256()
        with disk_errors(self.directory), self._aside() as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            key = digest.hexdigest()
            if expected is not None and expected != key:
                raise damaged(expected, "store")
            place = self.place(key)
            place.parent.mkdir(exist_ok=True)
            Path(file.name).replace(place)
            _flush_directory(place.parent)
        return key

    @contextmanager
    def _aside(self) -> Iterator[IO[bytes]]:
        """A file to write, which is gone at the end unless it was given a name."""
        with NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(path: Path) -> _FileState:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _is_older(path: Path, moment: datetime | None) -> bool:
    """Whether a file was written before a moment; one that has gone was not."""
    if moment is None:
        return True
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:
        return False


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
