"""All rows of one database into another, whichever kinds the two are.

The source is read in one transaction, so that the copy is one consistent state; the target, which
must be empty, is written in one. Both have the newest schema.
"""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, make_url, select

from app.db.database import Database, open_database
from app.db.models import Base
from app.errors import RestoreRefused

ROWS = 500


def snapshot(database: Database, path: Path) -> None:
    """The database as it is now, as a SQLite file; writers go on meanwhile."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        _online_backup(Path(url.database or ""), path)
        return
    copied = open_database(f"sqlite:///{path}")
    try:
        copied.upgrade()
        copy_rows(database, copied)
        with copied.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copied.close()


def copy_rows(source: Database, target: Database) -> None:
    """Copy every table; raises RestoreRefused where the target holds rows already."""
    with source.engine.connect() as read, target.write() as session:
        if read.dialect.name != "sqlite":  # there, a transaction sees one state anyway
            read = read.execution_options(isolation_level="REPEATABLE READ")
        write = session.connection()
        for table in Base.metadata.sorted_tables:
            if write.execute(select(func.count()).select_from(table)).scalar_one():
                raise RestoreRefused(
                    f"The database {make_url(str(target.engine.url))!r} holds rows already "
                    f"(table {table.name}). Restore into a new one: set PRUDENT_DATA_DIR or "
                    "PRUDENT_DATABASE_URL to an empty place."
                )
            _copy(table, read, write)


def _copy(table: Table, read: Connection, write: Connection) -> None:
    found = read.execution_options(yield_per=ROWS).execute(select(table))
    for rows in found.mappings().partitions():
        write.execute(insert(table), [dict(row) for row in rows])
    counter = table.autoincrement_column
    if counter is not None and write.dialect.name == "postgresql":
        highest = select(func.coalesce(func.max(counter), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, counter.name)
        write.execute(select(func.setval(sequence, highest, False)))


def _online_backup(source: Path, target: Path) -> None:
    reader, writer = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode = DELETE")
    finally:
        reader.close()
        writer.close()
