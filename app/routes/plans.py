"""Plans: the best one, the score of a given one, the frontier."""

from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody
from app.http.accepted import CallOf, Prefer, accepted, wants_async
from app.http.computed_answer import LaneRunnerOf, json_response
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.guarded_route import needs
from app.http.idempotent import Idempotent
from app.services.planning import allocate_job, frontier
from app.services.planning.allocate import allocate
from app.services.planning.evaluate_plan import evaluate_plan

routes = router("plans")


@routes.post(
    "/models/{model_id}/allocate",
    response_model=AllocationAnswer,
    responses={
        202: {"model": OperationDocument, "description": "With Prefer: respond-async."},
        **problems(404, 409, 413, 415, 422),
    },
)
@needs("read", queued="write")
async def post_allocate(
    model: ExistingModel,
    body: AllocateBody,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """The plan that is best for the attitude to risk, under limits, with a proof of how good.

    With ``Prefer: respond-async`` it is an operation, which takes the scope ``write`` as every
    operation does; its result has the plan under ``allocation``.
    """
    if not wants_async(prefer):
        return await run_in_lane(
            context.lanes.plans, lambda: json_response(allocate(context, model, body))
        )

    async def submit() -> Response:
        row = await run_in_lane(
            context.lanes.questions, lambda: allocate_job.submit(context, model, body, call)
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.post(
    "/models/{model_id}/evaluate-plan",
    response_model=PlanEvaluation,
    responses=problems(404, 409, 413, 415, 422),
)
@needs("read")
async def post_evaluate_plan(
    model: ExistingModel, body: EvaluatePlanBody, context: ContextOf, run_in_lane: LaneRunnerOf
) -> Response:
    """Score any plan, such as the agency's: its outcome, its risk, the limits that it breaks."""
    return await run_in_lane(
        context.lanes.plans, lambda: json_response(evaluate_plan(context, model, body))
    )


@routes.post(
    "/models/{model_id}/frontier",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
async def post_frontier(
    model: ExistingModel,
    body: FrontierBody,
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
            context.lanes.questions, lambda: frontier.submit(context, model, body, call)
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)
