"""Everything specific to SQLite: WAL, foreign keys, waiting for locks, and writers in turn.

pysqlite opens transactions late and only for some statements. Here it opens none and the ``begin``
event does: BEGIN for readers, BEGIN IMMEDIATE for writers, so that a writer waits for its turn at
the start and never fails half-way because it cannot upgrade its lock.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_MS = 30_000
WRITES = "prudent_writes"
_SUBSECONDS_SINCE = (3, 42)

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def set_up(engine: Engine) -> None:
    """Make every connection of ``engine`` behave as described above."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _run_pragmas(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def set_up_for_library(engine: Engine) -> None:
    """The same for a library that opens its transactions itself, by pysqlite's own rules.

    The library reads the clock as ``unixepoch('subsec')``, which returns NULL in SQLite before
    3.42 (still shipped by stable distributions); there, this module provides the function.
    """

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        _run_pragmas(connection)
        if sqlite3.sqlite_version_info < _SUBSECONDS_SINCE:
            connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(modifier: str) -> float | None:
    return time.time() if modifier == "subsec" else None


def _run_pragmas(connection: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()
