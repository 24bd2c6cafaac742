"""The protocol of an artefact store; implementations differ in where the bytes are stored."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol


class ArtefactStore(Protocol):
    """Immutable files named by the SHA-256 of their bytes (64 hexadecimal digits).

    A key is returned only after the bytes are durable; equal bytes have one key and one file.
    Every call may raise StoreUnavailable, and calls that write may raise StoreFull.
    """

    def put(self, content: bytes | Path) -> str:
        """Store bytes, or a file's bytes, and return their key; their age restarts at zero."""
        ...

    def path(self, key: str) -> Path:
        """A local file with exactly these bytes; raises ArtefactError if missing or damaged.

        It can be opened for the next minutes; call again instead of keeping the path.
        """
        ...

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Delete the bytes unless they were put since ``put_before``; False if nothing was."""
        ...

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of everything stored, or of what was put before a time and not since."""
        ...

    def remove_leftovers(self, before: datetime) -> None:
        """Delete files that unfinished writes left on this machine before a time."""
        ...

    def check_writable(self) -> None:
        """Raise StoreFull or StoreUnavailable if nothing can be stored now."""
        ...
