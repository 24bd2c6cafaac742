"""Administration commands: db upgrade, backup, restore, config check, config table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console.options import note

if TYPE_CHECKING:
    from app.db.database import Database
    from app.settings import Settings

Archive = Annotated[Path, typer.Argument(help="Archive file to write.")]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    database = typer.Typer(help="The database schema.", no_args_is_help=True)
    database.command()(upgrade)
    cli.add_typer(database, name="db")
    configuration = typer.Typer(help="The settings in force.", no_args_is_help=True)
    configuration.command()(check)
    configuration.command()(table)
    cli.add_typer(configuration, name="config")
    cli.command()(backup)
    cli.command()(restore)


def upgrade() -> None:
    """Upgrade the database schema to this release (a service does so when it starts)."""
    with _database() as (_, database):
        database.upgrade()
        typer.echo(f"{database.engine.url.render_as_string()}: the schema is up to date")


def backup(file: Archive) -> None:
    """Save all rows and the files they reference in one archive; the service may keep running."""
    from app.services.administration.backup import backup as save
    from app.store.opening import open_store
    from mmm.release import release

    if file.exists():
        raise typer.BadParameter(f"{file} already exists; choose another name.")
    with _database() as (settings, database):
        manifest = save(database, open_store(settings), file, release())
    typer.echo(f"{file}: {len(manifest.artefacts)} files, {file.stat().st_size} bytes")
    for key in manifest.lost:
        note(f"warning: the stored file {key} is missing or damaged and is not in the backup")
    if manifest.lost:
        raise typer.Exit(1)


def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Restore an archive's rows and files into an empty database.

    The database may be of another kind than the one that was saved, for example to move from
    SQLite to Postgres. Operations that had not ended start again with the service.
    """
    from app.services.administration.backup import restore as restore_archive
    from app.store.opening import open_store

    with _database() as (settings, database):
        manifest = restore_archive(database, open_store(settings), file)
    typer.echo(f"restored {len(manifest.artefacts)} files and all rows as of {manifest.created_at}")


def check() -> None:
    """Print the settings in force, secrets hidden, and check database, store and directories."""
    from app.configuration import check_installation, read_settings, resolved, unknown_variables

    settings = read_settings()
    for name, value in resolved(settings).items():
        typer.echo(f"{name}={value}")
    problems = unknown_variables()
    for result in check_installation(settings):
        typer.echo(f"{result.part}: {'ok' if result.problem is None else 'cannot be used'}")
        if result.problem is not None:
            problems.append(f"{result.part}: {result.problem}")
    for problem in problems:
        note(f"error: {problem}")
    if problems:
        raise typer.Exit(1)


def table() -> None:
    """Print every setting with its default and meaning, as in docs/operations.md."""
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
