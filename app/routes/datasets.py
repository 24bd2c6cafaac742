"""Datasets: upload, list, read, delete."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import TypeAdapter
from starlette.responses import JSONResponse, Response

from app.contract.base import Name, Page
from app.contract.documents import DatasetDocument
from app.contract.fit import Rows
from app.http.body.route import takes
from app.http.body.upload import LONGEST_READ, uploaded
from app.http.computed_answer import LaneRunnerOf, created
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.guarded_route import requires_scope
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.catalog import datasets
from mmm.draft import Draft
from mmm.spec.sizes import LONGEST_NAME
from mmm.tables.formats import XLSX

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
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "with": {
                            "type": "string",
                            "format": "binary",
                            "description": "A second table, joined to the first by date.",
                        },
                        "name": {"type": "string", "maxLength": LONGEST_NAME},
                        "read": {
                            "type": "string",
                            "maxLength": LONGEST_READ,
                            "description": "A recipe, as JSON.",
                        },
                    },
                },
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {
                        "rows": TypeAdapter(Rows).json_schema(),
                        "read": {"$ref": "#/components/schemas/Recipe"},
                    },
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
    read: Annotated[
        str | None,
        Query(
            max_length=LONGEST_READ,
            description="How the table is read, as JSON; what is left out follows from its values.",
            examples=['{"dates": "month_first"}'],
        ),
    ] = None,
) -> Response:
    """Store a table as CSV, XLSX, Parquet or JSON rows.

    The answer tells how it was read, each word with its evidence, and has a profile and warnings.
    """
    upload = uploaded(await request.body(), request.headers.get("content-type", ""), name, read)

    def create() -> Response:
        row = datasets.create(context, upload)
        return created(DatasetDocument.model_validate(row), f"/v1/datasets/{row.id}")

    return await idempotent.answer(lambda: run_in_lane(context.lanes.tables, create))


@routes.get("/datasets", responses=problems(422))
def list_datasets(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[DatasetDocument]:
    """Datasets, newest first."""
    return Page[DatasetDocument].model_validate(datasets.page(context, limit, page_token))


@routes.get(
    "/datasets/{dataset_id:before_action}", response_model=DatasetDocument, responses=problems(404)
)
def get_dataset(dataset_id: Id, context: ContextOf, conditional: ConditionalRead) -> Response:
    """One dataset."""
    return conditional.document(DatasetDocument.model_validate(datasets.find(context, dataset_id)))


@routes.post(
    "/datasets/{dataset_id}:draft", response_model=Draft, responses=problems(404, 413, 422)
)
@requires_scope("read")
async def draft_model(dataset_id: Id, context: ContextOf, run_in_lane: LaneRunnerOf) -> Response:
    """Draft a specification for a dataset: every column's role and why, and what is left open.

    Nothing is stored. The draft passes its own check, unless a field holds a placeholder and a
    question names it.
    """

    def draft() -> Response:
        return JSONResponse(datasets.draft(context, dataset_id).model_dump(mode="json"))

    return await run_in_lane(context.lanes.tables, draft)


@routes.delete("/datasets/{dataset_id:before_action}", status_code=204, responses=problems(404))
def delete_dataset(dataset_id: Id, context: ContextOf) -> None:
    """Delete a dataset. Models fitted to it remain, with their data."""
    datasets.remove(context, dataset_id)
