"""A reserve of disk space, so that deleting works on a full disk.

Before something is deleted, the audit log and the database have to be written, for which a full
disk has no room. The reserve is a file that takes up that room beforehand; it is deleted when space
is needed for making space, and filled again once there is enough. It should hold more than the logs
of the two SQLite databases grow to before they are used again, 4 MiB each.
"""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

_CHUNK = 1 << 20


class Reserve:
    """A file of ``size`` bytes; with a size of 0 there is none."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def release_if_tight(self) -> None:
        """Delete the file if less space than its size is left."""
        if self._path.exists() and self._free() < self._size:
            self._path.unlink(missing_ok=True)
            log.warning("the disk is full; the reserve is used to delete something")

    def fill(self) -> bool:
        """Whether the reserve is there; it is written now if the disk has room for it twice."""
        if not self._size or self._path.exists():
            return True
        if self._free() < 2 * self._size:
            return False
        partial = self._path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                for _ in range(0, self._size, _CHUNK):  # random: not compressed away
                    file.write(os.urandom(min(_CHUNK, self._size)))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self._path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            log.warning("there is no reserve of disk space: %s", error)
            return False
        return True

    def _free(self) -> int:
        """Bytes that this user may still write."""
        found = os.statvfs(self._path.parent)
        return found.f_bavail * found.f_frsize
