"""Experiments: which channel to test next, how to design the test, and what one has shown."""

from typing import Annotated

from fastapi import Body, Query
from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.experiments.design import DesignBody
from app.contract.experiments.next_experiment import NextExperiment
from app.contract.experiments.read_test import ReadTestBody
from app.http.accepted import CallOf, Prefer, accepted
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, SerializedAnswer
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.guarded_route import requires_scope
from app.http.idempotent import Idempotent
from app.http.tables.answer import TABLES, WantedTable
from app.services.catalog import models
from app.services.experiments import design_job, queries, readings
from mmm.experiments.reading.answer import GeoTestReading
from mmm.spec.sizes import LONGEST_HORIZON

routes = router("experiments")


@routes.get(
    "/models/{model_id}/next-experiment",
    response_model=NextExperiment,
    responses={200: {"content": TABLES}, **problems(404, 409, 422)},
)
async def get_next_experiment(
    model: ExistingModel,
    context: ContextOf,
    conditional: ConditionalRead,
    wanted: WantedTable,
    weeks: Annotated[
        int, Query(ge=1, le=LONGEST_HORIZON, description="Of the plan that a test informs.")
    ] = 13,
    accept_rejected: Annotated[
        bool, Query(description="Answer even if the model failed its checks.")
    ] = False,
) -> Response:
    """Channels by what their best test adds to the next plan of the same money, less its cost."""

    def make() -> SerializedAnswer:
        answer = queries.next_experiment_of(context, model, weeks, accept_rejected=accept_rejected)
        return wanted.serialize("next_experiment", answer)

    question = (
        "next-experiment",
        str(weeks),
        str(accept_rejected),
        str(model.second_key),
        *wanted.question,
    )
    return await conditional.computed(
        context, model, question, make, vary="Accept", lane=context.lanes.plans
    )


@routes.post(
    "/experiments:design",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
@requires_scope("write")
async def design_experiment(
    body: DesignBody,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """Design a test of a channel as an operation; its result has the designs under ``design``."""

    async def submit() -> Response:
        row = await run_in_lane(
            context.lanes.questions,
            lambda: design_job.submit(context, models.find(context, body.model_id), body, call),
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.post(
    "/experiments:read",
    response_model=GeoTestReading,
    responses={200: {"content": TABLES}, **problems(404, 413, 415, 422)},
)
@requires_scope("read")
@takes("table")
async def read_experiment(
    body: Annotated[ReadTestBody, Body()],
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    wanted: WantedTable,
) -> Response:
    """What a geo test has shown: the incremental KPI with its interval, and placebos beside it."""
    return await run_in_lane(
        context.lanes.questions,
        lambda: wanted.response("reading", readings.read_test_of(context, body)),
    )
