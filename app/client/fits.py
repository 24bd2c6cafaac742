"""Calls that start fits, refits, tests of models and simulations, which run as operations."""

from typing import Any

from app.client.answers import Stability
from app.client.resources import Operation
from app.client.transport import Calls, Document
from app.contract.base import Urgency
from app.contract.documents import FitCheckDocument
from app.contract.trust.compare import CompareBody
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.trust.why import Why


class FitCalls(Calls):
    """Calls about fits. ``data`` is ``{"dataset_id": ...}`` or ``{"rows": [...]}``."""

    def check(self, data: Document, model: Document) -> FitCheckDocument:
        """Check data and specification without fitting."""
        body = {"data": data, "model": model}
        return self._ask(FitCheckDocument, "/v1/fit", body, params={"validate_only": True})

    def fit(
        self,
        data: Document,
        model: Document,
        sampling: Document | None = None,
        name: str | None = None,
        *,
        project: str | None = None,
        priority: Urgency = "normal",
        second_model: bool = True,
    ) -> Operation:
        """Start a fit; ``second_model``: fit its rival afterwards, for the plans."""
        body = {
            "data": data,
            "model": model,
            "sampling": sampling or {},
            "name": name,
            "project": project,
            "second_model": second_model,
        }
        return self._create(Operation, "/v1/fit", body, params={"priority": priority})

    def refit(
        self,
        model_id: str,
        data: Document,
        restated: str = "refuse",
        *,
        priority: Urgency = "normal",
        **changes: Any,
    ) -> Operation:
        """Start a refit with new weeks; ``restated="accept"`` accepts changed values of past weeks.

        ``changes``: ``model``, ``sampling``, ``name``, ``project``; by default they are unchanged.
        """
        body = {"data": data, "restated": restated, **changes}
        path = f"/v1/models/{model_id}/refit"
        return self._create(Operation, path, body, params={"priority": priority})

    def stability(self, model_id: str) -> Stability:
        """The stability report of a refit: what changed, and due to which data."""
        return self._get(Stability, f"/v1/models/{model_id}/stability")

    def start_trust(self, model_id: str, parts: Document | None = None) -> Operation:
        """Start tests of a model; ``parts``: options by part, None for the cheap ones."""
        return self._create(Operation, f"/v1/models/{model_id}/trust", {"parts": parts})

    def trust(self, model_id: str) -> TrustRecord:
        """What tests of a model have found."""
        return self._get(TrustRecord, f"/v1/models/{model_id}/trust")

    def why(self, model_id: str, channel: str) -> Why:
        """Why the number of a channel, or of the price, is what it is."""
        return self._get(Why, f"/v1/models/{model_id}/why", channel=channel)

    def simulate(
        self,
        data: Document,
        model: Document,
        draws: int = 200,
        datasets: int = 1,
        seed: int = 0,
        *,
        priority: Urgency = "normal",
    ) -> Operation:
        """Start a prior predictive simulation; the result names the stored datasets."""
        body = {"data": data, "model": model, "draws": draws, "datasets": datasets, "seed": seed}
        return self._create(Operation, "/v1/simulate", body, params={"priority": priority})

    def compare(self, request: CompareBody | Document) -> Operation:
        """Compare a model with rivals; ``comparison()`` of the ended operation has the answer."""
        return self._create(Operation, "/v1/compare", request)
