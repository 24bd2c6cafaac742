"""Local copies of artefacts that lie elsewhere, bounded in bytes: least recently used goes first.

What was handed out in the last minutes stays, since its reader may not have opened it yet; for that
long, the limit may be exceeded. Several processes of one host may share the directory.
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
        """Keep a copy and return its key."""
        key = self._files.put(content)
        self._trim()
        return key

    def admit(self, key: str, chunks: Iterable[bytes]) -> None:
        """Keep a copy that came from elsewhere; raises ArtefactError if it is not ``key``'s."""
        self._files.admit(key, chunks)
        self._trim()

    def path(self, key: str) -> Path:
        """The copy, verified and marked as used; ArtefactError if there is no sound one."""
        place = self._files.path(key)
        os.utime(place, ns=(time.time_ns(), place.stat().st_mtime_ns))
        return place

    def delete(self, key: str) -> None:
        """Drop the copy."""
        self._files.delete(key)

    def remove_leftovers(self, before: datetime) -> None:
        """Delete what writes that never ended left before a moment."""
        self._files.remove_leftovers(before)

    def _trim(self) -> None:
        found = sorted(self._measured())
        excess = sum(size for _, size, _ in found) - self._max_bytes
        newest = time.time() - self._grace
        for used, size, key in found:
            if excess <= 0 or used > newest:
                return
            self._files.delete(key)
            excess -= size

    def _measured(self) -> Iterable[tuple[float, int, str]]:
        """Each copy: when it was last used, its bytes, its key."""
        for key in self._files.keys():  # noqa: SIM118  (a store is no mapping)
            try:
                state = self._files.place(key).stat()
            except FileNotFoundError:
                continue
            yield max(state.st_atime, state.st_mtime), state.st_size, key
