"""Calls about plans: allocation, evaluation, frontier."""

from app.client.answers import AllocatedPlan, EvaluatedPlan
from app.client.resources import Operation
from app.client.transport import Calls, Document
from app.contract.base import Urgency
from app.contract.plan_odds import PlanOdds
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody, GivenPlan


class PlanCalls(Calls):
    """Calls about plans."""

    def allocate(self, model_id: str, request: AllocateBody | Document) -> AllocatedPlan:
        """The plan that is optimal for an objective."""
        return self._ask(AllocatedPlan, f"/v1/models/{model_id}/allocate", request)

    def start_allocation(
        self, model_id: str, request: AllocateBody | Document, priority: Urgency = "normal"
    ) -> Operation:
        """Start an allocation; ``allocation()`` of the ended operation is the plan."""
        return self._create(
            Operation,
            f"/v1/models/{model_id}/allocate",
            request,
            headers={"Prefer": "respond-async"},
            params={"priority": priority},
        )

    def evaluate_plan(self, model_id: str, request: EvaluatePlanBody | Document) -> EvaluatedPlan:
        """Evaluate a given plan."""
        return self._ask(EvaluatedPlan, f"/v1/models/{model_id}/evaluate-plan", request)

    def plan_odds(self, model_id: str, request: GivenPlan | Document) -> PlanOdds:
        """How a given plan compares with today's, judged as moves are."""
        return self._ask(PlanOdds, f"/v1/models/{model_id}/plan-odds", request)

    def frontier(
        self, model_id: str, request: FrontierBody | Document, priority: Urgency = "normal"
    ) -> Operation:
        """Start a frontier; ``frontier()`` of the ended operation has its points."""
        path = f"/v1/models/{model_id}/frontier"
        return self._create(Operation, path, request, params={"priority": priority})
