"""What the service asks of an artefact store; implementations differ in where the bytes lie."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol


class ArtefactStore(Protocol):
    """Immutable files named by the SHA-256 of their bytes (64 hexadecimal digits).

    A key is returned only after the bytes are safe; equal bytes have one key and one copy.
    Every call may raise StoreUnavailable, and what writes may raise StoreFull.
    """

    def put(self, content: bytes | Path) -> str:
        """Store bytes, or a file's bytes, and return their key; their age begins anew."""
        ...

    def path(self, key: str) -> Path:
        """A local file with exactly these bytes; ArtefactError if it is missing or damaged.

        It can be opened for the next minutes; ask again rather than keep it.
        """
        ...

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Forget the bytes, unless they were put since; False where nothing was removed."""
        ...

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of everything stored, or of what was put before a moment and not since."""
        ...

    def remove_leftovers(self, before: datetime) -> None:
        """Delete what writes that never ended left on this machine before a moment."""
        ...

    def check_writable(self) -> None:
        """Raise StoreFull or StoreUnavailable if nothing can be stored at present."""
        ...
