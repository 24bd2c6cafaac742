"""Calls about datasets and lift tests."""

from collections.abc import Iterator

from app.client.resources import Dataset
from app.client.transport import Calls, Document
from app.contract.base import Page
from app.contract.documents import LiftTestDocument


class DatasetCalls(Calls):
    """Calls about datasets and the register of lift tests."""

    def create_dataset(
        self, content: bytes, media_type: str = "text/csv", name: str | None = None
    ) -> Dataset:
        """Store a table."""
        return self._create(
            Dataset,
            "/v1/datasets",
            content=content,
            headers={"Content-Type": media_type},
            params={"name": name} if name else {},
        )

    def datasets(self) -> Iterator[Dataset]:
        """Datasets, newest first."""
        return self._pages(Dataset, "/v1/datasets")

    def dataset(self, dataset_id: str) -> Dataset:
        """One dataset with its profile."""
        return self._get(Dataset, f"/v1/datasets/{dataset_id}")

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
