"""Projects: the champion, the plan of record, actuals, and plan versus actual."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.contract.base import Listing, Page
from app.contract.projects import (
    Actuals,
    ActualsBody,
    Project,
    ProjectBody,
    ProjectPlanBody,
    ProjectPlanRead,
    ProjectPlanSummary,
    ProjectPlanVersusActual,
    Promises,
    Promotion,
    PromotionBody,
)
from app.db.models import ActualsRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.http.body.route import found_first, takes
from app.http.computed_answer import LaneRunnerOf, created, json_response
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import ID, Id
from app.http.tables.answer import TABLES, WantedTable
from app.services.fitting.submission import RequestData
from app.services.projects import actuals, documents, projects
from app.services.projects import plans as project_plans
from app.services.projects.plan_vs_actual import variance
from app.services.projects.promises import promises_of

routes = router("projects")


@found_first
def existing_project(project_id: Id, context: ContextOf) -> ProjectRow:
    """The project in the path."""
    return projects.find(context, project_id)


ExistingProject = Annotated[ProjectRow, Depends(existing_project)]


@routes.post(
    "/projects",
    status_code=201,
    response_model=Project,
    responses=problems(409, 413, 415, 422),
)
async def create_project(body: ProjectBody, context: ContextOf, idempotent: Idempotent) -> Response:
    """Create a project, which groups a champion model, its plans and their actuals."""

    def create() -> Response:
        row = projects.create(context, body)
        return created(documents.project_document(context, row), f"/v1/projects/{row.id}")

    return await idempotent.answer(lambda: run_in_threadpool(create))


@routes.get("/projects", responses=problems(422))
def list_projects(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[Project]:
    """Projects, newest first."""
    page = projects.page(context, limit, page_token)
    items = [documents.project_document(context, row) for row in page.items]
    return Page(items=items, next_page_token=page.next_page_token)


@routes.get("/projects/{project_id}", responses=problems(404))
def get_project(project: ExistingProject, context: ContextOf) -> Project:
    """One project with its champion and its plan of record."""
    return documents.project_document(context, project)


@routes.put("/projects/{project_id}", responses=problems(404, 413, 415, 422))
def change_project(project: ExistingProject, body: ProjectBody, context: ContextOf) -> Project:
    """Change name and description."""
    return documents.project_document(context, projects.change(context, project, body))


@routes.delete("/projects/{project_id}", status_code=204, responses=problems(404))
def delete_project(project: ExistingProject, context: ContextOf) -> None:
    """Delete a project with its history; its models remain."""
    projects.remove(context, project)


@routes.post(
    "/projects/{project_id}/champion",
    status_code=201,
    response_model=Promotion,
    responses=problems(404, 409, 413, 415, 422),
)
async def promote_model(
    project: ExistingProject, body: PromotionBody, context: ContextOf, idempotent: Idempotent
) -> Response:
    """Make a model the champion. One that failed its checks must be accepted explicitly."""

    def promote() -> Response:
        return created(Promotion.model_validate(projects.promote(context, project, body)))

    return await idempotent.answer(lambda: run_in_threadpool(promote))


@routes.get("/projects/{project_id}/promotions", responses=problems(404))
def list_promotions(project: ExistingProject, context: ContextOf) -> Listing[Promotion]:
    """All champions, newest first."""
    rows = projects.history(context, PromotionRow, project)
    return Listing[Promotion].model_validate({"items": rows})


@routes.post(
    "/projects/{project_id}/plans",
    status_code=201,
    response_model=ProjectPlanRead,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("plan")
async def adopt_plan(
    project: ExistingProject,
    body: ProjectPlanBody,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
) -> Response:
    """Adopt a plan as the plan of record, with which actuals are compared."""

    def adopt() -> Response:
        row = project_plans.adopt(context, project, body)
        place = f"/v1/projects/{project.id}/plans/{row.id}"
        return created(documents.plan_document(row), place)

    return await idempotent.answer(lambda: run_in_lane(context.lanes.plans, adopt))


@routes.get("/projects/{project_id}/plans", responses=problems(404))
def list_plans(project: ExistingProject, context: ContextOf) -> Listing[ProjectPlanSummary]:
    """All plans, newest first; the first is the plan of record."""
    rows = projects.history(context, ProjectPlanRow, project)
    return Listing(items=[documents.plan_summary(row) for row in rows])


@routes.get(
    "/projects/{project_id}/plans/{plan_id}",
    response_model=ProjectPlanRead,
    responses=problems(404),
)
def get_plan(
    project: ExistingProject, plan_id: Id, context: ContextOf, conditional: ConditionalRead
) -> Response:
    """One plan with its question and answer."""
    return conditional.document(
        documents.plan_document(project_plans.find(context, project, plan_id))
    )


@routes.post(
    "/projects/{project_id}/actuals",
    status_code=201,
    response_model=Actuals,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("table")
async def post_actuals(
    project: ExistingProject,
    body: ActualsBody,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
) -> Response:
    """Post actual weeks: KPI, spend, prices and the other columns of the model's table."""
    data = RequestData.of(body.data)

    def post() -> Response:
        return created(Actuals.model_validate(actuals.post(context, project, data)))

    return await idempotent.answer(lambda: run_in_lane(context.lanes.tables, post))


@routes.get("/projects/{project_id}/actuals", responses=problems(404))
def list_actuals(project: ExistingProject, context: ContextOf) -> Listing[Actuals]:
    """All posted actuals, newest first."""
    rows = projects.history(context, ActualsRow, project)
    return Listing[Actuals].model_validate({"items": rows})


@routes.get(
    "/projects/{project_id}/plan-vs-actual",
    response_model=ProjectPlanVersusActual,
    responses={200: {"content": TABLES}, **problems(404, 409, 422)},
)
async def get_plan_versus_actual(
    project: ExistingProject,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    wanted: WantedTable,
    plan_id: Annotated[str | None, Query(description="Default: the plan of record."), ID] = None,
) -> Response:
    """Actual less reference KPI, split into plan, execution, market and model.

    The parts add up exactly, each with its credible interval.
    """
    return await run_in_lane(
        context.lanes.questions,
        lambda: wanted.response("plan_vs_actual", variance(context, project, plan_id)),
    )


@routes.get(
    "/projects/{project_id}/promises", response_model=Promises, responses=problems(404, 409, 422)
)
async def get_promises(
    project: ExistingProject, context: ContextOf, run_in_lane: LaneRunnerOf
) -> Response:
    """What the project's plans and tests promised, and what came: promises kept and broken."""
    return await run_in_lane(
        context.lanes.questions, lambda: json_response(promises_of(context, project))
    )
