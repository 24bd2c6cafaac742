"""Plans: allocation, evaluation of a given plan, efficient frontier."""

from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_odds import PlanOdds
from app.contract.scenario_plans import (
    AllocateQuestion,
    EvaluateQuestion,
    FrontierQuestion,
    OddsQuestion,
)
from app.http.accepted import CallOf, Prefer, accepted, wants_async
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, json_response
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.guarded_route import requires_scope
from app.http.idempotent import Idempotent
from app.http.tables.answer import TABLES, WantedTable
from app.services.planning import allocate_job, frontier
from app.services.planning.queries import allocate, evaluate_plan, odds_of_plan
from app.services.projects.scenario_plans import (
    allocate_body,
    evaluate_body,
    frontier_body,
    odds_body,
)

routes = router("plans")


@routes.post(
    "/models/{model_id}/allocate",
    response_model=AllocationAnswer,
    responses={
        200: {"content": TABLES},
        202: {"model": OperationDocument, "description": "With Prefer: respond-async."},
        **problems(404, 409, 413, 415, 422),
    },
)
@requires_scope("read", queued="write")
@takes("plan")
async def post_allocate(
    model: ExistingModel,
    body: AllocateQuestion,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    wanted: WantedTable,
    prefer: Prefer = None,
) -> Response:
    """The optimal plan for a risk objective under limits, with a certificate of optimality.

    With ``Prefer: respond-async`` it is queued as an operation, which needs the scope ``write``;
    the result has the plan under ``allocation``.
    """

    def answer() -> Response:
        question = allocate_body(context, model, body)
        return wanted.response("plan", allocate(context, model, question, run_in_lane.caller))

    if not wants_async(prefer):
        return await run_in_lane(context.lanes.plans, answer)

    async def submit() -> Response:
        row = await run_in_lane(
            context.lanes.questions,
            lambda: allocate_job.submit(context, model, allocate_body(context, model, body), call),
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.post(
    "/models/{model_id}/evaluate-plan",
    response_model=PlanEvaluation,
    responses={200: {"content": TABLES}, **problems(404, 409, 413, 415, 422)},
)
@requires_scope("read")
@takes("plan")
async def post_evaluate_plan(
    model: ExistingModel,
    body: EvaluateQuestion,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    wanted: WantedTable,
) -> Response:
    """Evaluate a given plan, such as the agency's: outcome, risk, and violated limits."""

    def answer() -> Response:
        question = evaluate_body(context, model, body)
        return wanted.response("plan", evaluate_plan(context, model, question, run_in_lane.caller))

    return await run_in_lane(context.lanes.plans, answer)


@routes.post(
    "/models/{model_id}/plan-odds",
    response_model=PlanOdds,
    responses=problems(404, 409, 413, 415, 422),
)
@requires_scope("read")
@takes("plan")
async def post_plan_odds(
    model: ExistingModel, body: OddsQuestion, context: ContextOf, run_in_lane: LaneRunnerOf
) -> Response:
    """How a given plan compares with current spend, judged as moves are; made to be asked while a
    number is typed."""

    def answer() -> Response:
        return json_response(odds_of_plan(context, model, odds_body(context, model, body)))

    return await run_in_lane(context.lanes.plans, answer)


@routes.post(
    "/models/{model_id}/frontier",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("plan")
async def post_frontier(
    model: ExistingModel,
    body: FrontierQuestion,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """The best plan for each of several totals or risk aversions, as an operation.

    Its result has the points under ``frontier``.
    """

    async def submit() -> Response:
        row = await run_in_lane(
            context.lanes.questions,
            lambda: frontier.submit(context, model, frontier_body(context, model, body), call),
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)
