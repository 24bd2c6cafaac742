"""Saved scenarios: save, compare, and export as a table, a page or a slide."""

import re
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.contract.base import Page
from app.contract.scenarios import Comparison, ScenarioBody, ScenarioRead, ScenarioSummary
from app.errors import InvalidRequest
from app.http.body.multipart import FORM
from app.http.body.route import takes, takes_form
from app.http.body.sheet import SCHEMA, scenario_of_form
from app.http.computed_answer import LaneRunnerOf, created
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import ID, Id
from app.http.tables.answer import TABLES
from app.report.plan import page, slide
from app.services.projects import scenarios
from app.services.projects.scenario_export import scenario_table
from app.services.projects.told_plan import told_plan
from mmm.errors import Issue, pointer
from mmm.tables.formats import CSV, XLSX

routes = router("scenarios")

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
Format = Literal["csv", "xlsx", "html", "pptx"]
_KINDS: dict[Format, str] = {"csv": CSV, "xlsx": XLSX, "html": "text/html", "pptx": PPTX}
FILES: dict[str, Any] = {
    **TABLES,
    _KINDS["html"]: {"schema": {"type": "string"}},
    PPTX: {"schema": {"type": "string", "format": "binary"}},
}

Ids = Annotated[list[Annotated[str, ID]], Query(min_length=1, max_length=20)]


@routes.post(
    "/scenarios",
    status_code=201,
    response_model=ScenarioRead,
    openapi_extra={"requestBody": {"content": {FORM: {"schema": SCHEMA}}}},
    responses=problems(404, 409, 413, 415, 422),
)
@takes("plan")
@takes_form(scenario_of_form)
async def save_scenario(
    body: ScenarioBody, context: ContextOf, run_in_lane: LaneRunnerOf, idempotent: Idempotent
) -> Response:
    """Allocate, evaluate a plan, or ask a what-if question, and save question and answer.

    A planner's sheet, as a file of a form or in ``sheet``, is a plan to evaluate: rows of channels,
    prices and events, columns of weeks or months.
    """

    def save() -> Response:
        row = scenarios.save(context, body, run_in_lane.caller)
        return created(ScenarioRead.model_validate(row), f"/v1/scenarios/{row.id}")

    return await idempotent.answer(lambda: run_in_lane(context.lanes.plans, save))


@routes.get("/scenarios", responses=problems(422))
def list_scenarios(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[ScenarioSummary]:
    """Scenarios, newest first."""
    return Page[ScenarioSummary].model_validate(scenarios.page(context, limit, page_token))


@routes.get("/scenarios/compare", responses=problems(404, 422))
def compare_scenarios(context: ContextOf, id: Ids) -> Comparison:
    """Up to 20 scenarios side by side: spend, effect, outcome."""
    return scenarios.compare(context, id)


@routes.get("/scenarios/{scenario_id}", response_model=ScenarioRead, responses=problems(404))
def get_scenario(scenario_id: Id, context: ContextOf, conditional: ConditionalRead) -> Response:
    """One scenario with its question and answer."""
    return conditional.document(ScenarioRead.model_validate(scenarios.find(context, scenario_id)))


@routes.get(
    "/scenarios/{scenario_id}/export",
    response_class=Response,
    responses={
        200: {"content": FILES, "description": "A table for spreadsheets, or the plan as told."},
        **problems(404, 409, 422),
    },
)
async def export_scenario(
    scenario_id: Id,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    format: Format = "csv",
    table: Annotated[str | None, Query(max_length=50, description="One table, by name.")] = None,
) -> Response:
    """A line for each week, geo and channel of a plan, or for each week of a what-if.

    `html` and `pptx` tell a plan to people, as the workbench does, by the models as they are now: a
    self-contained page, and a slide.
    """
    row = await run_in_threadpool(scenarios.find, context, scenario_id)
    kind = _KINDS[format]

    def write() -> bytes:
        if format in ("csv", "xlsx"):
            return scenario_table(row, kind, table)
        if table is not None:
            detail = f"the format {format!r} has no tables; csv and xlsx do"
            raise InvalidRequest([Issue(pointer("table"), "no_table", detail)])
        plan = told_plan(context, row, run_in_lane.caller)
        return page(plan).encode() if format == "html" else slide(plan)

    name = re.sub(r"[^A-Za-z0-9_-]+", "-", row.name).strip("-") or row.id
    headers = {"content-disposition": f'attachment; filename="{name}.{format}"'}
    content = await run_in_lane(context.lanes.plans, write)
    return Response(content, media_type=kind, headers=headers)


@routes.delete("/scenarios/{scenario_id}", status_code=204, responses=problems(404))
def delete_scenario(scenario_id: Id, context: ContextOf) -> None:
    """Delete a scenario."""
    scenarios.remove(context, scenario_id)
