"""What became of a model's second model, read from the rows.

``ready`` where its file is stored, ``pending`` while its operation has not ended, else ``skipped``.
"""

from typing import Literal

from sqlalchemy.orm import selectinload

from app.contract.documents import SecondModelDocument
from app.db.models import ModelRow, OperationRow
from app.db.operations import ACTIVE

HOW_IT_STANDS = selectinload(ModelRow.second_operation).load_only(
    OperationRow.status, OperationRow.error
)
"""Loads with a model's row what ``second_document`` needs of the operation, without its request."""


def second_document(row: ModelRow) -> SecondModelDocument | None:
    """The state of a row's second model; None for a model of a release without them."""
    if row.second is None:
        return None
    operation, reason = row.second_operation, row.second.get("reason")
    if row.second_key is not None:
        return _document(row, "ready", None)
    if operation is not None and operation.status in ACTIVE:
        return _document(row, "pending", None)
    return _document(row, "skipped", reason or _how_it_ended(operation))


def _document(
    row: ModelRow, status: Literal["pending", "ready", "skipped"], reason: str | None
) -> SecondModelDocument:
    return SecondModelDocument(
        status=status,
        structure=(row.second or {})["structure"],
        reason=reason,
        operation_id=row.second_operation_id,
    )


def _how_it_ended(operation: OperationRow | None) -> str:
    if operation is not None and operation.error:
        return f"its fit failed: {operation.error.get('detail') or operation.error['title']}"
    return "its fit was cancelled"
