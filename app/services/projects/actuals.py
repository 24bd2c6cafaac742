"""Actual weeks: posted to a project, or contained in the data of its champion."""

import pandas as pd
from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import ActualsRow, ModelRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.ids import new_id
from app.intake.tables import SentTable, actual_panel, actual_weeks, without_draws
from app.services.administration.quotas import check_bytes, store_if_allowed
from app.services.catalog import datasets, models
from app.services.fitting.submission import RequestData, in_request, request_table
from app.services.projects import projects
from mmm.data.panel import Panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError, Issue, QueryError, SpecError
from mmm.posterior.fitted import FittedModel
from mmm.tables.limits import UNLIMITED
from mmm.tables.recipe import Recipe


def post(context: Context, project: ProjectRow, data: RequestData) -> ActualsRow:
    """Store actual weeks; raises NotFound, DataError or ProjectIncomplete.

    The table is validated against the model of the plan of record, or the champion without a plan.
    """
    model = models.fitted(context, _reading_model(context, project))
    table, posted = request_table(context, data), _posted(context, project)
    sent, size = table.sent, sum(each.size for each in (table.sent, *posted))
    with in_request():
        known = context.intake.run(size, actual_weeks, without_draws(model), sent, posted)
    if max(known) <= model.panel.weeks[-1]:
        detail = f"these weeks end on {max(known)}; the model already contains all of them"
        raise DataError([Issue("/data", "nothing_new", detail)])

    def check(session: Session) -> None:
        projects.lock_against_deletion(session, project)
        if data.dataset_id is not None:
            datasets.lock_against_deletion(session, data.dataset_id)
        check_bytes(session, context.settings, sent.length)

    key_if_allowed = store_if_allowed(
        context.database, check, lambda: table.stored_key(context.store)
    )
    with context.database.write() as session:
        row = ActualsRow(
            id=new_id("act"),
            project_id=project.id,
            artefact_key=key_if_allowed(session),
            media_type=sent.media_type,
            read=sent.recipe.model_dump(mode="json", exclude_defaults=True),
            bytes=sent.length,
            start=min(known).isoformat(),
            end=max(known).isoformat(),
        )
        session.add(row)
    return row


def actuals_of(
    context: Context, project: ProjectRow, model: FittedModel, model_id: str
) -> tuple[Panel | None, tuple[str, ...]]:
    """The model's panel continued by all later weeks, and their sources; None without later weeks.

    Posted actuals take precedence over the champion's data. Raises QueryError if the rows do not
    fit the model.
    """
    first: pd.DataFrame | None = None
    sources = []
    promotion = projects.latest(context, PromotionRow, project)
    if promotion is not None and promotion.model_id != model_id:
        champion = models.fitted(context, models.find(context, promotion.model_id))
        table = panel_to_table(champion.panel, champion.spec)
        needed = {column for column, _ in model.spec.column_pointers}
        if needed <= {*table.columns} and champion.panel.weeks[-1] > model.panel.weeks[-1]:
            first = table
            sources.append(f"data of {promotion.model_id}")
    posted = _posted(context, project)
    sources += [f"{len(posted)} posts of actuals"] if posted else []
    size = sum(each.size for each in posted)
    try:
        panel = context.intake.run(size, actual_panel, without_draws(model), first, posted)
        return panel, tuple(sources)
    except (DataError, SpecError) as error:
        issues = (Issue("", issue.code, f"actuals: {issue.detail}") for issue in error.issues)
        raise QueryError(issues) from error


def _posted(context: Context, project: ProjectRow) -> list[SentTable]:
    """The posted tables, oldest first."""
    rows = reversed(projects.history(context, ActualsRow, project, 1000))
    return [
        SentTable(
            context.store.path(row.artefact_key),
            row.media_type,
            UNLIMITED,
            Recipe.model_validate(row.read or {}),
        )
        for row in rows
    ]


def _reading_model(context: Context, project: ProjectRow) -> ModelRow:
    """The model of the plan of record, or the champion without a plan."""
    plan = projects.latest(context, ProjectPlanRow, project)
    if plan is not None:
        return models.find(context, plan.model_id)
    return projects.champion(context, project)
