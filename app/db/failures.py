"""Translates database outages into the service's own errors.

Only outages and full disks are translated: a wrong statement or a conflict between transactions
stays the library's error.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import OperationalError

from app.errors import StoreError, StoreFull, StoreUnavailable

_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_PRIMARY = 0xFF
_DISK_FULL = "53100"
_OUTAGE_CLASSES = ("08", "53", "57", "58")
"""SQLSTATE classes: connection, resources, operator intervention, system error."""


@contextmanager
def database_errors() -> Iterator[None]:
    """Raise StoreFull or StoreUnavailable for failures that no statement caused."""
    try:
        yield
    except OperationalError as error:
        raise _translated(error) or error from error


def _translated(error: OperationalError) -> StoreError | None:
    cause = error.orig
    full = outage = False
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & _PRIMARY
        full, outage = code == sqlite3.SQLITE_FULL, code in _OUTAGES
    elif isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        full = state == _DISK_FULL
        outage = state is None or state.startswith(_OUTAGE_CLASSES)
    if full:
        return StoreFull("The database's disk is full; nothing was saved. Free or add space.")
    if outage:
        return StoreUnavailable(
            f"The database cannot be used: {str(cause).strip()}. Check that it is running, "
            "writable and reachable at PRUDENT_DATABASE_URL, then try again."
        )
    return None
