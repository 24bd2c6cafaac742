"""``prudent keys``: API keys made on the machine of the service, such as the first one."""

import getpass
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console.options import note
from app.contract.caller import DEFAULT_TENANT

if TYPE_CHECKING:
    from app.db.database import Database
    from app.services.operations.audit import Attempt
    from app.settings import Settings

PAGE = 200

Tenant = Annotated[str, typer.Option(help="Whose things the key opens.")]
DataDir = Annotated[Path | None, typer.Option(help="As of prudent serve: PRUDENT_DATA_DIR.")]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="API keys of the service.", no_args_is_help=True)
    group.command()(create)
    group.command(name="list")(list_keys)
    group.command()(revoke)
    cli.add_typer(group, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[str, typer.Option(help="read, write (reads too) or admin (all).")] = "write",
    tenant: Tenant = DEFAULT_TENANT,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it: once, on standard output, alone."""
    from app.access.server_secret import server_secret
    from app.contract.caller import SCOPES
    from app.services.operations import keys

    found = [known for known in SCOPES if known == scope]
    if not found or not 1 <= len(name) <= 200:
        raise typer.BadParameter(
            f"--scope is one of {', '.join(SCOPES)}; a name has 1 to 200 letters"
        )
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    order = keys.KeyOrder(name, tuple(found), expires_at)
    with (
        _tenant(tenant, data_dir) as (settings, database),
        _told(database, "create_key", "/v1/keys") as made,
    ):
        keys.require_used(settings)
        row, key = keys.create(database, server_secret(settings), order, _who())
        made.outcome, made.resource = 201, f"/v1/keys/{row.id}"
    until = f"until {expires_at:%Y-%m-%d}" if expires_at else "without an end"
    note(f"{row.id} opens tenant {tenant!r} to {', '.join(row.scopes)}, {until}. It is shown once:")
    typer.echo(key)


def list_keys(tenant: Tenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """List the keys of a tenant, newest first."""
    from rich.table import Column, Table

    from app.display.figures import console
    from app.services.operations import keys

    table = Table(
        Column("id", no_wrap=True),
        "name",
        "begins",
        "scope",
        "made",
        "expires",
        "revoked",
        "last used",
    )
    with _tenant(tenant, data_dir) as (_, database):
        token: str | None = None
        while True:
            page = keys.page(database, PAGE, token)
            for row in page.items:
                moments = (row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
                days = (f"{moment:%Y-%m-%d}" if moment else "" for moment in moments)
                table.add_row(row.id, row.name, row.hint, row.scopes[-1], *days)
            token = page.next_page_token
            if token is None:
                break
    console().print(table)


def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    tenant: Tenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
) -> None:
    """Revoke a key: from now on it opens nothing."""
    from app.services.operations import keys

    with (
        _tenant(tenant, data_dir) as (_, database),
        _told(database, "revoke_key", f"/v1/keys/{key_id}") as made,
    ):
        row = keys.revoke(database, key_id)
        made.outcome = 204
    note(f"{row.id} ({row.name}) is revoked.")


@contextmanager
def _tenant(tenant: str, data_dir: Path | None) -> Iterator[tuple["Settings", "Database"]]:
    """Settings, and the tenant's database with the newest schema."""
    from app.configuration import read_settings
    from app.contract.caller import TENANT_PATTERN
    from app.db.database import open_database

    if not TENANT_PATTERN.match(tenant):
        raise typer.BadParameter("--tenant: letters, digits, and . _ - within, 100 at most")
    given: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
    settings = read_settings(**given)
    database = open_database(settings.resolved_database_url)
    try:
        database.upgrade()
        yield settings, database.of(tenant)
    finally:
        database.close()


def _told(database: "Database", action: str, resource: str) -> AbstractContextManager["Attempt"]:
    """Around a change: the audit log tells what it would tell of the same call of the API."""
    from app.problems import rule_of
    from app.services.operations.audit import Entry, attempt

    entry = Entry(_who(), action, resource, None, None)
    return attempt(database, entry, lambda error: rule_of(error).status)


def _who() -> str:
    return f"console:{getpass.getuser()}"
