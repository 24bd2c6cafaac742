"""Local copies of remote artefacts, bounded in bytes; the least recently used are deleted first.

A copy handed out in the last minutes is kept, since its reader may not have opened it yet; for that
time the limit may be exceeded. Several processes of one host may share the directory.
"""

import os
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from app.store.disk import DiskStore

GRACE_SECONDS = 600.0


class LocalCopies:
    """A directory of artefacts whose total size is held near ``max_bytes``."""

    def __init__(
        self, directory: Path, max_bytes: int, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self._files = DiskStore(directory, role="cache")
        self._max_bytes = max_bytes
        self._grace = grace_seconds

    def put(self, content: bytes | Path) -> str:
        """Store a copy and return its key."""
        key = self._files.put(content)
        self._trim()
        return key

    def put_verified(self, key: str, chunks: Iterable[bytes]) -> None:
        """Store a fetched copy; raises ArtefactError if its checksum is not ``key``."""
        self._files.put_verified(key, chunks)
        self._trim()

    def path(self, key: str) -> Path:
        """The copy, verified and marked as used; raises ArtefactError if missing or damaged."""
        path = self._files.path(key)
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        return path

    def delete(self, key: str) -> None:
        """Delete the copy."""
        self._files.delete(key)

    def remove_leftovers(self, before: datetime) -> None:
        """Delete files of unfinished writes that are older than ``before``."""
        self._files.remove_leftovers(before)

    def _trim(self) -> None:
        copies = sorted(self._copies())
        excess = sum(size for _, size, _ in copies) - self._max_bytes
        present = time.time()
        for used, size, key in copies:
            if excess <= 0:
                return
            if abs(present - used) >= self._grace:  # later than now: the clock was set back
                self._files.delete(key)
                excess -= size

    def _copies(self) -> Iterable[tuple[float, int, str]]:
        """For each copy: the time of its last use, its size in bytes, its key."""
        for key in self._files.keys():  # noqa: SIM118  (a store is no mapping)
            try:
                state = self._files.location(key).stat()
            except FileNotFoundError:
                continue
            yield max(state.st_atime, state.st_mtime), state.st_size, key
