"""Trust on demand: a model is tested, and the record of its tests is read."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.trust.tests import TrustBody
from app.http.accepted import Prefer, accepted
from app.http.computed_answer import LaneRunnerOf, serialize
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.handlers import request_id_of
from app.http.idempotent import Idempotent
from app.jobs.operations import Call
from app.services.trust import trust_job
from app.services.trust.why import why_of
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.trust.why import Why

routes = router("trust")


@routes.post(
    "/models/{model_id}/trust",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
async def post_trust(
    model: ExistingModel,
    body: TrustBody,
    request: Request,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """Test the model: against the future that it has not seen, its rivals, its prior and itself.

    The operation says in how many fits it counts, and how far each part is; a tenant has one at a
    time, of the lowest priority. What it finds is added to the model's trust record and to its
    verdict.
    """

    async def submit() -> Response:
        call = Call(request_id_of(request))
        row = await run_in_lane(
            context.lanes.questions, lambda: trust_job.submit(context, model, body, call)
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.get("/models/{model_id}/trust", response_model=TrustRecord, responses=problems(404))
def get_trust(model: ExistingModel, conditional: ConditionalRead) -> Response:
    """What tests of the model have found, part by part; 404 until one was run."""
    return conditional.document(trust_job.record_of(model))


@routes.get("/models/{model_id}/why", response_model=Why, responses=problems(404, 422))
async def get_why(
    model: ExistingModel,
    context: ContextOf,
    conditional: ConditionalRead,
    channel: Annotated[str, Query(max_length=200, description="A channel, or `price`.")],
) -> Response:
    """Why a channel's number is what it is: data, prior, confounding, a partner, drift, a test.

    Sentences come from the record of its evidence and from that of its tests, ranked by how much of
    the answer, or of its range, each explains. 404 for a model without a record.
    """
    question = ["why", channel]
    return await conditional.computed(
        context, model, question, lambda: serialize(why_of(context, model, channel))
    )
