"""Calls about scenarios: named questions saved with their answers."""

from collections.abc import Iterator
from typing import Any, Literal

from app.client.answers import SideBySide
from app.client.transport import Calls
from app.contract.scenarios import ScenarioRead, ScenarioSummary


class ScenarioCalls(Calls):
    """Calls about scenarios."""

    def save_scenario(self, name: str, model_id: str, **question: Any) -> ScenarioRead:
        """Answer and save a question: ``allocate``, ``evaluate_plan`` or ``counterfactual``."""
        body = {"name": name, "model_id": model_id, **question}
        return self._create(ScenarioRead, "/v1/scenarios", body)

    def scenarios(self) -> Iterator[ScenarioSummary]:
        """Scenarios, newest first."""
        return self._pages(ScenarioSummary, "/v1/scenarios")

    def scenario(self, scenario_id: str) -> ScenarioRead:
        """One scenario with its question and answer."""
        return self._get(ScenarioRead, f"/v1/scenarios/{scenario_id}")

    def compare_scenarios(self, *scenario_ids: str) -> SideBySide:
        """Up to 20 scenarios side by side."""
        return self._get(SideBySide, "/v1/scenarios/compare", id=scenario_ids)

    def export_scenario(self, scenario_id: str, format: Literal["csv", "xlsx"] = "csv") -> bytes:
        """A scenario as a table for spreadsheets."""
        path = f"/v1/scenarios/{scenario_id}/export"
        return self._call("GET", path, params={"format": format}).content

    def delete_scenario(self, scenario_id: str) -> None:
        """Delete a scenario."""
        self._call("DELETE", f"/v1/scenarios/{scenario_id}")
