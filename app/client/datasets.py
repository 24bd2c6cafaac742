"""Calls about datasets and lift tests."""

from collections.abc import Iterator
from json import dumps

from app.client.resources import Dataset
from app.client.table_source import TableSource, table_content
from app.client.transport import Calls, Document
from app.contract.base import Page
from app.contract.documents import LiftTestDocument
from mmm.draft.answer import Draft
from mmm.tables.recipe import Recipe


class DatasetCalls(Calls):
    """Calls about datasets and the register of lift tests."""

    def create_dataset(
        self,
        table: TableSource,
        media_type: str | None = None,
        name: str | None = None,
        read: Recipe | Document | None = None,
        beside: TableSource | None = None,
    ) -> Dataset:
        """Store a table: a file by its path, the bytes of one, or a data frame.

        ``media_type``: by default what the file's name or first bytes say, else CSV. ``read``: how
        it is read, such as ``{"dates": "month_first"}``; what it leaves out follows from the
        values, and the recipe of an earlier data set is its ``read``. ``beside``: a second table,
        by week or month, that is joined to the first by date.
        """
        content, kind = table_content(table)
        words = read.words if isinstance(read, Recipe) else read
        params = {"name": name, "read": None if words is None else dumps(words, default=str)}
        body: Document = {"content": content, "headers": {"Content-Type": media_type or kind}}
        if beside is not None:
            tables = {"file": (content, media_type or kind), "with": table_content(beside)}
            body = {"files": {part: (part, *table) for part, table in tables.items()}}
        given = {key: value for key, value in params.items() if value is not None}
        return self._create(Dataset, "/v1/datasets", params=given, **body)

    def datasets(self) -> Iterator[Dataset]:
        """Datasets, newest first."""
        return self._pages(Dataset, "/v1/datasets")

    def dataset(self, dataset_id: str) -> Dataset:
        """One dataset with its profile."""
        return self._get(Dataset, f"/v1/datasets/{dataset_id}")

    def draft(self, dataset_id: str) -> Draft:
        """Draft a specification for a dataset: its ``model``, the role of every column, and
        questions that the table leaves open."""
        return self._ask(Draft, f"/v1/datasets/{dataset_id}:draft", {})

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset; models fitted to it remain."""
        self._call("DELETE", f"/v1/datasets/{dataset_id}")

    def register_lift_tests(self, body: Document) -> Page[LiftTestDocument]:
        """Register ``{"tests": [...]}``, or ``{"rows": [...], "format": "geolift"}``."""
        return self._create(Page[LiftTestDocument], "/v1/lift-tests", body)

    def lift_tests(self) -> Iterator[LiftTestDocument]:
        """Registered lift tests, newest first."""
        return self._pages(LiftTestDocument, "/v1/lift-tests")

    def lift_test(self, test_id: str) -> LiftTestDocument:
        """One lift test."""
        return self._get(LiftTestDocument, f"/v1/lift-tests/{test_id}")

    def delete_lift_test(self, test_id: str) -> None:
        """Delete a lift test; models fitted with it keep their copy."""
        self._call("DELETE", f"/v1/lift-tests/{test_id}")
