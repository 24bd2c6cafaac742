"""How a test of a model is queued: at the lowest priority, one at a time, counted in fits."""

from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import Document, ModelRow, OperationRow
from app.jobs.operations import Call
from app.services.administration.quotas import check_operations, require_no_other_test
from app.services.catalog import models


def queue_test(
    context: Context, kind: str, row: ModelRow, request: Document, fits: int, call: Call
) -> OperationRow:
    """Queue a test of ``row`` that counts as so many ``fits``.

    Raises TestRunning where the tenant has another one, and TooManyRequests.
    """

    def prepare(session: Session) -> str:
        models.lock_against_deletion(session, row.id)
        require_no_other_test(session)
        check_operations(session, context.settings, fits)
        return row.artefact_key

    lowest = Call(call.request_id, "low")
    return context.operations.submit(kind, request, lowest, prepare, fits=fits)
