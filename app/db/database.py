"""The database, with two kinds of transaction: ``read()`` and ``write()``.

``of(tenant)`` is the same database restricted to one tenant's rows. Without a tenant, sessions see
all rows: for the service's own work, never to answer a request.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from app.db import postgres, sqlite
from app.db.failures import database_errors
from app.db.migrate import upgrade
from app.db.tenancy import TENANT, TenantSession
from app.startup_errors import InvalidSetting

POOL_SECONDS = 10.0
"""How long a session waits for a connection while all are in use."""


class Database:
    """A SQLAlchemy engine and its two kinds of session; close it when the service ends."""

    def __init__(self, engine: Engine, tenant: str | None = None) -> None:
        self.engine = engine
        self._tenant = tenant
        self._writer = engine.execution_options(**{sqlite.WRITES: True})

    def of(self, tenant: str) -> "Database":
        """The same database, with sessions of one tenant (``app.db.tenancy``)."""
        return Database(self.engine, tenant)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state; its changes are not committed."""
        with self._errors(), self._session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end and rolled back on error.

        On SQLite writers take turns. On a server they do not: read a row that is to be changed
        with ``with_for_update``, or make the change one UPDATE with its condition.
        """
        with self._errors(), self._session(self._writer) as session, session.begin():
            yield session

    def _errors(self) -> AbstractContextManager[None]:
        return database_errors(directory_of(self.engine))

    def _session(self, engine: Engine) -> Session:
        if self._tenant is None:
            return Session(engine, expire_on_commit=False)
        return TenantSession(engine, expire_on_commit=False, info={TENANT: self._tenant})

    def upgrade(self) -> None:
        """Upgrade the schema to the newest revision."""
        with self._writer.begin() as connection:
            if connection.dialect.name == postgres.NAME:
                postgres.lift_limits(connection)
                postgres.take_turns(connection)
            upgrade(connection)

    def ping(self) -> None:
        """Raise StoreUnavailable if the database does not answer."""
        with self._errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def directory_of(engine: Engine) -> Path | None:
    """The directory of a SQLite file; None for a server."""
    if engine.dialect.name == postgres.NAME:
        return None
    return Path(engine.url.database or "").parent


def open_database(url: str, statement_seconds: float = postgres.STATEMENT_SECONDS) -> Database:
    """Open the database of a SQLAlchemy URL; a SQLite file's directory is created if missing.

    On a server a statement may take ``statement_seconds``, waits for locks included. Raises
    InvalidSetting for a URL that is neither SQLite nor Postgres.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            pool_timeout=POOL_SECONDS,
            json_serializer=partial(json.dumps, allow_nan=False),
        )
    except (ArgumentError, ImportError) as error:
        raise InvalidSetting(
            f"PRUDENT_DATABASE_URL is not the URL of a supported database ({error}). Write "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:///FILE."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        directory = directory_of(engine) or Path()
        directory.mkdir(parents=True, exist_ok=True)
        sqlite.set_up(engine)
    elif parsed.get_backend_name() == postgres.NAME:
        postgres.set_up(engine, statement_seconds)
    return Database(engine)
