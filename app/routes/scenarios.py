"""Saved scenarios: save, compare, and export as CSV or an Excel workbook."""

import re
from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from app.contract.base import Page
from app.contract.scenarios import Comparison, ScenarioBody, ScenarioRead, ScenarioSummary
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, created
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import ID, Id
from app.services.projects import scenarios
from app.services.projects.scenario_export import scenario_csv, scenario_workbook

routes = router("scenarios")

CSV = "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Ids = Annotated[list[Annotated[str, ID]], Query(min_length=1, max_length=20)]


@routes.post(
    "/scenarios",
    status_code=201,
    response_model=ScenarioRead,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("plan")
async def save_scenario(
    body: ScenarioBody, context: ContextOf, run_in_lane: LaneRunnerOf, idempotent: Idempotent
) -> Response:
    """Allocate, evaluate a plan, or ask a what-if question, and save question and answer."""

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
        200: {"content": {CSV: {}, WORKBOOK: {}}, "description": "A table for spreadsheets."},
        **problems(404, 422),
    },
)
def export_scenario(
    scenario_id: Id,
    context: ContextOf,
    format: Literal["csv", "xlsx"] = "csv",
) -> Response:
    """A line for each week, geo and channel of a plan, or for each week of a what-if."""
    row = scenarios.find(context, scenario_id)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", row.name).strip("-") or row.id
    headers = {"content-disposition": f'attachment; filename="{name}.{format}"'}
    if format == "csv":
        return Response(scenario_csv(row), media_type=CSV, headers=headers)
    return Response(scenario_workbook(row), media_type=WORKBOOK, headers=headers)


@routes.delete("/scenarios/{scenario_id}", status_code=204, responses=problems(404))
def delete_scenario(scenario_id: Id, context: ContextOf) -> None:
    """Delete a scenario."""
    scenarios.remove(context, scenario_id)
