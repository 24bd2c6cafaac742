"""A typed client of the HTTP service: each call of the contract as a method.

    with Client("http://127.0.0.1:8000", key="prudent_...") as client:
        operation = client.fit({"dataset_id": dataset.id}, spec)
        model_id = client.wait(operation).result["model_id"]

A problem document becomes ServiceError, with the problem in ``problem``; an operation that did not
succeed becomes OperationError, with the operation in ``operation``.
"""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import BaseModel, ValidationError

from app.documents import (
    DatasetDocument,
    FitCheckDocument,
    LiftTestList,
    ModelDocument,
    OperationDocument,
)
from app.problems import MEDIA_TYPE, Problem
from app.project_documents import (
    Actuals,
    Project,
    ProjectPlanRead,
    ProjectVariance,
    Promotion,
)
from app.services.evaluate_plan import EvaluatePlanBody, PlanEvaluation
from app.services.frontier import FrontierBody
from app.services.plan_requests import AllocateBody
from app.services.plans import AllocationAnswer
from app.services.queries import ContributionsAnswer, CounterfactualBody, CurvesAnswer
from mmm.contribution import By
from mmm.question import Counterfactual, CounterfactualAnswer
from mmm.stability_answer import StabilityReport

ENDED = frozenset({"succeeded", "failed", "cancelled"})
Document = Mapping[str, Any]

BUSY = frozenset({429, 503})
"""Refused before anything was done: the call may be sent again."""
ATTEMPTS = 4
MAX_PAUSE = 30.0


class ClientError(Exception):
    """Root of the errors of this client."""


class ServiceError(ClientError):
    """The service refused the call; ``problem`` says why, its ``errors`` name the fields."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")


class OperationError(ClientError):
    """An operation ended without a result; ``operation`` says how."""

    def __init__(self, operation: OperationDocument) -> None:
        self.operation = operation
        detail = operation.error.detail if operation.error else operation.status
        super().__init__(f"operation {operation.id} {operation.status}: {detail}")


class Client:
    """Calls of one service; a context manager. ``timeout`` in seconds holds for each call.

    ``key``: an API key, or a token of the identity provider, where the service asks for one.
    """

    def __init__(self, base_url: str, timeout: float = 60.0, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=base_url, timeout=timeout, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def create_dataset(
        self, content: bytes, media_type: str = "text/csv", name: str | None = None
    ) -> DatasetDocument:
        """Store a table."""
        answer = self._call(
            "POST",
            "/v1/datasets",
            content=content,
            headers={"Content-Type": media_type},
            params={"name": name} if name else {},
        )
        return _read(DatasetDocument, answer)

    def check(self, data: Document, model: Document) -> FitCheckDocument:
        """Check data and specification, and fit nothing."""
        body = {"data": data, "model": model}
        answer = self._call("POST", "/v1/fit", json=body, params={"validate_only": True})
        return _read(FitCheckDocument, answer)

    def fit(
        self,
        data: Document,
        model: Document,
        sampling: Document | None = None,
        name: str | None = None,
    ) -> OperationDocument:
        """Start a fit; ``data`` is ``{"dataset_id": ...}`` or ``{"rows": [...]}``."""
        body = {"data": data, "model": model, "sampling": sampling or {}, "name": name}
        return _read(OperationDocument, self._call("POST", "/v1/fit", json=body))

    def refit(
        self, model_id: str, data: Document, restated: str = "refuse", **changes: Any
    ) -> OperationDocument:
        """Start a refit with new weeks; ``restated="accept"`` takes old numbers that changed."""
        body = {"data": data, "restated": restated, **changes}
        answer = self._call("POST", f"/v1/models/{model_id}/refit", json=body)
        return _read(OperationDocument, answer)

    def stability(self, model_id: str) -> StabilityReport:
        """What a refit changed, and which data did."""
        return _read(StabilityReport, self._call("GET", f"/v1/models/{model_id}/stability"))

    def simulate(
        self, data: Document, model: Document, draws: int = 200, datasets: int = 1, seed: int = 0
    ) -> OperationDocument:
        """Start to draw data sets from the model's prior; the result names those stored."""
        body = {"data": data, "model": model, "draws": draws, "datasets": datasets, "seed": seed}
        return _read(OperationDocument, self._call("POST", "/v1/simulate", json=body))

    def register_lift_tests(self, body: Document) -> LiftTestList:
        """Register ``{"tests": [...]}``, or ``{"rows": [...], "format": "geolift"}``."""
        return _read(LiftTestList, self._call("POST", "/v1/lift-tests", json=dict(body)))

    def operation(self, operation_id: str) -> OperationDocument:
        """An operation as it stands."""
        return _read(OperationDocument, self._call("GET", f"/v1/operations/{operation_id}"))

    def cancel(self, operation_id: str) -> OperationDocument:
        """Stop an operation and discard what it did."""
        answer = self._call("POST", f"/v1/operations/{operation_id}:cancel")
        return _read(OperationDocument, answer)

    def stop(self, operation_id: str) -> OperationDocument:
        """End an operation with what it has; its result is then incomplete."""
        answer = self._call("POST", f"/v1/operations/{operation_id}:stop")
        return _read(OperationDocument, answer)

    def wait(
        self,
        operation: OperationDocument,
        on_progress: Callable[[OperationDocument], None] = lambda _: None,
        every: float = 0.5,
    ) -> OperationDocument:
        """Poll until the operation has succeeded; raises OperationError where it did not."""
        while operation.status not in ENDED:
            time.sleep(every)
            operation = self.operation(operation.id)
            on_progress(operation)
        if operation.status != "succeeded":
            raise OperationError(operation)
        return operation

    def model(self, model_id: str) -> ModelDocument:
        """A fitted model with its verdict."""
        return _read(ModelDocument, self._call("GET", f"/v1/models/{model_id}"))

    def contributions(self, model_id: str, by: By = "total") -> ContributionsAnswer:
        """Who caused what."""
        answer = self._call("GET", f"/v1/models/{model_id}/contributions", params={"by": by})
        return _read(ContributionsAnswer, answer)

    def curves(self, model_id: str) -> CurvesAnswer:
        """Response curves."""
        return _read(CurvesAnswer, self._call("GET", f"/v1/models/{model_id}/curves"))

    def counterfactual(
        self, model_id: str, question: Counterfactual | CounterfactualBody | Document
    ) -> CounterfactualAnswer:
        """What if."""
        path = f"/v1/models/{model_id}/counterfactual"
        return _read(CounterfactualAnswer, self._call("POST", path, json=_body(question)))

    def allocate(self, model_id: str, request: AllocateBody | Document) -> AllocationAnswer:
        """The plan that is best for an attitude to risk."""
        path = f"/v1/models/{model_id}/allocate"
        return _read(AllocationAnswer, self._call("POST", path, json=_body(request)))

    def evaluate_plan(self, model_id: str, request: EvaluatePlanBody | Document) -> PlanEvaluation:
        """The score of a given plan."""
        path = f"/v1/models/{model_id}/evaluate-plan"
        return _read(PlanEvaluation, self._call("POST", path, json=_body(request)))

    def frontier(self, model_id: str, request: FrontierBody | Document) -> OperationDocument:
        """Start a frontier; the result has it under ``frontier``."""
        path = f"/v1/models/{model_id}/frontier"
        return _read(OperationDocument, self._call("POST", path, json=_body(request)))

    def create_project(self, name: str, description: str = "") -> Project:
        """A project for a champion model, its plans and what became of them."""
        body = {"name": name, "description": description}
        return _read(Project, self._call("POST", "/v1/projects", json=body))

    def project(self, project_id: str) -> Project:
        """A project with its champion and its plan of record."""
        return _read(Project, self._call("GET", f"/v1/projects/{project_id}"))

    def promote(
        self, project_id: str, model_id: str, note: str = "", *, accept_rejected: bool = False
    ) -> Promotion:
        """Make a model the champion of a project."""
        body = {"model_id": model_id, "note": note, "accept_rejected": accept_rejected}
        answer = self._call("POST", f"/v1/projects/{project_id}/champion", json=body)
        return _read(Promotion, answer)

    def adopt_plan(self, project_id: str, name: str, **question: Any) -> ProjectPlanRead:
        """Make a plan the plan of record: ``scenario_id``, ``allocate`` or ``evaluate_plan``."""
        body = {"name": name, **question}
        answer = self._call("POST", f"/v1/projects/{project_id}/plans", json=body)
        return _read(ProjectPlanRead, answer)

    def post_actuals(self, project_id: str, data: Document) -> Actuals:
        """Weeks as they came."""
        path = f"/v1/projects/{project_id}/actuals"
        return _read(Actuals, self._call("POST", path, json={"data": dict(data)}))

    def plan_versus_actual(self, project_id: str, plan_id: str | None = None) -> ProjectVariance:
        """What became of the plan: plan, execution, market, model."""
        params = {"plan_id": plan_id} if plan_id else {}
        path = f"/v1/projects/{project_id}/plan-vs-actual"
        return _read(ProjectVariance, self._call("GET", path, params=params))

    def report(self, model_id: str) -> str:
        """The report as one HTML page."""
        return self._call("GET", f"/v1/models/{model_id}/report").text

    def posterior(self, model_id: str) -> bytes:
        """The model's netCDF file."""
        return self._call("GET", f"/v1/models/{model_id}/posterior").content

    def delete_model(self, model_id: str) -> None:
        """Delete a model with its draws."""
        self._call("DELETE", f"/v1/models/{model_id}")

    def _call(self, method: str, path: str, **parts: Any) -> httpx.Response:
        for left in reversed(range(ATTEMPTS)):
            response = self._http.request(method, path, **parts)
            if response.is_success:
                return response
            if response.status_code not in BUSY or not left:
                break
            time.sleep(_pause(response))
        raise ServiceError(_problem(response))


def _pause(response: httpx.Response) -> float:
    """Seconds that the service asks to wait, within bounds; 1 where it does not say."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked), MAX_PAUSE) if asked.isdecimal() else 1.0


def _problem(response: httpx.Response) -> Problem:
    if response.headers.get("content-type", "").startswith(MEDIA_TYPE):
        return Problem.model_validate_json(response.content)
    return Problem(
        type="about:blank",
        title=response.reason_phrase,
        status=response.status_code,
        detail=response.text[:300],
        code="no_problem_document",
    )


def _read[Answer: BaseModel](kind: type[Answer], response: httpx.Response) -> Answer:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        raise ClientError(f"the answer is no {kind.__name__}: {error}") from error


def _body(request: BaseModel | Document) -> Any:
    return request.model_dump(mode="json") if isinstance(request, BaseModel) else dict(request)
