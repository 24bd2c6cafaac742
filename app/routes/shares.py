"""Links to plans: made, listed and revoked by whoever may write scenarios."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from app.contract.base import Listing
from app.contract.sharing.shares import ShareBody, ShareDocument
from app.db.models import ScenarioRow
from app.http.body.route import found_first
from app.http.computed_answer import LaneRunnerOf, created
from app.http.dependencies import ContextOf, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.projects import scenarios, shares

routes = router("scenarios")


@found_first
def existing_scenario(scenario_id: Id, context: ContextOf) -> ScenarioRow:
    """The scenario in the path."""
    return scenarios.find(context, scenario_id)


ExistingScenario = Annotated[ScenarioRow, Depends(existing_scenario)]


@routes.post(
    "/scenarios/{scenario_id}/shares",
    status_code=201,
    response_model=ShareDocument,
    responses=problems(404, 409, 413, 415, 422),
)
async def share_scenario(
    scenario: ExistingScenario,
    body: ShareBody,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
) -> Response:
    """Make a link to a page that shows this plan as it is told now, and nothing else.

    Whoever has the link can open it, without a credential, until it ends or is revoked.
    """

    def share() -> Response:
        document = shares.create(context, scenario, body, run_in_lane.caller)
        return created(document, f"/v1/scenarios/{scenario.id}/shares/{document.id}")

    return await idempotent.answer(lambda: run_in_lane(context.lanes.plans, share))


@routes.get("/scenarios/{scenario_id}/shares", responses=problems(404))
def list_shares(scenario: ExistingScenario, context: ContextOf) -> Listing[ShareDocument]:
    """The links to a scenario's plan that work, newest first."""
    return Listing(items=shares.of_scenario(context, scenario))


@routes.get("/scenarios/{scenario_id}/shares/{share_id}", responses=problems(404))
def get_share(scenario: ExistingScenario, share_id: Id, context: ContextOf) -> ShareDocument:
    """One link."""
    return shares.find(context, scenario, share_id)


@routes.delete(
    "/scenarios/{scenario_id}/shares/{share_id}", status_code=204, responses=problems(404)
)
def revoke_share(scenario: ExistingScenario, share_id: Id, context: ContextOf) -> None:
    """Revoke a link, with effect from the next opening."""
    shares.revoke(context, scenario, share_id)
