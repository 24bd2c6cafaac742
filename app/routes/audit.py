"""The audit log of the tenant, for its admins."""

from app.contract.admin import AuditDocument
from app.contract.base import Page
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.guarded_route import requires_scope
from app.services.administration import audit

routes = router("audit")


@routes.get("/audit", responses=problems(422))
@requires_scope("admin")
def list_audit(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[AuditDocument]:
    """The audit log, newest first: every change, and every request that lacked a scope."""
    return Page[AuditDocument].model_validate(audit.page(context.database, limit, page_token))
