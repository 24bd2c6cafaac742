"""Links to shared plans: made, listed, opened, revoked.

A share keeps the plan as it was told when it was made; nothing that happens later to scenario or
model changes what the link shows, but deleting the scenario or revoking the share ends it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from app.access.server_secret import server_secret
from app.access.share_links import Share, is_link_to, path_of, share_id_of
from app.context import Context
from app.contract.sharing.shares import ShareBody, ShareDocument
from app.contract.sharing.told_plan import ToldPlan
from app.db.models import ScenarioRow, ShareRow, now
from app.db.row_locks import lock_for_change, lock_for_reference
from app.db.tenancy import take_turns
from app.errors import InvalidRequest, NotFound, StoreFull, StoreReadOnly, TooManyRequests
from app.ids import is_id, new_id
from app.services.administration.audit import AuditEntry, add
from app.services.projects.told_plan import told_plan
from mmm.errors import Issue
from optimizer.watch import UNWATCHED, Watch

log = logging.getLogger(__name__)

RETRY_SECONDS = 3600.0
OPENED = "open_share"


@dataclass(frozen=True)
class OpenedShare:
    """What a link shows: the plan, and until when the link works."""

    plan: ToldPlan
    expires_at: datetime


def create(
    context: Context, scenario: ScenarioRow, body: ShareBody, caller: Watch = UNWATCHED
) -> ShareDocument:
    """Share the plan of a scenario as it is told now.

    Raises InvalidRequest for too long a time, TooManyRequests where the tenant shares too much, and
    the errors of ``told_plan``.
    """
    most = context.settings.share_days
    if body.days > most:
        detail = f"{body.days} days are too long: a link works for {most} at most (share_days)"
        raise InvalidRequest([Issue("/days", "too_long", detail)])
    secret = server_secret(context.settings)
    plan = told_plan(context, scenario, caller)
    row = ShareRow(
        id=new_id("shr"),
        tenant=context.caller.tenant,
        scenario_id=scenario.id,
        plan=plan.model_dump(mode="json"),
        created_by=context.caller.subject,
        expires_at=now() + timedelta(days=body.days),
    )
    with context.database.write() as session:
        take_turns(session)
        if lock_for_reference(session, ScenarioRow, scenario.id) is None:
            raise NotFound("scenario", scenario.id)
        session.execute(delete(ShareRow).where(ShareRow.expires_at <= now()))
        count = session.scalar(select(func.count()).select_from(ShareRow)) or 0
        if count >= context.settings.tenant_shares:
            raise TooManyRequests(
                f"{count} links to plans are shared; the limit per tenant is "
                f"{context.settings.tenant_shares}. Revoke one that is no longer needed.",
                RETRY_SECONDS,
            )
        session.add(row)
    return _document(row, secret)


def of_scenario(context: Context, scenario: ScenarioRow) -> list[ShareDocument]:
    """The scenario's links that work, newest first."""
    secret = server_secret(context.settings)
    query = select(ShareRow).where(ShareRow.scenario_id == scenario.id, ShareRow.expires_at > now())
    with context.database.read() as session:
        rows: Sequence[ShareRow] = session.scalars(query.order_by(ShareRow.id.desc())).all()
    return [_document(row, secret) for row in rows]


def find(context: Context, scenario: ScenarioRow, share_id: str) -> ShareDocument:
    """One link of the scenario; raises NotFound."""
    for share in of_scenario(context, scenario):
        if share.id == share_id:
            return share
    raise NotFound("share", share_id)


def revoke(context: Context, scenario: ScenarioRow, share_id: str) -> None:
    """End a link, with effect from the next opening; raises NotFound."""
    with context.database.write() as session:
        row = lock_for_change(session, ShareRow, share_id)
        if row is None or row.scenario_id != scenario.id:
            raise NotFound("share", share_id)
        session.delete(row)


def opened(service: Context, token: str, request_id: str | None) -> OpenedShare:
    """What the link of ``token`` shows; ``service`` sees all tenants.

    Raises NotFound, the same for a link that has ended, was revoked, or never was one.
    """
    row = _row_of(service, share_id_of(token))
    if row is None or not is_link_to(token, _bound(row), server_secret(service.settings)):
        raise NotFound("shared plan", "of this link")
    if row.opened_at is None:
        _record_first(service, row, request_id)
    return OpenedShare(ToldPlan.model_validate(row.plan), row.expires_at)


def _row_of(service: Context, share_id: str) -> ShareRow | None:
    """The share of an id that anybody may have made up, if it has not ended."""
    if not is_id(share_id):
        return None
    with service.database.read() as session:
        row = session.get(ShareRow, share_id)
    return row if row is not None and row.expires_at > now() else None


def _record_first(service: Context, row: ShareRow, request_id: str | None) -> None:
    """Write to the audit log that the link was opened for the first time.

    Where the database takes no writes, the page is shown without it.
    """
    resource = f"/v1/scenarios/{row.scenario_id}/shares/{row.id}"
    first = (
        update(ShareRow)
        .where(ShareRow.id == row.id, ShareRow.opened_at.is_(None))
        .values(opened_at=now())
        .returning(ShareRow.id)
        .execution_options(synchronize_session=False)
    )
    try:
        with service.database.of(row.tenant).write() as session:
            if session.scalar(first) is not None:
                add(session, AuditEntry(f"link:{row.id}", OPENED, resource, 200, request_id))
    except (StoreFull, StoreReadOnly) as error:
        log.warning("the first opening of a link could not be recorded: %s", error)


def _bound(row: ShareRow) -> Share:
    return Share(row.id, row.tenant, row.scenario_id, row.expires_at)


def _document(row: ShareRow, secret: bytes) -> ShareDocument:
    names = ShareDocument.model_fields.keys() - {"path"}
    values = {name: getattr(row, name) for name in names}
    return ShareDocument(**values, path=path_of(_bound(row), secret))
