"""Datasets: parse uploaded tables, store their bytes unchanged, and profile them."""

from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import DatasetRow
from app.db.pages import RowPage, read_page
from app.db.row_locks import lock_for_change, lock_for_reference
from app.errors import NotFound, UnsupportedMediaType
from app.ids import new_id
from app.intake.tables import SentTable, issue_in_body, read_profile
from app.services.administration.quotas import check_bytes, store_if_allowed
from mmm.data.table_reader import CSV, JSON, PARQUET
from mmm.errors import DataError

MEDIA_TYPES = (CSV, PARQUET, JSON)


def create(context: Context, content: bytes, media_type: str, name: str | None) -> DatasetRow:
    """Store a table.

    Raises UnsupportedMediaType, DataError, InvalidRequest (table too large) or TooManyRequests (the
    tenant's limit of stored bytes).
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        given = kind or "no Content-Type"
        raise UnsupportedMediaType(f"Send one of {', '.join(MEDIA_TYPES)}, not {given}.")
    table = SentTable(content, kind, context.settings.table_limits)
    try:
        profile = context.intake.run(table.size, read_profile, table)
    except DataError as error:
        raise DataError(map(issue_in_body, error.issues)) from error
    key_if_allowed = store_if_allowed(
        context.database,
        lambda session: check_bytes(session, context.settings, len(content)),
        lambda: context.store.put(content),
    )
    with context.database.write() as session:
        row = DatasetRow(
            id=new_id("ds"),
            name=name,
            media_type=kind,
            artefact_key=key_if_allowed(session),
            bytes=len(content),
            profile=profile.model_dump(mode="json"),
        )
        session.add(row)
    return row


def find(context: Context, dataset_id: str) -> DatasetRow:
    """The dataset's row; raises NotFound."""
    with context.database.read() as session:
        row = session.get(DatasetRow, dataset_id)
    if row is None:
        raise NotFound("dataset", dataset_id)
    return row


def lock_against_deletion(session: Session, dataset_id: str) -> None:
    """Keep the dataset from being deleted before the transaction ends; raises NotFound."""
    if lock_for_reference(session, DatasetRow, dataset_id) is None:
        raise NotFound("dataset", dataset_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[DatasetRow]:
    """One page of datasets, newest first."""
    with context.database.read() as session:
        return read_page(session, DatasetRow, limit, page_token)


def remove(context: Context, dataset_id: str) -> None:
    """Delete the dataset; models fitted to it keep their own reference to the bytes."""
    with context.database.write() as session:
        row = lock_for_change(session, DatasetRow, dataset_id)
        if row is None:
            raise NotFound("dataset", dataset_id)
        session.delete(row)
