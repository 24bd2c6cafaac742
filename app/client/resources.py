"""Stored resources with tables and a headline: datasets, models and operations."""

from collections.abc import Sequence

from app.client.answers import AllocatedPlan, Frontier
from app.client.errors import ClientError
from app.client.rows import rows
from app.client.with_tables import Tables, WithTables
from app.contract.documents import DatasetDocument, ModelDocument, OperationDocument
from app.contract.experiments.design import DesignAnswer
from app.contract.trust.compare import ComparisonAnswer


class Dataset(DatasetDocument, WithTables):
    """A stored table."""

    def tables(self) -> Tables:
        """``columns`` with their range."""
        return {"columns": rows(self.profile.columns)}

    def headline(self) -> str:
        """Its name and size."""
        columns = len(self.profile.columns)
        return f"Dataset {self.name or self.id}: {self.profile.rows} rows, {columns} columns"

    def _remarks(self) -> Sequence[str]:
        return tuple(f"{warning.column}: {warning.detail}" for warning in self.profile.warnings)


class Model(ModelDocument, WithTables):
    """A fitted model."""

    def tables(self) -> Tables:
        """``checks`` behind the verdict, ``evidence`` on each channel and the price."""
        evidence = self.evidence.levers if self.evidence else ()
        return {"checks": rows(self.verdict.checks), "evidence": rows(evidence)}

    def headline(self) -> str:
        """Its name and verdict."""
        return f"Model {self.name or self.id}: {self.verdict.status}"


class Operation(OperationDocument, WithTables):
    """A long-running call, and its result."""

    def tables(self) -> Tables:
        """``chains`` of a fit that samples."""
        return {"chains": rows(self.chains)} if self.chains else {}

    def headline(self) -> str:
        """Status and progress."""
        stage = f", {self.stage}" if self.stage and self.status == "running" else ""
        return f"Operation {self.id} ({self.kind}): {self.status}{stage}, {self.progress:.0%}"

    @property
    def model_id(self) -> str:
        """The model id of an ended fit or refit; raises ClientError if there is none."""
        return str(self._part("model_id"))

    def frontier(self) -> Frontier:
        """The result of an ended frontier; raises ClientError if there is none."""
        return Frontier.model_validate(self._part("frontier"))

    def allocation(self) -> AllocatedPlan:
        """The result of an ended allocation; raises ClientError if there is none."""
        return AllocatedPlan.model_validate(self._part("allocation"))

    def design(self) -> DesignAnswer:
        """The result of an ended design of a test; raises ClientError if there is none."""
        return DesignAnswer.model_validate(self._part("design"))

    def comparison(self) -> ComparisonAnswer:
        """The result of an ended comparison of rivals; raises ClientError if there is none."""
        return ComparisonAnswer.model_validate(self._part("comparison"))

    def _part(self, name: str) -> object:
        if name not in (self.result or {}):
            raise ClientError(f"operation {self.id} ({self.kind}, {self.status}) has no {name}")
        return (self.result or {})[name]
