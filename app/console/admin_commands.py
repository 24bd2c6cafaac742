"""Commands of the operator: db upgrade, backup, restore, config check."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console.options import note

if TYPE_CHECKING:
    from app.db.database import Database
    from app.settings import Settings

Archive = Annotated[Path, typer.Argument(help="The archive's file.")]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    database = typer.Typer(help="The database's schema.", no_args_is_help=True)
    database.command()(upgrade)
    cli.add_typer(database, name="db")
    configuration = typer.Typer(help="The settings in force.", no_args_is_help=True)
    configuration.command()(check)
    configuration.command()(table)
    cli.add_typer(configuration, name="config")
    cli.command()(backup)
    cli.command()(restore)


def upgrade() -> None:
    """Bring the database to the schema of this release (a service does so when it starts)."""
    with _database() as (_, database):
        database.upgrade()
        typer.echo(f"{database.engine.url.render_as_string()}: the schema is up to date")


def backup(file: Archive) -> None:
    """Save all rows and the files they name in one archive; the service may go on meanwhile."""
    from importlib.metadata import version

    from app.services.operations.backup import backup as save
    from app.store.opening import open_store

    if file.exists():
        raise typer.BadParameter(f"{file} exists already; choose another name.")
    with _database() as (settings, database):
        made = save(database, open_store(settings), file, version("prudent-mmm"))
    typer.echo(f"{file}: {len(made.artefacts)} files, {file.stat().st_size} bytes")
    for key in made.lost:
        note(f"warning: the stored file {key} is missing or damaged and is not in the backup")
    if made.lost:
        raise typer.Exit(1)


def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Put an archive's rows and files back, into an empty database.

    The database may be of another kind than the one that was saved: so one moves from SQLite to
    Postgres. Operations that had not ended start again with the service.
    """
    from app.services.operations.backup import restore as put_back
    from app.store.opening import open_store

    with _database() as (settings, database):
        found = put_back(database, open_store(settings), file)
    typer.echo(f"restored {len(found.artefacts)} files and all rows as of {found.created_at}")


def check() -> None:
    """Print the settings in force, secrets hidden, and try out database, store and directories."""
    from app.configuration import check_installation, read_settings, resolved, unknown_variables

    settings = read_settings()
    for name, value in resolved(settings).items():
        typer.echo(f"{name}={value}")
    faults = unknown_variables()
    for result in check_installation(settings):
        typer.echo(f"{result.part}: {'ok' if result.problem is None else 'cannot be used'}")
        if result.problem is not None:
            faults.append(f"{result.part}: {result.problem}")
    for fault in faults:
        note(f"error: {fault}")
    if faults:
        raise typer.Exit(1)


def table() -> None:
    """Print every setting with its default and meaning, as docs/operations.md has them."""
    from app.configuration import settings_table

    typer.echo(settings_table(), nl=False)


@contextmanager
def _database() -> "Iterator[tuple[Settings, Database]]":
    from app.configuration import read_settings
    from app.db.database import open_database

    settings = read_settings()
    database = open_database(settings.resolved_database_url)
    try:
        yield settings, database
    finally:
        database.close()
