"""Plans: the best one, the score of a given one, the frontier."""

from app.client.answers import AllocatedPlan, EvaluatedPlan
from app.client.resources import Operation
from app.client.transport import Calls, Document
from app.contract.base import Urgency
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody


class PlanCalls(Calls):
    """What is decided with a model."""

    def allocate(self, model_id: str, request: AllocateBody | Document) -> AllocatedPlan:
        """The plan that is best for an attitude to risk."""
        return self._ask(AllocatedPlan, f"/v1/models/{model_id}/allocate", request)

    def start_allocation(
        self, model_id: str, request: AllocateBody | Document, priority: Urgency = "normal"
    ) -> Operation:
        """The same as an operation; ``allocation()`` of the ended operation is the plan."""
        return self._create(
            Operation,
            f"/v1/models/{model_id}/allocate",
            request,
            headers={"Prefer": "respond-async"},
            params={"priority": priority},
        )

    def evaluate_plan(self, model_id: str, request: EvaluatePlanBody | Document) -> EvaluatedPlan:
        """The score of a given plan."""
        return self._ask(EvaluatedPlan, f"/v1/models/{model_id}/evaluate-plan", request)

    def frontier(
        self, model_id: str, request: FrontierBody | Document, priority: Urgency = "normal"
    ) -> Operation:
        """Start a frontier; ``frontier()`` of the ended operation has its points."""
        path = f"/v1/models/{model_id}/frontier"
        return self._create(Operation, path, request, params={"priority": priority})
