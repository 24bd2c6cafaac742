"""Everything specific to Postgres: idle transactions time out, and schema upgrades take turns.

A process that is frozen in the middle of a transaction keeps its row locks. The server ends such a
session after a while, so that one stuck machine cannot block the others.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event

NAME = "postgresql"
IDLE_IN_TRANSACTION_SECONDS = 10
UPGRADE_LOCK = 0x7072756465  # an arbitrary number that nothing else in the database locks


def set_up(engine: Engine) -> None:
    """Make every connection of ``engine`` behave as described above."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        limit = f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'"
        connection.execute(limit)
        connection.commit()


def take_turns(connection: Connection) -> None:
    """Wait until no other process upgrades the schema; the lock ends with the transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
