"""Lift tests: registered once, referred to by id in the models calibrated with them."""

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.contract.base import Page
from app.contract.documents import LiftTestDocument
from app.contract.fit import LiftTestsBody
from app.http.computed_answer import created
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.catalog import lift_tests

routes = router("lift tests")


@routes.post(
    "/lift-tests",
    status_code=201,
    response_model=Page[LiftTestDocument],
    responses=problems(409, 413, 415, 422),
)
async def register_lift_tests(
    body: LiftTestsBody, context: ContextOf, idempotent: Idempotent
) -> Response:
    """Register lift tests, all or none; or rows of PyMC-Marketing, CausalPy or GeoLift results.

    Such a row has the tool's own columns, and channel, start and end, which the tool does not
    record. A test is checked against model and data when a fit refers to it.
    """

    def register() -> Response:
        tests, source = lift_tests.read(body.tests, body.rows, body.format)
        rows = lift_tests.register(context, tests, source)
        items = [LiftTestDocument.model_validate(row) for row in rows]
        return created(Page(items=items, next_page_token=None))

    return await idempotent.answer(lambda: run_in_threadpool(register))


@routes.get("/lift-tests", responses=problems(422))
def list_lift_tests(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[LiftTestDocument]:
    """Lift tests, newest first."""
    return Page[LiftTestDocument].model_validate(lift_tests.page(context, limit, page_token))


@routes.get("/lift-tests/{test_id}", response_model=LiftTestDocument, responses=problems(404))
def get_lift_test(test_id: Id, context: ContextOf, conditional: ConditionalRead) -> Response:
    """One lift test."""
    return conditional.document(LiftTestDocument.model_validate(lift_tests.find(context, test_id)))


@routes.delete("/lift-tests/{test_id}", status_code=204, responses=problems(404))
def delete_lift_test(test_id: Id, context: ContextOf) -> None:
    """Delete a lift test. Models fitted with it keep their copy."""
    lift_tests.remove(context, test_id)
