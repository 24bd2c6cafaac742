"""Datasets: upload, list, read, delete."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from app.contract.base import Name, Page
from app.contract.documents import DatasetDocument
from app.contract.fit import Rows
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, created
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.catalog import datasets

routes = router("datasets")

_TABLE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "week,sales,tv\n2024-01-01,1200,300\n2024-01-08,1310,0\n",
            },
            "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {"rows": TypeAdapter(Rows).json_schema()},
                },
                "example": {"rows": [{"week": "2024-01-01", "sales": 1200, "tv": 300}]},
            },
        },
    }
}


@routes.post(
    "/datasets",
    status_code=201,
    response_model=DatasetDocument,
    openapi_extra=_TABLE,
    responses=problems(409, 413, 415, 422),
)
@takes("table")
async def create_dataset(
    request: Request,
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    idempotent: Idempotent,
    name: Annotated[Name | None, Query()] = None,
) -> Response:
    """Store a table as CSV, Parquet or JSON rows; the answer has a profile and warnings."""
    media_type = request.headers.get("content-type", "")

    content = await request.body()

    def create() -> Response:
        row = datasets.create(context, content, media_type, name)
        return created(DatasetDocument.model_validate(row), f"/v1/datasets/{row.id}")

    return await idempotent.answer(lambda: run_in_lane(context.lanes.tables, create))


@routes.get("/datasets", responses=problems(422))
def list_datasets(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[DatasetDocument]:
    """Datasets, newest first."""
    return Page[DatasetDocument].model_validate(datasets.page(context, limit, page_token))


@routes.get("/datasets/{dataset_id}", response_model=DatasetDocument, responses=problems(404))
def get_dataset(dataset_id: Id, context: ContextOf, conditional: ConditionalRead) -> Response:
    """One dataset."""
    return conditional.document(DatasetDocument.model_validate(datasets.find(context, dataset_id)))


@routes.delete("/datasets/{dataset_id}", status_code=204, responses=problems(404))
def delete_dataset(dataset_id: Id, context: ContextOf) -> None:
    """Delete a dataset. Models fitted to it remain, with their data."""
    datasets.remove(context, dataset_id)
