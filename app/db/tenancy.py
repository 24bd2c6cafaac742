"""Sessions of one tenant: what they read is the tenant's, what they add becomes the tenant's.

The filter is laid on every SELECT, UPDATE and DELETE of the ORM that touches a TenantOwned table,
so that a query cannot forget it, nor a table that is added later. A statement that must see all
tenants says so: ``execution_options(**ALL_TENANTS)``.
"""

from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.db.models import TenantOwned

TENANT = "tenant"
ALL_TENANTS: dict[str, Any] = {"prudent_all_tenants": True}


class ForeignTenant(Exception):
    """A row of one tenant was added to a session of another; open a session of its own tenant."""


class TenantSession(Session):
    """A session whose ``info`` names its tenant."""


@event.listens_for(TenantSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    if state.execution_options.keys() & ALL_TENANTS.keys():
        return
    tenant = state.session.info[TENANT]
    own = with_loader_criteria(
        TenantOwned, lambda table: table.tenant == tenant, include_aliases=True
    )
    state.statement = state.statement.options(own)


@event.listens_for(TenantSession, "before_flush")
def _own_what_is_new(session: Session, _context: Any, _instances: Any) -> None:
    tenant = session.info[TENANT]
    for row in session.new:
        if isinstance(row, TenantOwned):
            row.tenant = row.tenant or tenant
            if row.tenant != tenant:
                raise ForeignTenant(f"{row.id} belongs to {row.tenant!r}, not to {tenant!r}")


def take_turns(session: Session) -> None:
    """Let writers of one tenant pass one after the other, until their transaction ends.

    On SQLite they do so anyway; a session of no tenant has nobody to wait for.
    """
    if TENANT in session.info and session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtext(f"prudent:{session.info[TENANT]}"))
        session.execute(select(lock))
