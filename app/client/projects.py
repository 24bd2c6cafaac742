"""Projects: the champion, the plan of record, weeks as they came, and what became of the plan."""

from collections.abc import Iterator
from typing import Any

from app.client.answers import Variance
from app.client.transport import Calls, Document, document, read
from app.contract.projects import (
    Actuals,
    Project,
    ProjectPlanRead,
    ProjectPlanSummary,
    Promotion,
)


class ProjectCalls(Calls):
    """Weekly life."""

    def create_project(self, name: str, description: str = "") -> Project:
        """A project for a champion model, its plans and what became of them."""
        return self._create(Project, "/v1/projects", {"name": name, "description": description})

    def projects(self) -> Iterator[Project]:
        """Projects, newest first."""
        return self._pages(Project, "/v1/projects")

    def project(self, project_id: str) -> Project:
        """A project with its champion and its plan of record."""
        return self._get(Project, f"/v1/projects/{project_id}")

    def change_project(self, project_id: str, name: str, description: str = "") -> Project:
        """Another name and description."""
        body = document({"name": name, "description": description})
        return read(Project, self._call("PUT", f"/v1/projects/{project_id}", json=body))

    def delete_project(self, project_id: str) -> None:
        """Forget a project with its history; its models stay."""
        self._call("DELETE", f"/v1/projects/{project_id}")

    def promote(
        self, project_id: str, model_id: str, note: str = "", *, accept_rejected: bool = False
    ) -> Promotion:
        """Make a model the champion of a project."""
        body = {"model_id": model_id, "note": note, "accept_rejected": accept_rejected}
        return self._create(Promotion, f"/v1/projects/{project_id}/champion", body)

    def promotions(self, project_id: str) -> Iterator[Promotion]:
        """Champions so far, newest first."""
        return self._pages(Promotion, f"/v1/projects/{project_id}/promotions")

    def adopt_plan(self, project_id: str, name: str, **question: Any) -> ProjectPlanRead:
        """Make a plan the plan of record: ``scenario_id``, ``allocate`` or ``evaluate_plan``."""
        body = {"name": name, **question}
        return self._create(ProjectPlanRead, f"/v1/projects/{project_id}/plans", body)

    def plans(self, project_id: str) -> Iterator[ProjectPlanSummary]:
        """Plans so far, newest first: the first is the plan of record."""
        return self._pages(ProjectPlanSummary, f"/v1/projects/{project_id}/plans")

    def plan(self, project_id: str, plan_id: str) -> ProjectPlanRead:
        """One plan with its question and answer."""
        return self._get(ProjectPlanRead, f"/v1/projects/{project_id}/plans/{plan_id}")

    def post_actuals(self, project_id: str, data: Document) -> Actuals:
        """Weeks as they came."""
        path = f"/v1/projects/{project_id}/actuals"
        return self._create(Actuals, path, {"data": dict(data)})

    def actuals(self, project_id: str) -> Iterator[Actuals]:
        """What was posted, newest first."""
        return self._pages(Actuals, f"/v1/projects/{project_id}/actuals")

    def plan_versus_actual(self, project_id: str, plan_id: str | None = None) -> Variance:
        """What became of the plan: plan, execution, market, model."""
        return self._get(Variance, f"/v1/projects/{project_id}/plan-vs-actual", plan_id=plan_id)
