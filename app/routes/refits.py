"""Refits: a model continued by new weeks, and its stability report."""

from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.contract.fit import RefitBody
from app.http.accepted import CallOf, Prefer, accepted
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.idempotent import Idempotent
from app.http.tables.answer import TABLES, WantedTable
from app.services.catalog import lift_tests
from app.services.fitting import refits
from app.services.fitting.refits import RefitSubmission
from app.services.fitting.submission import RequestData, with_lift_tests
from mmm.refit.report import StabilityReport

routes = router("refits")


@routes.post(
    "/models/{model_id}/refit",
    status_code=202,
    response_model=OperationDocument,
    responses=problems(404, 409, 413, 415, 422),
)
@takes("table")
async def post_refit(
    model: ExistingModel,
    body: RefitBody,
    call: CallOf,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    prefer: Prefer = None,
) -> Response:
    """Refit the model with new weeks, keeping its scales and reference windows.

    Past weeks may be included: a changed value is a 422 that names row, column, the old and the new
    value, unless ``restated`` accepts it. The operation's result has the new model's id and its
    stability report.
    """

    async def submit() -> Response:
        row = await run_in_lane(
            context.lanes.tables,
            lambda: refits.submit(context, model, _submission(context, body), call),
        )
        return await accepted(context, row, prefer)

    return await idempotent.answer(submit)


@routes.get(
    "/models/{model_id}/stability",
    response_model=StabilityReport,
    responses={200: {"content": TABLES}, **problems(404, 422)},
)
def get_stability(
    model: ExistingModel, conditional: ConditionalRead, wanted: WantedTable
) -> Response:
    """What a refit changed: how much each quantity changed, in s.d., and due to which data."""
    return wanted.stored("stability", refits.stability_of(model), conditional)


def _submission(context: ContextOf, body: RefitBody) -> RefitSubmission:
    spec = None
    if body.model is not None:
        spec = with_lift_tests(body.model, lift_tests.resolved(context, body.model.lift_tests))
    return RefitSubmission(
        data=RequestData.of(body.data),
        spec=spec,
        sampling=body.sampling,
        accept_restated=body.restated == "accept",
        name=body.name,
        project=body.project,
        second_model=body.second_model,
    )
