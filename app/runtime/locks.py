"""Exclusive locks on files, between the processes of one host.

A lock goes when its process does, however that ends; a process that is only frozen keeps it. So
whoever holds a lock knows that all who held it before are dead.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import TextIO


class Lock:
    """An exclusive lock on a file, ours until ``release`` or the end of the process."""

    def __init__(self, name: str, path: Path, file: TextIO) -> None:
        self.name = name
        self.path = path
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        self._file.close()


class Taken(Exception):
    """Another process holds the lock; the text says which."""


def lock(directory: Path, name: str) -> Lock:
    """The lock ``name``.lock in a directory, made where missing; raises Taken."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory.absolute() / f"{name}.lock"
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise Taken(holder) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return Lock(name, path, file)


def lock_first_free(directory: Path, name: str) -> Lock:
    """The first of the locks ``name``-0, ``name``-1, ... that nobody holds."""
    for number in count():
        try:
            return lock(directory, f"{name}-{number}")
        except Taken:
            continue
    raise AssertionError("there is always a next one")
