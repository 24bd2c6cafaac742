"""Sessions of one tenant: they read only the tenant's rows, and new rows get the tenant.

The filter is applied to every ORM SELECT, UPDATE and DELETE on a TenantOwned table, so no query,
and no table added later, can omit it. A statement that must see all tenants says so:
``execution_options(**ALL_TENANTS)``.
"""

from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from app.db.models import TenantOwned

TENANT = "tenant"
ALL_TENANTS: dict[str, Any] = {"prudent_all_tenants": True}


class ForeignTenant(Exception):
    """A row of one tenant was added to another tenant's session; open a session of its tenant."""


class TenantSession(Session):
    """A session whose ``info`` names its tenant."""


@event.listens_for(TenantSession, "do_orm_execute")
def _filter_by_tenant(state: ORMExecuteState) -> None:
    if state.execution_options.keys() & ALL_TENANTS.keys():
        return
    tenant = state.session.info[TENANT]
    of_tenant = with_loader_criteria(
        TenantOwned, lambda table: table.tenant == tenant, include_aliases=True
    )
    state.statement = state.statement.options(of_tenant)


@event.listens_for(TenantSession, "before_flush")
def _set_tenant(session: Session, _context: Any, _instances: Any) -> None:
    tenant = session.info[TENANT]
    for row in session.new:
        if isinstance(row, TenantOwned):
            row.tenant = row.tenant or tenant
            if row.tenant != tenant:
                raise ForeignTenant(f"{row.id} belongs to {row.tenant!r}, not to {tenant!r}")


def take_turns(session: Session) -> None:
    """Serialize the writers of one tenant until their transaction ends.

    On SQLite writers take turns anyway; a session without a tenant waits for nobody.
    """
    if TENANT in session.info and session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtext(f"prudent:{session.info[TENANT]}"))
        session.execute(select(lock))
