"""Actual weeks: posted to a project, or contained in the data of its champion."""

from collections.abc import Iterator

import pandas as pd

from app.context import Context
from app.db.models import ActualsRow, ModelRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.ids import new_id
from app.services.administration.quotas import check_bytes
from app.services.catalog import datasets, models
from app.services.fitting.submission import RequestData, data_bytes, in_request
from app.services.projects import projects
from mmm.data.cells import dates
from mmm.data.panel_to_table import panel_to_table
from mmm.data.table_reader import read_table
from mmm.errors import DataError, Issue, QueryError, SpecError
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import AppendedData, append_weeks, newest_rows


def post(context: Context, project: ProjectRow, data: RequestData) -> ActualsRow:
    """Store actual weeks; raises NotFound, DataError or ProjectIncomplete.

    The table is validated against the model of the plan of record, or the champion without a plan.
    """
    model = models.fitted(context, _reading_model(context, project))
    key, content, media_type = data_bytes(context, data)
    try:
        table = datasets.read_sent(content, media_type, context.settings)
        weeks, _ = dates(table, model.spec.date) if model.spec.date in table else ([], [])
        known = [week for week in weeks if week is not None]
        earlier = newest_rows(model, [*_posted(context, project)])
        if len(earlier):
            posted = {week.isoformat() for week in known}
            others = earlier[[str(cell)[:10] not in posted for cell in earlier[model.spec.date]]]
            table = pd.concat([table.astype(object), others.astype(object)], ignore_index=True)
        append_weeks(model, table, accept=True)
    except (DataError, SpecError) as error:
        raise type(error)(in_request(issue) for issue in error.issues) from error
    if max(known) <= model.panel.weeks[-1]:
        detail = f"these weeks end on {max(known)}; the model already contains all of them"
        raise DataError([Issue("/data", "nothing_new", detail)])
    with context.database.write() as session:
        projects.lock_against_deletion(session, project)
        if data.dataset_id is not None:
            datasets.lock_against_deletion(session, data.dataset_id)
        check_bytes(session, context.settings, len(content))
        row = ActualsRow(
            id=new_id("act"),
            project_id=project.id,
            artefact_key=key or context.store.put(content),
            media_type=media_type,
            bytes=len(content),
            start=min(known).isoformat(),
            end=max(known).isoformat(),
        )
        session.add(row)
    return row


def actuals_of(
    context: Context, project: ProjectRow, model: FittedModel, model_id: str
) -> tuple[AppendedData | None, tuple[str, ...]]:
    """The model's data continued by all later weeks, and their sources; None without later weeks.

    Posted actuals take precedence over the champion's data. Raises QueryError if the rows do not
    fit the model.
    """
    tables: list[pd.DataFrame] = []
    sources = []
    promotion = projects.latest(context, PromotionRow, project)
    if promotion is not None and promotion.model_id != model_id:
        champion = models.fitted(context, models.find(context, promotion.model_id))
        table = panel_to_table(champion.panel, champion.spec)
        needed = {column for column, _ in model.spec.column_pointers}
        if needed <= {*table.columns} and champion.panel.weeks[-1] > model.panel.weeks[-1]:
            tables.append(table)
            sources.append(f"data of {promotion.model_id}")
    posted = [*_posted(context, project)]
    sources += [f"{len(posted)} posts of actuals"] if posted else []
    try:
        rows = newest_rows(model, [*tables, *posted])
        return (append_weeks(model, rows) if len(rows) else None), tuple(sources)
    except (DataError, SpecError) as error:
        issues = (Issue("", issue.code, f"actuals: {issue.detail}") for issue in error.issues)
        raise QueryError(issues) from error


def _posted(context: Context, project: ProjectRow) -> Iterator[pd.DataFrame]:
    """The posted tables, oldest first."""
    for row in reversed(projects.history(context, ActualsRow, project, 1000)):
        yield read_table(context.store.path(row.artefact_key).read_bytes(), row.media_type)


def _reading_model(context: Context, project: ProjectRow) -> ModelRow:
    """The model of the plan of record, or the champion without a plan."""
    plan = projects.latest(context, ProjectPlanRow, project)
    if plan is not None:
        return models.find(context, plan.model_id)
    return projects.champion(context, project)
