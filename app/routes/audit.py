"""The audit log of the tenant, for its admins."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from app.db.models import AuditRow
from app.db.pages import Page
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.guarded_route import needs
from app.services.operations import audit

routes = router("audit")


class AuditDocument(BaseModel):
    """One entry."""

    id: str
    at: datetime
    subject: str = Field(description="A key's id, oidc:… for a token, console:… for a command.")
    action: str = Field(description="The call: its operationId.")
    resource: str = Field(description="What it was about, or what it made.")
    outcome: int | None = Field(
        description="HTTP status of the answer. Null while the call is carried out, and for good "
        "where the process died on the way: what it changed by then may stand."
    )
    request_id: str | None

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """From its row."""
        return cls.model_validate(row, from_attributes=True)


class AuditList(BaseModel):
    """A page of entries, newest first."""

    items: list[AuditDocument]
    next_page_token: str | None

    @classmethod
    def of(cls, page: Page[AuditRow]) -> Self:
        """From a page of rows."""
        items = [AuditDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


@routes.get("/audit", responses=problems(422))
@needs("admin")
def list_audit(context: ContextOf, limit: Limit = 50, page_token: PageToken = None) -> AuditList:
    """Who did what, newest first: every change, and every request that lacked a scope."""
    return AuditList.of(audit.page(context.database, limit, page_token))
