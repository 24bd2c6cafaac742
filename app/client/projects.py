"""Calls about projects: champion, plan of record, actuals, plan versus actual."""

from collections.abc import Iterator
from typing import Any

from app.client.answers import Variance
from app.client.transport import Calls, Document, document, read
from app.contract.projects import (
    Actuals,
    Project,
    ProjectPlanRead,
    ProjectPlanSummary,
    Promises,
    Promotion,
)


class ProjectCalls(Calls):
    """Calls about projects."""

    def create_project(self, name: str, description: str = "") -> Project:
        """Create a project for a champion model, its plans and their actuals."""
        return self._create(Project, "/v1/projects", {"name": name, "description": description})

    def projects(self) -> Iterator[Project]:
        """Projects, newest first."""
        return self._pages(Project, "/v1/projects")

    def project(self, project_id: str) -> Project:
        """A project with its champion and its plan of record."""
        return self._get(Project, f"/v1/projects/{project_id}")

    def change_project(self, project_id: str, name: str, description: str = "") -> Project:
        """Change name and description."""
        body = document({"name": name, "description": description})
        return read(Project, self._call("PUT", f"/v1/projects/{project_id}", json=body))

    def delete_project(self, project_id: str) -> None:
        """Delete a project with its history; its models remain."""
        self._call("DELETE", f"/v1/projects/{project_id}")

    def promote(
        self, project_id: str, model_id: str, note: str = "", *, accept_rejected: bool = False
    ) -> Promotion:
        """Make a model the champion of a project."""
        body = {"model_id": model_id, "note": note, "accept_rejected": accept_rejected}
        return self._create(Promotion, f"/v1/projects/{project_id}/champion", body)

    def promotions(self, project_id: str) -> Iterator[Promotion]:
        """All promotions, newest first."""
        return self._pages(Promotion, f"/v1/projects/{project_id}/promotions")

    def adopt_plan(self, project_id: str, name: str, **question: Any) -> ProjectPlanRead:
        """Make a plan the plan of record: ``scenario_id``, ``allocate`` or ``evaluate_plan``."""
        body = {"name": name, **question}
        return self._create(ProjectPlanRead, f"/v1/projects/{project_id}/plans", body)

    def plans(self, project_id: str) -> Iterator[ProjectPlanSummary]:
        """All plans, newest first; the first is the plan of record."""
        return self._pages(ProjectPlanSummary, f"/v1/projects/{project_id}/plans")

    def plan(self, project_id: str, plan_id: str) -> ProjectPlanRead:
        """One plan with its question and answer."""
        return self._get(ProjectPlanRead, f"/v1/projects/{project_id}/plans/{plan_id}")

    def post_actuals(self, project_id: str, data: Document) -> Actuals:
        """Post actual weeks."""
        path = f"/v1/projects/{project_id}/actuals"
        return self._create(Actuals, path, {"data": dict(data)})

    def actuals(self, project_id: str) -> Iterator[Actuals]:
        """All posted actuals, newest first."""
        return self._pages(Actuals, f"/v1/projects/{project_id}/actuals")

    def plan_versus_actual(self, project_id: str, plan_id: str | None = None) -> Variance:
        """Actual less reference KPI, split into plan, execution, market and model."""
        return self._get(Variance, f"/v1/projects/{project_id}/plan-vs-actual", plan_id=plan_id)

    def promises(self, project_id: str) -> Promises:
        """What the project's plans and tests promised, and what came."""
        return self._get(Promises, f"/v1/projects/{project_id}/promises")
