"""Datasets: parse uploaded tables, store their bytes unchanged, and profile them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.context import Context
from app.db.found import find_row, row_to_change
from app.db.models import DatasetRow
from app.db.pages import RowPage, read_page
from app.db.row_locks import lock_for_reference
from app.errors import NotFound, UnsupportedMediaType
from app.ids import new_id
from app.intake.tables import SentTable, issue_in_body, read_draft, read_profile
from app.services.administration.quotas import check_bytes, store_if_allowed
from mmm.draft import Draft
from mmm.errors import DataError
from mmm.tables.formats import MEDIA_TYPES, File, bare, joined_files
from mmm.tables.read import UNDECIDED
from mmm.tables.recipe import Recipe


@dataclass(frozen=True)
class Upload:
    """A table as it was sent: its bytes, its media type, a name, the words by which it is read, and
    a second file that is joined to it by date."""

    content: bytes
    media_type: str
    name: str | None = None
    read: Recipe = UNDECIDED
    beside: File | None = None


def create(context: Context, upload: Upload) -> DatasetRow:
    """Store a table with its recipe.

    Raises UnsupportedMediaType, DataError, InvalidRequest (table too large) or TooManyRequests (the
    tenant's limit of stored bytes).
    """
    kind, content = _media_type(upload.media_type), upload.content
    if upload.beside is not None:
        other = _media_type(upload.beside.media_type)
        content, kind = joined_files(content, kind, upload.beside.content, other)
    table = SentTable(content, kind, context.settings.table_limits, upload.read)
    try:
        profile, recipe = context.intake.run(table.size, read_profile, table)
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
            name=upload.name,
            media_type=kind,
            artefact_key=key_if_allowed(session),
            bytes=len(content),
            read=recipe.model_dump(mode="json", exclude_defaults=True),
            profile=profile.model_dump(mode="json"),
        )
        session.add(row)
    return row


def _media_type(given: str) -> str:
    """The bare media type of a table; raises UnsupportedMediaType."""
    kind = bare(given)
    if kind not in MEDIA_TYPES:
        said = kind or "no Content-Type"
        raise UnsupportedMediaType(f"Send one of {', '.join(MEDIA_TYPES)}, not {said}.")
    return kind


def find(context: Context, dataset_id: str) -> DatasetRow:
    """The dataset's row; raises NotFound."""
    return find_row(context.database, DatasetRow, "dataset", dataset_id)


def draft(context: Context, dataset_id: str) -> Draft:
    """A drafted specification for the dataset.

    Raises NotFound, DataError, or InvalidRequest (table too large).
    """
    row = find(context, dataset_id)
    path = context.store.path(row.artefact_key)
    recipe = Recipe.model_validate(row.read or {})
    table = SentTable(path, row.media_type, context.settings.table_limits, recipe)
    return context.intake.run(table.size, read_draft, table)


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
        row = row_to_change(session, DatasetRow, "dataset", dataset_id)
        session.delete(row)
