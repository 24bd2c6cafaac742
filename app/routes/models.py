"""Fitted models: list, read with their verdict, download, delete."""

from starlette.responses import FileResponse, Response

from app.contract.base import Page
from app.contract.documents import ModelDocument
from app.contract.truth import TruthAnswer
from app.demo.world.truth import truth_of
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, Limit, PageToken, problems, router
from app.http.tables.answer import TABLES, WantedTable
from app.services.catalog import models

routes = router("models")

NETCDF = "application/x-netcdf"


@routes.get("/models", responses=problems(422))
def list_models(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[ModelDocument]:
    """Models, newest first."""
    page = models.page(context, limit, page_token)
    items = [models.document(row) for row in page.items]
    return Page(items=items, next_page_token=page.next_page_token)


@routes.get(
    "/models/{model_id}",
    response_model=ModelDocument,
    responses={200: {"content": TABLES}, **problems(404, 422)},
)
def get_model(model: ExistingModel, conditional: ConditionalRead, wanted: WantedTable) -> Response:
    """One model: its specification, data, verdict and diagnostics; as a table, its checks."""
    return wanted.stored("model", models.document(model), conditional)


@routes.delete("/models/{model_id}", status_code=204, responses=problems(404, 409))
def delete_model(model: ExistingModel, context: ContextOf) -> None:
    """Delete a model with its draws."""
    models.remove(context, model.id)


@routes.get("/models/{model_id}/truth", response_model=TruthAnswer, responses=problems(404))
def get_truth(model: ExistingModel, conditional: ConditionalRead) -> Response:
    """What truly happened, of the simulated brand of `serve --demo`; 404 for any other model."""
    return conditional.document(truth_of(model))


@routes.get(
    "/models/{model_id}/posterior",
    response_class=Response,
    responses={
        200: {"content": {NETCDF: {}}, "description": "Draws, data and scales as netCDF."},
        **problems(404),
    },
)
def get_posterior(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead
) -> Response:
    """The model's file: draws of all parameters, the data, the specification (netCDF)."""
    path = context.store.path(model.artefact_key)
    file = FileResponse(path, media_type=NETCDF, filename=f"{model.id}.nc")
    return conditional.tagged(f'"{model.artefact_key}"', file)
