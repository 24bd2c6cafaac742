"""Calls about scenarios: named questions saved with their answers."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from app.client.answers import SideBySide
from app.client.transport import Calls
from app.contract.base import Listing
from app.contract.scenarios import ScenarioRead, ScenarioSummary
from app.contract.sharing.shares import USUAL_DAYS, ShareDocument


class ScenarioCalls(Calls):
    """Calls about scenarios."""

    def save_scenario(self, name: str, model_id: str, **question: Any) -> ScenarioRead:
        """Answer and save a question: ``allocate``, ``evaluate_plan`` or ``counterfactual``."""
        body = {"name": name, "model_id": model_id, **question}
        return self._create(ScenarioRead, "/v1/scenarios", body)

    def save_sheet(
        self, name: str, model_id: str, sheet: str | Path, read: Mapping[str, Any] | None = None
    ) -> ScenarioRead:
        """Evaluate and save the plan in a planner's sheet, a .csv or .xlsx file; ``read``: words
        about how it is written."""
        path = Path(sheet)
        parts = {"name": name, "model_id": model_id}
        parts |= {"read": json.dumps(read)} if read else {}
        files = {"file": (path.name, path.read_bytes())}
        return self._create(ScenarioRead, "/v1/scenarios", data=parts, files=files)

    def scenarios(self) -> Iterator[ScenarioSummary]:
        """Scenarios, newest first."""
        return self._pages(ScenarioSummary, "/v1/scenarios")

    def scenario(self, scenario_id: str) -> ScenarioRead:
        """One scenario with its question and answer."""
        return self._get(ScenarioRead, f"/v1/scenarios/{scenario_id}")

    def compare_scenarios(self, *scenario_ids: str) -> SideBySide:
        """Up to 20 scenarios side by side."""
        return self._get(SideBySide, "/v1/scenarios/compare", id=scenario_ids)

    def export_scenario(
        self, scenario_id: str, format: Literal["csv", "xlsx", "html", "pptx"] = "csv"
    ) -> bytes:
        """A scenario as a table for spreadsheets, or its plan as a page or a slide."""
        path = f"/v1/scenarios/{scenario_id}/export"
        return self._call("GET", path, params={"format": format}).content

    def share_scenario(self, scenario_id: str, days: int = USUAL_DAYS) -> ShareDocument:
        """Make a link to the plan of a scenario, as it is told now, for so many days."""
        path = f"/v1/scenarios/{scenario_id}/shares"
        return self._create(ShareDocument, path, {"days": days})

    def shares(self, scenario_id: str) -> Iterator[ShareDocument]:
        """The links to a scenario's plan that work, newest first."""
        yield from self._get(Listing[ShareDocument], f"/v1/scenarios/{scenario_id}/shares").items

    def share(self, scenario_id: str, share_id: str) -> ShareDocument:
        """One link."""
        return self._get(ShareDocument, f"/v1/scenarios/{scenario_id}/shares/{share_id}")

    def revoke_share(self, scenario_id: str, share_id: str) -> None:
        """Revoke a link, with effect from the next opening."""
        self._call("DELETE", f"/v1/scenarios/{scenario_id}/shares/{share_id}")

    def delete_scenario(self, scenario_id: str) -> None:
        """Delete a scenario."""
        self._call("DELETE", f"/v1/scenarios/{scenario_id}")
