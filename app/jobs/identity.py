"""Who works on the jobs: one identity (host and slot) per process, held by a lock on a file.

The lock goes when the process does, however it ends; a process that is only frozen keeps it. So
whoever holds the lock of an identity knows that all who held it before are dead.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import TextIO

from app.errors import DataDirectoryInUse, IdentityInUse

SERVICE = "service"


class Lock:
    """An exclusive lock on a file, ours until ``release`` or the end of the process."""

    def __init__(self, name: str, path: Path, file: TextIO) -> None:
        self.name = name
        self.path = path
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        self._file.close()


class _Taken(Exception):
    """Another process holds the lock; the text says which."""


def claim_service(directory: Path) -> Lock:
    """The right to be the service on a data directory; raises DataDirectoryInUse."""
    try:
        return _lock(directory, SERVICE)
    except _Taken as error:
        raise DataDirectoryInUse(
            f"The data directory is in use by another service (process {error}). Stop that one, "
            "or set PRUDENT_DATA_DIR to another directory."
        ) from error


def claim_identity(directory: Path, host: str, slot: int | None = None) -> Lock:
    """The identity of a slot of this host, or of the first free one; raises IdentityInUse."""
    for number in count() if slot is None else [slot]:
        try:
            return _lock(directory, f"{host}-{number}")
        except _Taken as error:
            if slot is not None:
                raise identity_in_use(f"{host}-{slot}", f"process {error}") from error
    raise AssertionError("there is always a next slot")


def identity_in_use(identity: str, holder: str) -> IdentityInUse:
    """The refusal of an identity that another worker goes by."""
    return IdentityInUse(
        f"The worker identity {identity!r} is in use by {holder}. Two workers of one identity "
        "would take each other for dead: stop that one, choose another --slot, or leave --slot "
        "out to take the next free one."
    )


def _lock(directory: Path, name: str) -> Lock:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory.absolute() / f"{name}.lock"
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise _Taken(holder) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return Lock(name, path, file)
