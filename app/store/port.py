"""What the service asks of an artefact store; implementations differ in where the bytes lie."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class ArtefactStore(Protocol):
    """Immutable files named by the SHA-256 of their bytes (64 hexadecimal digits).

    A key is returned only after the bytes are safe; equal bytes have one key and one copy.
    """

    def put(self, content: bytes | Path) -> str:
        """Store bytes, or a file's bytes, and return their key."""
        ...

    def path(self, key: str) -> Path:
        """A local file with exactly these bytes; ArtefactError if it is missing or damaged."""
        ...

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens if they are not there."""
        ...

    def keys(self) -> Iterator[str]:
        """Keys of everything stored."""
        ...

    def check_writable(self) -> None:
        """Raise OSError if nothing can be stored at present."""
        ...
