"""Weeks as they came: posted to a project, or known from the data of its champion."""

from collections.abc import Iterator

import pandas as pd

from app.context import Context
from app.db.models import ActualsRow, ModelRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.ids import new_id
from app.services.catalog import datasets, models
from app.services.fitting.submission import RequestData, data_bytes, in_request
from app.services.operations.quotas import check_bytes
from app.services.projects import projects
from mmm.data.panel_table import panel_to_table
from mmm.data.tables import dates, read_table
from mmm.errors import DataError, Issue, QueryError, SpecError
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import AppendedData, append_weeks, newest_rows


def post(context: Context, project: ProjectRow, data: RequestData) -> ActualsRow:
    """Keep weeks as they came; raises NotFound, DataError or ProjectIncomplete.

    They are read as the plan of record's model reads its table (the champion's without a plan).
    """
    model = models.fitted(context, _reader(context, project))
    key, content, media_type = data_bytes(context, data)
    try:
        table = read_table(content, media_type)
        datasets.check_size(table, context.settings, "/data")
        weeks, _ = dates(table, model.spec.date) if model.spec.date in table else ([], [])
        known = [week for week in weeks if week is not None]
        earlier = newest_rows(model, [*_posted(context, project)])
        if len(earlier):
            sent = {week.isoformat() for week in known}
            kept = earlier[[str(cell)[:10] not in sent for cell in earlier[model.spec.date]]]
            table = pd.concat([table.astype(object), kept.astype(object)], ignore_index=True)
        append_weeks(model, table, accept=True)
    except (DataError, SpecError) as error:
        raise type(error)(in_request(issue) for issue in error.issues) from error
    if max(known) <= model.panel.weeks[-1]:
        detail = f"these weeks end on {max(known)}; the model knows all up to that week already"
        raise DataError([Issue("/data", "nothing_new", detail)])
    with context.database.write() as session:
        projects.hold(session, project)
        if data.dataset_id is not None:
            datasets.hold(session, data.dataset_id)
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
    """The model's data continued by all that is known of later weeks; None where nothing is.

    What was posted goes before what the champion was fitted to. Raises QueryError where the rows
    do not fit the model.
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
        found = (Issue("", issue.code, f"actuals: {issue.detail}") for issue in error.issues)
        raise QueryError(found) from error


def _posted(context: Context, project: ProjectRow) -> Iterator[pd.DataFrame]:
    """Tables that were posted, oldest first."""
    for row in reversed(projects.history(context, ActualsRow, project, 1000)):
        yield read_table(context.store.path(row.artefact_key).read_bytes(), row.media_type)


def _reader(context: Context, project: ProjectRow) -> ModelRow:
    plan = projects.latest(context, ProjectPlanRow, project)
    if plan is not None:
        return models.find(context, plan.model_id)
    return projects.champion(context, project)
