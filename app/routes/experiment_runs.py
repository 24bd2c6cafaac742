"""Experiments from draft to use: planned, started, read when they are over, and fed back."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Body, Depends
from starlette.responses import JSONResponse, Response

from app.context import Context
from app.contract.base import Page
from app.contract.experiments.experiments import (
    ExperimentBody,
    ExperimentDocument,
    ExperimentReadBody,
    ExperimentSummary,
)
from app.db.models import ExperimentRow
from app.http.body.route import found_first, takes
from app.http.computed_answer import LaneRunnerOf, created
from app.http.conditional import ConditionalRead
from app.http.dependencies import (
    ContextOf,
    Limit,
    PageToken,
    problems,
    router,
)
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.experiments import experiments

routes = router("experiments")

ONE = "/experiments/{experiment_id:before_action}"


@found_first
def existing_experiment(experiment_id: Id, context: ContextOf) -> ExperimentRow:
    """The experiment in the path."""
    return experiments.find(context, experiment_id)


ExistingExperiment = Annotated[ExperimentRow, Depends(existing_experiment)]


@routes.post(
    "/experiments",
    status_code=201,
    response_model=ExperimentDocument,
    responses=problems(404, 409, 413, 415, 422),
)
async def create_experiment(
    body: ExperimentBody, context: ContextOf, run_in_lane: LaneRunnerOf, idempotent: Idempotent
) -> Response:
    """Store a test that is to be run, as a draft."""

    def create() -> Response:
        row = experiments.create(context, body)
        return created(ExperimentDocument.model_validate(row), f"/v1/experiments/{row.id}")

    return await idempotent.answer(lambda: run_in_lane(context.lanes.questions, create))


@routes.get("/experiments", responses=problems(422))
def list_experiments(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[ExperimentSummary]:
    """Experiments, newest first."""
    return Page[ExperimentSummary].model_validate(experiments.page(context, limit, page_token))


@routes.get(ONE, response_model=ExperimentDocument, responses=problems(404))
def get_experiment(experiment_id: Id, context: ContextOf, conditional: ConditionalRead) -> Response:
    """One experiment, with its reading once it was read."""
    row = experiments.find(context, experiment_id)
    return conditional.document(ExperimentDocument.model_validate(row))


@routes.delete(ONE, status_code=204, responses=problems(404))
def delete_experiment(experiment_id: Id, context: ContextOf) -> None:
    """Delete an experiment; a lift test that it became remains."""
    experiments.remove(context, experiment_id)


@routes.post(
    "/experiments/{experiment_id}:start",
    response_model=ExperimentDocument,
    responses=problems(404, 409),
)
async def start_experiment(
    experiment_id: Id, context: ContextOf, run_in_lane: LaneRunnerOf
) -> Response:
    """The test runs: plans hold its channel until its cool-down is over."""
    return await _changed(run_in_lane, context, lambda: experiments.start(context, experiment_id))


@routes.post(
    "/experiments/{experiment_id}:read",
    response_model=ExperimentDocument,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("table")
async def read_running_experiment(
    experiment: ExistingExperiment,
    body: Annotated[ExperimentReadBody, Body()],
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
) -> Response:
    """Read the test, once its cool-down is over, from a table by day or week and region.

    The answer has the reading, and the lift test that it becomes with how far it is from what the
    model expected.
    """
    return await _changed(
        run_in_lane, context, lambda: experiments.read(context, experiment.id, body)
    )


@routes.post(
    "/experiments/{experiment_id}:use",
    response_model=ExperimentDocument,
    responses=problems(404, 409),
)
async def use_experiment(
    experiment_id: Id, context: ContextOf, run_in_lane: LaneRunnerOf
) -> Response:
    """Register the lift test that the reading became: fits refer to it by ``lift_test_id``."""
    return await _changed(run_in_lane, context, lambda: experiments.use(context, experiment_id))


async def _changed(
    run_in_lane: LaneRunnerOf, context: Context, change: Callable[[], ExperimentRow]
) -> Response:
    def answer() -> Response:
        document = ExperimentDocument.model_validate(change())
        return JSONResponse(document.model_dump(mode="json"))

    return await run_in_lane(context.lanes.questions, answer)
