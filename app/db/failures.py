"""Translates database outages into the service's own errors.

Only outages, full disks and read-only databases are translated: a wrong statement or a conflict
between transactions stays the library's error.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import StoreError, StoreFull, StoreReadOnly, StoreUnavailable

_OUTAGES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_PRIMARY = 0xFF
_DISK_FULL = "53100"
_READ_ONLY = "25006"
_IDLE_IN_TRANSACTION = "25P03"
_OUTAGE_CLASSES = ("08", "53", "57", "58")
"""SQLSTATE classes: connection, resources, operator intervention, system error."""


@contextmanager
def database_errors(directory: Path | None = None) -> Iterator[None]:
    """Raise a StoreError for failures that no statement caused; ``directory``: that of a file."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error, directory) or error from error
    except PoolTimeout as error:
        raise _unavailable("all its connections are in use") from error


def _translated(error: DBAPIError, directory: Path | None) -> StoreError | None:
    cause = error.orig
    full = read_only = False
    outage = error.connection_invalidated
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & _PRIMARY
        full, outage = code == sqlite3.SQLITE_FULL, outage or code in _OUTAGES
        read_only = code == sqlite3.SQLITE_READONLY or (
            code == sqlite3.SQLITE_IOERR and directory is not None and _is_read_only(directory)
        )
    elif isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        full, read_only = state == _DISK_FULL, state == _READ_ONLY
        outage = outage or _is_outage(cause, state)
    if full:
        return StoreFull("The database's disk is full; nothing was saved. Free or add space.")
    if read_only:
        return StoreReadOnly(
            "The database can only be read; nothing was saved. Check that its disk is mounted for "
            "writing, or that the server at PRUDENT_DATABASE_URL is the one that takes writes."
        )
    return _unavailable(str(cause).strip()) if outage else None


def _is_read_only(directory: Path) -> bool:
    """Whether files cannot be made there; of a disk that turned read-only, SQLite tells no more
    than that it cannot write."""
    try:
        TemporaryFile(dir=directory).close()
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def _is_outage(cause: psycopg.Error, state: str | None) -> bool:
    if state is None:
        return isinstance(cause, psycopg.OperationalError)
    return state == _IDLE_IN_TRANSACTION or state.startswith(_OUTAGE_CLASSES)


def _unavailable(reason: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The database cannot be used: {reason}. Check that it is running, writable and reachable "
        "at PRUDENT_DATABASE_URL, then try again."
    )
