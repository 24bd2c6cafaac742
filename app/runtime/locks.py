"""Exclusive file locks between the processes of one host.

A lock is released when its process ends, in whatever way; a process that is only suspended keeps
it. So whoever holds a lock knows that its former holders are dead.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import TextIO


class Lock:
    """An exclusive lock on a file, held until ``release`` or the end of the process."""

    def __init__(self, name: str, path: Path, file: TextIO) -> None:
        self.name = name
        self.path = path
        self._file = file

    def release(self) -> None:
        """Release the lock for other processes."""
        self._file.close()


class LockTaken(Exception):
    """Another process holds the lock; the message is its process id."""


def lock(directory: Path, name: str) -> Lock:
    """Lock the file ``name``.lock in a directory, created if missing; raises LockTaken."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory.absolute() / f"{name}.lock"
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise LockTaken(holder) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return Lock(name, path, file)


def lock_first_free(directory: Path, name: str) -> Lock:
    """Acquire the first of the locks ``name``-0, ``name``-1, ... that no process holds."""
    for number in count():
        try:
            return lock(directory, f"{name}-{number}")
        except LockTaken:
            continue
    raise AssertionError("unreachable: count() does not end")
