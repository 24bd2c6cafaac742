"""The report about a model: one HTML page."""

from typing import Annotated

from fastapi import Query
from starlette.responses import HTMLResponse, Response

from app.context import Context
from app.contract.base import ResourceId
from app.db.models import ModelRow
from app.http.computed_answer import SerializedAnswer
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.services.catalog import models
from app.services.catalog.second_models import second_document
from app.services.planning.queries import cached_responder, second_model_of
from app.services.projects.scenario_plans import saved_allocation

routes = router("questions")

REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A report has no script and asks for nothing, and a browser holds it to that: in an origin of its
own it reaches neither the workbench's session nor any host."""


@routes.get(
    "/models/{model_id}/report", response_class=HTMLResponse, responses=problems(404, 409, 422)
)
async def get_report(
    model: ExistingModel,
    context: ContextOf,
    conditional: ConditionalRead,
    scenario_id: Annotated[
        ResourceId | None,
        Query(
            description="A saved allocation of this model, whose plan the report tells; without "
            "it, today's money in a better mix over the 13 weeks after the data."
        ),
    ] = None,
) -> Response:
    """One self-contained HTML page: what to do and how sure, what happened, evidence, checks."""

    def make() -> SerializedAnswer:
        page = report(context, model, scenario_id)
        return SerializedAnswer(page.encode(), HTMLResponse.media_type)

    second = second_document(model)
    question = ["report", scenario_id or "", "" if second is None else second.status]
    headers = {"content-security-policy": REPORT_POLICY}
    lane = context.lanes.plans
    return await conditional.computed(context, model, question, make, lane, **headers)


def report(context: Context, row: ModelRow, scenario_id: str | None = None) -> str:
    """The page about a model; raises NotFound, FirstLookOnly, or QueryError for a scenario that is
    no allocation of it."""
    models.refuse_first_look(row)
    from app.report import Asker, plan_story, render, usual_story

    fitted = models.fitted(context, row)
    asker = Asker(fitted, second_model_of(context, row), cached_responder(context, row))
    if scenario_id is not None:
        story = plan_story(asker, *saved_allocation(context, row, scenario_id))
        return render(fitted, story, row.name)
    return render(fitted, usual_story(asker), row.name)
