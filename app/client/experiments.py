"""Calls about experiments: which to run next, design, life, and what they have shown."""

from collections.abc import Iterator

from app.client.resources import Operation
from app.client.transport import Calls, Document
from app.contract.experiments.design import DesignBody
from app.contract.experiments.experiments import (
    ExperimentBody,
    ExperimentDocument,
    ExperimentReadBody,
    ExperimentSummary,
)
from app.contract.experiments.next_experiment import NextExperiment
from app.contract.experiments.read_test import ReadTestBody
from mmm.experiments.reading.answer import GeoTestReading

PATH = "/v1/experiments"


class ExperimentCalls(Calls):
    """Calls about experiments."""

    def next_experiment(
        self, model_id: str, weeks: int = 13, *, accept_rejected: bool = False
    ) -> NextExperiment:
        """Channels by what their best test adds to the next plan, less its cost."""
        path = f"/v1/models/{model_id}/next-experiment"
        return self._get(NextExperiment, path, weeks=weeks, accept_rejected=accept_rejected)

    def design_experiment(self, request: DesignBody | Document) -> Operation:
        """Design a test; ``design()`` of the ended operation has the designs."""
        return self._create(Operation, f"{PATH}:design", request)

    def read_test(self, request: ReadTestBody | Document) -> GeoTestReading:
        """What was sold because of a geo test, with its interval and placebos."""
        return self._ask(GeoTestReading, f"{PATH}:read", request)

    def create_experiment(self, request: ExperimentBody | Document) -> ExperimentDocument:
        """Store a test that is to be run, as a draft."""
        return self._create(ExperimentDocument, PATH, request)

    def experiments(self) -> Iterator[ExperimentSummary]:
        """Experiments, newest first."""
        return self._pages(ExperimentSummary, PATH)

    def experiment(self, experiment_id: str) -> ExperimentDocument:
        """One experiment."""
        return self._get(ExperimentDocument, f"{PATH}/{experiment_id}")

    def start_experiment(self, experiment_id: str) -> ExperimentDocument:
        """The test runs: plans hold its channel until its cool-down is over."""
        return self._ask(ExperimentDocument, f"{PATH}/{experiment_id}:start", {})

    def read_experiment(
        self, experiment_id: str, request: ExperimentReadBody | Document
    ) -> ExperimentDocument:
        """Read a test whose cool-down is over, and make the lift test that it becomes."""
        return self._ask(ExperimentDocument, f"{PATH}/{experiment_id}:read", request)

    def use_experiment(self, experiment_id: str) -> ExperimentDocument:
        """Register the lift test: fits refer to it by its ``lift_test_id``."""
        return self._ask(ExperimentDocument, f"{PATH}/{experiment_id}:use", {})

    def delete_experiment(self, experiment_id: str) -> None:
        """Delete an experiment; a lift test that it became remains."""
        self._call("DELETE", f"{PATH}/{experiment_id}")
