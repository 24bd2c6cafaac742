"""Copies all rows of one database into another, between SQLite and Postgres in any direction.

The source is read in one transaction, so the copy is one consistent state; the target, which must
be empty, is written in one transaction. Both have the newest schema.
"""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, make_url, select

from app.db.database import Database, open_database
from app.db.models import Base
from app.db.postgres import lift_limits
from app.startup_errors import RestoreRefused

BATCH_ROWS = 500


def snapshot(database: Database, path: Path) -> None:
    """Copy the database into a new SQLite file; writers may continue meanwhile."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        _online_backup(Path(url.database or ""), path)
        return
    target = open_database(f"sqlite:///{path}")
    try:
        target.upgrade()
        copy_rows(database, target)
        with target.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        target.close()


def copy_rows(source: Database, target: Database) -> None:
    """Copy every table; raises RestoreRefused if the target already has rows."""
    with source.engine.connect() as read, target.write() as session:
        if read.dialect.name != "sqlite":  # there, a transaction sees one state anyway
            read = read.execution_options(isolation_level="REPEATABLE READ")
        write = session.connection()
        for connection in (read, write):
            lift_limits(connection)
        for table in Base.metadata.sorted_tables:
            if write.execute(select(func.count()).select_from(table)).scalar_one():
                raise RestoreRefused(
                    f"The database {make_url(str(target.engine.url))!r} already has rows "
                    f"(table {table.name}). Restore into an empty one: set PRUDENT_DATA_DIR to an "
                    "empty directory, or PRUDENT_DATABASE_URL to an empty database."
                )
            _copy_table(table, read, write)


def _copy_table(table: Table, read: Connection, write: Connection) -> None:
    result = read.execution_options(yield_per=BATCH_ROWS).execute(select(table))
    for rows in result.mappings().partitions():
        write.execute(insert(table), [dict(row) for row in rows])
    counter = table.autoincrement_column
    if counter is not None and write.dialect.name == "postgresql":
        next_value = select(func.coalesce(func.max(counter), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, counter.name)
        write.execute(select(func.setval(sequence, next_value, False)))


def _online_backup(source: Path, target: Path) -> None:
    reader, writer = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode = DELETE")
    finally:
        reader.close()
        writer.close()
