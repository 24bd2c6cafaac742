"""Rival models, compared by what they forecast from the past alone."""

from fastapi import Request
from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.trust.compare import CompareBody
from app.http.accepted import Prefer, accepted
from app.http.computed_answer import LaneRunnerOf
from app.http.dependencies import ContextOf, problems, router
from app.http.handlers import request_id_of
from app.http.idempotent import Idempotent
from app.jobs.operations import Call
from app.services.trust import compare_job

routes = router("trust")


@routes.post(
    "/compare",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
async def post_compare(
    body: CompareBody,
    request: Request,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """Compare a model with rivals of other structure: which forecasts better, what the choice
    changes in the plan, and which test would decide it.

    The operation says in how many fits it counts; a tenant has one test at a time, of the lowest
    priority. The rivals that it fits are kept as models, so that plans can mix them by their
    weights.
    """

    async def submit() -> Response:
        call = Call(request_id_of(request))
        row = await run_in_lane(
            context.lanes.questions, lambda: compare_job.submit(context, body, call)
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)
