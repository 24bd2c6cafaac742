"""Projects: create, list, change, delete; and the promotion of their champion."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.context import Context
from app.contract.projects import (
    ProjectBody,
    PromotionBody,
)
from app.db.found import find_row, row_to_change
from app.db.models import ActualsRow, ModelRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.db.pages import RowPage, read_page
from app.db.row_locks import lock_for_reference
from app.errors import InvalidRequest, NotFound, ProjectIncomplete
from app.ids import new_id
from app.services.catalog import models
from mmm.errors import Issue

type Owned = PromotionRow | ProjectPlanRow | ActualsRow


def create(context: Context, body: ProjectBody) -> ProjectRow:
    """Create a project; raises InvalidRequest if the name is taken."""
    _require_free(context, body.name, None)
    row = ProjectRow(id=new_id("prj"), name=body.name, description=body.description)
    with context.database.write() as session:
        session.add(row)
    return row


def change(context: Context, row: ProjectRow, body: ProjectBody) -> ProjectRow:
    """Change the name and description; raises InvalidRequest if the name is taken, NotFound."""
    _require_free(context, body.name, row.id)
    with context.database.write() as session:
        locked = row_to_change(session, ProjectRow, "project", row.id)
        locked.name, locked.description = body.name, body.description
    return locked


def find(context: Context, project_id: str) -> ProjectRow:
    """The project's row; raises NotFound."""
    return find_row(context.database, ProjectRow, "project", project_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[ProjectRow]:
    """One page of projects, newest first."""
    with context.database.read() as session:
        return read_page(session, ProjectRow, limit, page_token)


def remove(context: Context, row: ProjectRow) -> None:
    """Delete the project with its promotions, plans and actuals; its models remain."""
    with context.database.write() as session:
        row_to_change(session, ProjectRow, "project", row.id)
        for table in (PromotionRow, ProjectPlanRow, ActualsRow):
            session.execute(delete(table).where(table.project_id == row.id))
        session.execute(delete(ProjectRow).where(ProjectRow.id == row.id))


def promote(context: Context, project: ProjectRow, body: PromotionBody) -> PromotionRow:
    """Make a model the champion.

    Raises NotFound, ModelRejected unless the request accepts that, and FirstLookOnly or
    InvalidRequest for a draft, which cannot be promoted.
    """
    model = models.find(context, body.model_id)
    models.refuse_first_look(model)
    _refuse_draft(model)
    models.rejection_warnings(model, accept_rejected=body.accept_rejected)
    row = PromotionRow(
        id=new_id("prm"),
        project_id=project.id,
        model_id=model.id,
        note=body.note,
        verdict=model.verdict["status"],
        promoted_by=context.caller.subject,
    )
    with context.database.write() as session:
        lock_against_deletion(session, project)
        models.lock_against_deletion(session, model.id)
        session.add(row)
    return row


def lock_against_deletion(session: Session, project: ProjectRow) -> None:
    """Keep the project from being deleted before the transaction ends; raises NotFound."""
    if lock_for_reference(session, ProjectRow, project.id) is None:
        raise NotFound("project", project.id)


def champion(context: Context, project: ProjectRow) -> ModelRow:
    """The champion of the project; raises ProjectIncomplete if none was promoted."""
    newest = latest(context, PromotionRow, project)
    if newest is None:
        raise ProjectIncomplete(
            f"The project {project.id} has no champion: POST a model_id to its /champion first."
        )
    return models.find(context, newest.model_id)


def history[Row: (PromotionRow, ProjectPlanRow, ActualsRow)](
    context: Context, table: type[Row], project: ProjectRow, limit: int = 200
) -> Sequence[Row]:
    """Rows of the project, newest first."""
    query = select(table).where(table.project_id == project.id)
    with context.database.read() as session:
        return session.scalars(query.order_by(table.id.desc()).limit(limit)).all()


def latest[Row: (PromotionRow, ProjectPlanRow, ActualsRow)](
    context: Context, table: type[Row], project: ProjectRow
) -> Row | None:
    """The newest row of the project."""
    return next(iter(history(context, table, project, 1)), None)


def _refuse_draft(model: ModelRow) -> None:
    if models.verdict_of(model).draft:
        detail = (
            f"the model {model.id} is an approximate draft by {model.method['sampler']} and cannot "
            "be promoted: fit it with sampling.method 'nuts' and promote that model"
        )
        raise InvalidRequest([Issue("/model_id", "draft", detail)])


def _require_free(context: Context, name: str, own_id: str | None) -> None:
    with context.database.read() as session:
        other = session.scalars(select(ProjectRow).where(ProjectRow.name == name)).first()
    if other is not None and other.id != own_id:
        detail = f"the project {other.id} is already named {name!r}"
        raise InvalidRequest([Issue("/name", "taken", detail)])
