"""Fits and simulations: checked immediately, carried out as operations."""

from typing import Annotated

from fastapi import Query
from starlette.responses import JSONResponse, Response

from app.contract.documents import FitCheckDocument, OperationDocument
from app.contract.fit import FitBody, ModelBody, SimulateBody
from app.db.models import OperationRow
from app.http.accepted import CallOf, Prefer, accepted
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf
from app.http.dependencies import ContextOf, problems, router
from app.http.idempotent import Idempotent
from app.intake.tables import implied_by_priors
from app.services.catalog import lift_tests
from app.services.fitting import fits, simulations
from app.services.fitting.fits import FitSubmission
from app.services.fitting.simulations import SimulationSubmission
from app.services.fitting.submission import RequestData, with_lift_tests
from mmm.data.panel_checks import parameter_count
from mmm.spec.environment import Event
from mmm.spec.model import ModelSpec

routes = router("fits")


@routes.post(
    "/fit",
    status_code=202,
    response_model=OperationDocument,
    responses={
        200: {"model": FitCheckDocument, "description": "Checked only (validate_only=true)."},
        **problems(404, 409, 413, 415, 422),
    },
)
@takes("table")
async def fit(
    body: FitBody,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    validate_only: Annotated[bool, Query(description="Only check; do not fit.")] = False,
    prefer: Prefer = None,
) -> Response:
    """Check data and model (422 names what is wrong), then queue the fit as an operation."""
    tables = context.lanes.tables
    if validate_only:
        return await run_in_lane(tables, lambda: _check(context, _fit_submission(context, body)))

    def checked() -> OperationRow:
        return fits.submit(context, _fit_submission(context, body), call)

    async def submit() -> Response:
        row = await run_in_lane(tables, checked)
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.post(
    "/simulate",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("table")
async def simulate(
    body: SimulateBody,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """Simulate datasets from the model's prior predictive distribution.

    Spend, prices and events are those of the data; KPI and mediators are drawn. The operation's
    result has a ``summary`` and the ids of the stored datasets.
    """

    def checked() -> OperationRow:
        return simulations.submit(context, _simulation_submission(context, body), call)

    async def submit() -> Response:
        row = await run_in_lane(context.lanes.tables, checked)
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


def _fit_submission(context: ContextOf, body: FitBody) -> FitSubmission:
    return FitSubmission(
        spec=_spec(context, body.model),
        sampling=body.sampling,
        data=RequestData.of(body.data),
        name=body.name,
        project=body.project,
        second_model=body.second_model,
    )


def _simulation_submission(context: ContextOf, body: SimulateBody) -> SimulationSubmission:
    return SimulationSubmission(
        spec=_spec(context, body.model),
        data=RequestData.of(body.data),
        draws=body.draws,
        datasets=body.datasets,
        seed=body.seed,
    )


def _spec(context: ContextOf, model: ModelBody) -> ModelSpec:
    """The specification with copies of the registered tests that it names."""
    return with_lift_tests(model, lift_tests.resolved(context, model.lift_tests))


def _check(context: ContextOf, submission: FitSubmission) -> Response:
    data = fits.check(context, submission)
    weeks, recurring = data.panel.weeks, data.precheck.recurring
    spec, size = submission.spec, data.table.sent.size
    implied = context.intake.run(size, implied_by_priors, data.panel, spec)
    suggested = recurring.events() if recurring else []
    document = FitCheckDocument(
        start=weeks[0].isoformat(),
        end=weeks[-1].isoformat(),
        weeks=len(weeks),
        geos=list(data.panel.geos),
        parameters=parameter_count(spec),
        channels=list(implied),
        warnings=list(data.precheck.warnings),
        suggested_events=[Event.model_validate(each) for each in suggested],
        implied_media_share=data.precheck.implied_media_share,
    )
    return JSONResponse(document.model_dump(mode="json"))
