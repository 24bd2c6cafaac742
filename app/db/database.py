"""The database as two kinds of transaction: ``read()`` and ``write()``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session

from app.db import sqlite
from app.db.migrate import upgrade


class Database:
    """An engine and its two kinds of session; close it when the service ends."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{sqlite.WRITES: True})

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state; nothing it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session committed at the end, undone on error. Writers take turns on SQLite."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest revision."""
        with self._writer.begin() as connection:
            upgrade(connection)

    def ping(self) -> None:
        """Raise SQLAlchemy's error if the database does not answer."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Database of a SQLAlchemy URL; the directory of a SQLite file is made if it is missing."""
    parsed = make_url(url)
    engine = create_engine(
        parsed, pool_pre_ping=True, json_serializer=partial(json.dumps, allow_nan=False)
    )
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        sqlite.set_up(engine)
    return Database(engine)
