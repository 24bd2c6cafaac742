"""Everything specific to Postgres: deadlines, and schema upgrades that take turns.

No call waits for ever, whether the server refuses, drops packets or is frozen:

    a new connection         CONNECT_SECONDS, or connect_timeout in the URL; then ``Outage``
    the test of a pooled one PING_SECONDS
    a statement, with locks  the server ends it after the statement limit; a server that is silent
                             for ANSWER_SECONDS more is away, and the connection is closed
    an open transaction      the server ends one that is idle for IDLE_IN_TRANSACTION_SECONDS, so
                             that a process frozen in the middle of it cannot block the others
"""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Connection, Engine, event

from app.runtime.outages import Outage

NAME = "postgresql"
CONNECT_SECONDS = 3
PING_SECONDS = 2.0
STATEMENT_SECONDS = 15.0
ANSWER_SECONDS = 2.0
IDLE_IN_TRANSACTION_SECONDS = 10
DEAD_PEER = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Connection parameters by which the system notices, within 25 s, that the other host is gone."""
UPGRADE_LOCK = 0x7072756465  # an arbitrary number that nothing else in the database locks
_POLL_SECONDS = 0.1


class _BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself if the server is silent for longer than ``limit`` seconds."""

    limit: float | None = PING_SECONDS

    def wait(
        self, gen: PQGen[RV], interval: float = _POLL_SECONDS, timeout: float | None = None
    ) -> RV:
        """Run the library's exchange with the server; raises OperationalError if it is away."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.limit)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            detail = f"the server has not answered for {self.limit:g} seconds"
            raise psycopg.OperationalError(detail) from error


def set_up(engine: Engine, statement_seconds: float) -> None:
    """Make every connection of ``engine`` behave as described above."""
    outage = Outage(psycopg.OperationalError, psycopg.OperationalError)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Any:
        with outage.watched():
            named = {"connect_timeout": CONNECT_SECONDS, **DEAD_PEER, **named}
            return _BoundedConnection.connect(*given, **named)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        idle = f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'"
        connection.execute(idle)
        connection.execute(f"SET statement_timeout = {round(1000 * statement_seconds)}")
        connection.commit()

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.limit = statement_seconds + ANSWER_SECONDS

    @event.listens_for(engine, "checkin")
    def _returned(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection.limit = PING_SECONDS


def lift_limits(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need (upgrades, copies)."""
    if connection.dialect.name == NAME:
        bounded: Any = connection.connection.dbapi_connection
        bounded.limit = None
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def take_turns(connection: Connection) -> None:
    """Wait until no other process upgrades the schema; the lock ends with the transaction."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
