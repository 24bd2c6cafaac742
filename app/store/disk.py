"""Artefacts on the local disk: written to a temporary file, flushed, then renamed.

A file appears under its name only when it is complete and on the disk, so a crash leaves either
nothing or the whole file. The checksum is verified when a file is first opened, and again when its
state (inode, size, modification time) has changed.
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

from app.store.failures import StoreRole, damaged, disk_errors, missing
from app.store.keys import is_key, relative_path

CHUNK = 1 << 20

type _FileState = tuple[int, int, int]


class DiskStore:
    """Artefact store in one directory: ``<2 digits of the key>/<key>``.

    ``role`` tells the metrics whether these files are the store or local copies of another store.
    """

    def __init__(self, directory: Path, role: StoreRole = "store") -> None:
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

    def put_verified(self, key: str, chunks: Iterable[bytes]) -> None:
        """Store the bytes of ``key``; raises ArtefactError if their checksum is another."""
        self._write(chunks, key)

    def path(self, key: str) -> Path:
        """The file of ``key``, verified; raises ArtefactError if it is missing or damaged."""
        path = self.location(key)
        try:
            with disk_errors(self.directory):
                state = _state(path)
                with self._lock:
                    verified = self._verified.get(key) == state
                if not verified and _digest(path) != key:
                    raise damaged(key, self._role)
        except FileNotFoundError as error:
            raise missing(key) from error
        with self._lock:
            self._verified[key] = state
        return path

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Delete the file of ``key`` unless it was put since ``put_before``; False if not."""
        path = self.location(key)
        with disk_errors(self.directory):
            if not path.exists() or not _is_older(path, put_before):
                return False
            path.unlink(missing_ok=True)
        with self._lock:
            self._verified.pop(key, None)
        return True

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of the stored files, or of those put before a time and not since."""
        paths = (path for path in self.directory.glob("??/*") if is_key(path.name))
        return (path.name for path in paths if _is_older(path, put_before))

    def remove_leftovers(self, before: datetime) -> None:
        """Delete files of unfinished writes that are older than ``before``."""
        for path in self._incoming.iterdir():
            if _is_older(path, before):
                path.unlink(missing_ok=True)

    def check_writable(self) -> None:
        """Raise StoreFull or StoreUnavailable if a file cannot be written and flushed now."""
        with disk_errors(self.directory), self._incoming_file() as file:
            file.write(b"prudent")
            file.flush()
            os.fsync(file.fileno())

    def location(self, key: str) -> Path:
        """The path of ``key``, whether stored or not; raises ArtefactError for an invalid key."""
        return self.directory / relative_path(key)

    def _write(self, chunks: Iterable[bytes], expected: str | None = None) -> str:
        digest = hashlib.sha256()
        with disk_errors(self.directory), self._incoming_file() as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            key = digest.hexdigest()
            if expected is not None and expected != key:
                raise damaged(expected, "store")
            path = self.location(key)
            path.parent.mkdir(exist_ok=True)
            Path(file.name).replace(path)
            _flush_directory(path.parent)
        return key

    @contextmanager
    def _incoming_file(self) -> Iterator[IO[bytes]]:
        """A temporary file to write, which is deleted at the end unless it has been renamed."""
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
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_older(path: Path, time: datetime | None) -> bool:
    """Whether a file was written before ``time``; True without a time, False for no file."""
    if time is None:
        return True
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < time
    except FileNotFoundError:
        return False


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
