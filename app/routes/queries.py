"""Queries to a model: contributions, response curves, causal graph, report, what-if questions."""

from typing import Annotated

from fastapi import Body, Header, Query
from starlette.responses import HTMLResponse, Response

from app.context import Context
from app.contract.query_answers import (
    ContributionsAnswer,
    CounterfactualBody,
    CurvesAnswer,
    ModelGraphAnswer,
)
from app.db.models import ModelRow
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, SerializedAnswer, json_response, serialize
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.guarded_route import requires_scope
from app.services.catalog import models, queries
from app.services.catalog.finite import require_finite
from app.services.projects.csv_export import contributions_csv
from mmm.attribution.answers import Breakdown
from mmm.counterfactual.question import CounterfactualAnswer

routes = router("questions")

CSV = "text/csv"

_WHAT_IF = {
    "without tv": {
        "value": {
            "window": {"start": "2024-01-01", "end": "2024-03-25"},
            "do": [{"variable": "tv", "scale": 0.0}],
        }
    },
    "price and rival": {
        "value": {
            "window": {"start": "2024-01-01", "end": "2024-03-25"},
            "kind": "interventional",
            "do": [
                {"variable": "price", "set": 9.9},
                {"variable": "rival.spend", "scale": 2.0, "start": "2024-02-05"},
            ],
        }
    },
    "the rival matches 60 % of a price cut": {
        "value": {
            "window": {"start": "2024-01-01", "end": "2024-03-25"},
            "do": [
                {"variable": "price", "scale": 0.9},
                {"variable": "rival.price", "policy": {"follows": "price", "share": 0.6}},
            ],
        }
    },
    "a flight two weeks later, had the same noise come": {
        "value": {
            "window": {"start": "2024-01-01", "end": "2024-03-25"},
            "kind": "counterfactual",
            "do": [{"variable": "tv", "shift": 2}],
        }
    },
}


@routes.get(
    "/models/{model_id}/contributions",
    response_model=ContributionsAnswer,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **problems(404, 422)},
)
async def get_contributions(
    model: ExistingModel,
    context: ContextOf,
    conditional: ConditionalRead,
    by: Annotated[
        Breakdown, Query(description="One row in total, per week, or per geo.")
    ] = "total",
    accept: Annotated[str, Header()] = "*/*",
) -> Response:
    """Contribution of each component, ROI and marginal ROI, with intervals. CSV by Accept."""
    as_csv = wants_csv(accept)

    def make() -> SerializedAnswer:
        answer = queries.contributions(context, model, by)
        return SerializedAnswer(_as_csv(answer).encode(), CSV) if as_csv else serialize(answer)

    question = ("contributions", by, CSV if as_csv else "json")
    return await conditional.computed(context, model, question, make, vary="Accept")


@routes.get("/models/{model_id}/curves", response_model=CurvesAnswer, responses=problems(404, 422))
async def get_curves(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead
) -> Response:
    """Response curves with the observed range and the current spend."""
    return await conditional.computed(
        context, model, ["curves"], lambda: serialize(queries.curves(context, model))
    )


@routes.get(
    "/models/{model_id}/graph", response_model=ModelGraphAnswer, responses=problems(404, 422)
)
async def get_graph(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead
) -> Response:
    """Nodes, edges, and for each channel and the price whether its effect is identified, and why.

    For an assumed effect: how strong a hidden confounder would have to be to overturn it. Also
    controls not to adjust for, and tests of the independencies that the graph implies.
    """
    return await conditional.computed(
        context, model, ["graph"], lambda: serialize(queries.graph(context, model))
    )


@routes.get("/models/{model_id}/report", response_class=HTMLResponse, responses=problems(404, 422))
async def get_report(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead
) -> Response:
    """One self-contained HTML page about the model."""

    def make() -> SerializedAnswer:
        return SerializedAnswer(report(context, model).encode(), HTMLResponse.media_type)

    return await conditional.computed(context, model, ["report"], make)


@routes.post(
    "/models/{model_id}/counterfactual",
    response_model=CounterfactualAnswer,
    responses=problems(404, 409, 413, 415, 422),
)
@requires_scope("read")
@takes("plan")
async def post_counterfactual(
    model: ExistingModel,
    body: Annotated[CounterfactualBody, Body(openapi_examples=_WHAT_IF)],
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
) -> Response:
    """Answer a what-if question: variables set, scaled, added to, shifted, or following others."""
    return await run_in_lane(
        context.lanes.questions, lambda: json_response(queries.counterfactual(context, model, body))
    )


def _as_csv(answer: ContributionsAnswer) -> str:
    require_finite(answer)
    standing = {"verdict": answer.verdict, "draft": "draft" if answer.draft else ""}
    return contributions_csv(answer, standing)


def wants_csv(accept: str) -> bool:
    """Whether an Accept header prefers CSV to JSON; of equal weights, the first wins."""
    weights: dict[str, float] = {}
    for position, part in enumerate(accept.split(",")):
        kind, *parameters = (item.strip().lower() for item in part.split(";"))
        weights.setdefault(kind, _quality(parameters) - 1e-6 * position)
    return weights.get(CSV, 0.0) > max(weights.get("application/json", 0.0), 0.0)


def _quality(parameters: list[str]) -> float:
    given = next((item[2:] for item in parameters if item.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0


def report(context: Context, row: ModelRow) -> str:
    """A self-contained HTML page about the model."""
    from app.report import render

    return render(models.fitted(context, row))
