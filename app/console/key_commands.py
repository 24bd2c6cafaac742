"""``prudent keys``: manages API keys on the service's machine, for example to create the first."""

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
    from app.services.administration.audit import AuditedAction
    from app.settings import Settings

PAGE = 200

Tenant = Annotated[str, typer.Option(help="Tenant that the key belongs to.")]
DataDir = Annotated[
    Path | None, typer.Option(help="The service's data directory; default: PRUDENT_DATA_DIR.")
]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="API keys of the service.", no_args_is_help=True)
    group.command()(create)
    group.command(name="list")(list_keys)
    group.command()(revoke)
    cli.add_typer(group, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        str, typer.Option(help="read, write (includes read) or admin (includes both).")
    ] = "write",
    tenant: Tenant = DEFAULT_TENANT,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Create a key and print it on standard output; it cannot be shown again."""
    from app.access.server_secret import server_secret
    from app.contract.caller import SCOPES
    from app.services.administration import keys

    scopes = [known for known in SCOPES if known == scope]
    if not scopes or not 1 <= len(name) <= 200:
        raise typer.BadParameter(
            f"--scope must be one of {', '.join(SCOPES)}, and the name 1 to 200 characters"
        )
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    submission = keys.KeySubmission(name, tuple(scopes), expires_at)
    with (
        _tenant(tenant, data_dir) as (settings, database),
        _audited(database, "create_key", "/v1/keys") as action,
    ):
        keys.require_used(settings)
        row, key = keys.create(database, server_secret(settings), submission, _console_user())
        action.outcome, action.resource = 201, f"/v1/keys/{row.id}"
    expiry = f"expires on {expires_at:%Y-%m-%d}" if expires_at else "does not expire"
    note(
        f"{row.id}: tenant {tenant!r}, scopes {', '.join(row.scopes)}; {expiry}. "
        "The key is shown only once:"
    )
    typer.echo(key)


def list_keys(tenant: Tenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """List the keys of a tenant, newest first."""
    from rich.table import Column, Table

    from app.display.figures import console
    from app.services.administration import keys

    table = Table(
        Column("id", no_wrap=True),
        "name",
        "begins with",
        "scope",
        "created",
        "expires",
        "revoked",
        "last used",
    )
    with _tenant(tenant, data_dir) as (_, database):
        token: str | None = None
        while True:
            page = keys.page(database, PAGE, token)
            for row in page.items:
                times = (row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
                days = (f"{time:%Y-%m-%d}" if time else "" for time in times)
                table.add_row(row.id, row.name, row.hint, row.scopes[-1], *days)
            token = page.next_page_token
            if token is None:
                break
    console().print(table)


def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, as `list` shows it.")],
    tenant: Tenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
) -> None:
    """Revoke a key, so that it is no longer accepted."""
    from app.services.administration import keys

    with (
        _tenant(tenant, data_dir) as (_, database),
        _audited(database, "revoke_key", f"/v1/keys/{key_id}") as action,
    ):
        row = keys.revoke(database, key_id)
        action.outcome = 204
    note(f"{row.id} ({row.name}) is revoked.")


@contextmanager
def _tenant(tenant: str, data_dir: Path | None) -> Iterator[tuple["Settings", "Database"]]:
    """The settings, and the tenant's database upgraded to the newest schema."""
    from app.configuration import read_settings
    from app.contract.caller import is_tenant
    from app.db.database import open_database

    if not is_tenant(tenant):
        raise typer.BadParameter("--tenant must be 1 to 100 letters, digits and . _ -")
    given: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
    settings = read_settings(**given)
    database = open_database(settings.resolved_database_url)
    try:
        database.upgrade()
        yield settings, database.of(tenant)
    finally:
        database.close()


def _audited(
    database: "Database", action: str, resource: str
) -> AbstractContextManager["AuditedAction"]:
    """Write a change to the audit log, like the same call of the API."""
    from app.problems import rule_of
    from app.services.administration.audit import AuditEntry, attempt

    entry = AuditEntry(_console_user(), action, resource, None, None)
    return attempt(database, entry, lambda error: rule_of(error).status)


def _console_user() -> str:
    return f"console:{getpass.getuser()}"
