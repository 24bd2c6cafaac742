"""Every call to Postgres has a deadline, however the server is away.

That a frozen server is noticed is in tests/app/operations/test_away.py.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy.exc import ProgrammingError

from app.db.database import Database, open_database
from app.db.failures import database_errors
from app.db.postgres import CONNECT_SECONDS, lift_limits
from app.errors import StoreReadOnly, StoreUnavailable
from app.jobs.dbos_engine import DbosQueues
from app.runtime.outages import SLOW_SECONDS
from tests.app.postgres import binaries, cluster

SLACK_SECONDS = 2.0


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds + SLACK_SECONDS


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose listener accepts and says nothing, like a host that drops packets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def ping(url: str) -> None:
    database = open_database(url)
    with closing(database), pytest.raises(StoreUnavailable):
        database.ping()


def test_a_host_that_never_answers_costs_one_caller_the_wait(silent_port) -> None:
    with closing(open_database(f"postgresql+psycopg://u@127.0.0.1:{silent_port}/x")) as database:
        with within(CONNECT_SECONDS), pytest.raises(StoreUnavailable, match="timeout"):
            database.ping()
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(StoreUnavailable, match="timeout"):
                database.ping()
        assert time.monotonic() - began < SLOW_SECONDS


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_refused_connection_and_an_unknown_name_fail_at_once(host) -> None:
    with within(1.0):
        ping(f"postgresql+psycopg://u@{host}/x")


@pytest.fixture
def hasty(new_database) -> Iterator[Database]:
    """A database whose statements may take half a second."""
    with closing(open_database(new_database("postgres"), statement_seconds=0.5)) as opened:
        yield opened


def run(database: Database, statement: str) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql(statement)


def test_a_statement_and_a_wait_for_a_lock_end_in_time(hasty) -> None:
    with within(0.5), pytest.raises(StoreUnavailable, match="statement timeout"):
        run(hasty, "SELECT pg_sleep(30)")
    with hasty.write() as session:
        session.connection().exec_driver_sql("SELECT pg_advisory_xact_lock(7)")
        with within(0.5), pytest.raises(StoreUnavailable, match="statement timeout"):
            run(hasty, "SELECT pg_advisory_xact_lock(7)")
    run(hasty, "SELECT pg_advisory_xact_lock(7)")


def test_upgrades_and_copies_take_as_long_as_they_need(hasty) -> None:
    with hasty.write() as session:
        connection = session.connection()
        lift_limits(connection)
        connection.exec_driver_sql("SELECT pg_sleep(0.8)")
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        run(hasty, "SELECT pg_sleep(30)")


def test_a_standby_that_takes_no_writes_is_read_only(new_database) -> None:
    """As a client meets a server after a failover."""
    url = new_database("postgres") + "&options=-cdefault_transaction_read_only%3Don"
    with closing(open_database(url)) as database:
        with database.read() as session:
            assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1
        with pytest.raises(StoreReadOnly, match="takes writes"):
            run(database, "CREATE TABLE more (x int)")


@pytest.mark.slow
def test_the_queues_say_that_the_database_is_away(tmp_path) -> None:
    """The library alone would wait until it is back."""
    where = binaries()
    if where is None:
        pytest.skip("no Postgres binaries (initdb, postgres) on this machine")
    with cluster(where) as server:
        queues = DbosQueues(server.fresh())
        queues.open()
        calls: list[Callable[[], object]] = [
            lambda: queues.status("none"),
            queues.unfinished,
            lambda: queues.cancel("none"),
            lambda: queues.purge(["none"]),
        ]
        server.stop()
        try:
            for call in calls:
                with within(1.0), pytest.raises(StoreUnavailable):
                    call()
        finally:
            server.restart()
        assert queues.status("none") is None
        queues.close()


def test_other_errors_stay_the_librarys(hasty) -> None:
    with pytest.raises(ProgrammingError), database_errors():
        run(hasty, "SELECT nonsense FROM nowhere")
