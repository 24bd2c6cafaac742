"""Calls about models and queries to them."""

from collections.abc import Iterator

from app.client.answers import Contributions, Curves, Graph, WhatIf
from app.client.resources import Model
from app.client.transport import Calls, Document
from app.contract.query_answers import CounterfactualBody, WeeksAnswer
from app.contract.truth import TruthAnswer
from mmm.attribution.answers import Breakdown
from mmm.counterfactual.question import Counterfactual


class ModelCalls(Calls):
    """Calls about fitted models."""

    def models(self) -> Iterator[Model]:
        """Models, newest first."""
        return self._pages(Model, "/v1/models")

    def model(self, model_id: str) -> Model:
        """A fitted model with its verdict."""
        return self._get(Model, f"/v1/models/{model_id}")

    def delete_model(self, model_id: str) -> None:
        """Delete a model with its draws."""
        self._call("DELETE", f"/v1/models/{model_id}")

    def contributions(self, model_id: str, by: Breakdown = "total") -> Contributions:
        """The decomposition of the KPI, with ROI and marginal ROI."""
        return self._get(Contributions, f"/v1/models/{model_id}/contributions", by=by)

    def curves(self, model_id: str) -> Curves:
        """Response curves."""
        return self._get(Curves, f"/v1/models/{model_id}/curves")

    def weeks(self, model_id: str) -> WeeksAnswer:
        """The observed weeks: KPI, fitted mean and spend."""
        return self._get(WeeksAnswer, f"/v1/models/{model_id}/weeks")

    def truth(self, model_id: str) -> TruthAnswer:
        """What truly happened, of the simulated brand of ``serve --demo``."""
        return self._get(TruthAnswer, f"/v1/models/{model_id}/truth")

    def graph(self, model_id: str) -> Graph:
        """The causal graph, and which effects it identifies."""
        return self._get(Graph, f"/v1/models/{model_id}/graph")

    def counterfactual(
        self, model_id: str, question: Counterfactual | CounterfactualBody | Document
    ) -> WhatIf:
        """Answer a what-if question."""
        return self._ask(WhatIf, f"/v1/models/{model_id}/counterfactual", question)

    def report(self, model_id: str, scenario_id: str | None = None) -> str:
        """The report as one HTML page; with a saved allocation, about its plan."""
        query = {} if scenario_id is None else {"scenario_id": scenario_id}
        return self._call("GET", f"/v1/models/{model_id}/report", params=query).text

    def posterior(self, model_id: str) -> bytes:
        """The model's netCDF file."""
        return self._call("GET", f"/v1/models/{model_id}/posterior").content
