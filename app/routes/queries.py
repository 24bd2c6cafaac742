"""Queries to a model: contributions, response curves, causal graph, what-if questions."""

from typing import Annotated

from fastapi import Body, Query
from starlette.responses import Response

from app.contract.query_answers import (
    ContributionsAnswer,
    CounterfactualBody,
    CurvesAnswer,
    ModelGraphAnswer,
    WeeksAnswer,
)
from app.http.body.route import takes
from app.http.computed_answer import LaneRunnerOf, SerializedAnswer, serialize
from app.http.conditional import ConditionalRead
from app.http.dependencies import ContextOf, ExistingModel, problems, router
from app.http.guarded_route import requires_scope
from app.http.tables.answer import TABLES, WantedTable
from app.services.catalog import queries
from mmm.attribution.answers import Breakdown
from mmm.counterfactual.question import CounterfactualAnswer

routes = router("questions")

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
    responses={200: {"content": TABLES}, **problems(404, 422)},
)
async def get_contributions(
    model: ExistingModel,
    context: ContextOf,
    conditional: ConditionalRead,
    wanted: WantedTable,
    by: Annotated[
        Breakdown, Query(description="One row in total, per week, or per geo.")
    ] = "total",
) -> Response:
    """Contribution of each component, ROI and marginal ROI, with intervals."""

    def make() -> SerializedAnswer:
        return wanted.serialize("contributions", queries.contributions(context, model, by))

    question = ("contributions", by, *wanted.question)
    return await conditional.computed(context, model, question, make, vary="Accept")


@routes.get(
    "/models/{model_id}/curves",
    response_model=CurvesAnswer,
    responses={200: {"content": TABLES}, **problems(404, 422)},
)
async def get_curves(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead, wanted: WantedTable
) -> Response:
    """Response curves with the observed range and the current spend."""
    question = ("curves", *wanted.question)

    def make() -> SerializedAnswer:
        return wanted.serialize("curves", queries.curves(context, model))

    return await conditional.computed(context, model, question, make, vary="Accept")


@routes.get(
    "/models/{model_id}/weeks",
    response_model=WeeksAnswer,
    responses={200: {"content": TABLES}, **problems(404, 422)},
)
async def get_weeks(
    model: ExistingModel, context: ContextOf, conditional: ConditionalRead, wanted: WantedTable
) -> Response:
    """The observed weeks: KPI, fitted mean with predictive interval, and spend by channel."""
    question = ("weeks", *wanted.question)

    def make() -> SerializedAnswer:
        return wanted.serialize("weeks", queries.weeks(context, model))

    return await conditional.computed(context, model, question, make, vary="Accept")


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


@routes.post(
    "/models/{model_id}/counterfactual",
    response_model=CounterfactualAnswer,
    responses={200: {"content": TABLES}, **problems(404, 409, 413, 415, 422)},
)
@requires_scope("read")
@takes("plan")
async def post_counterfactual(
    model: ExistingModel,
    body: Annotated[CounterfactualBody, Body(openapi_examples=_WHAT_IF)],
    context: ContextOf,
    run_in_lane: LaneRunnerOf,
    wanted: WantedTable,
) -> Response:
    """Answer a what-if question: variables set, scaled, added to, shifted, or following others."""
    return await run_in_lane(
        context.lanes.questions,
        lambda: wanted.response("counterfactual", queries.counterfactual(context, model, body)),
    )
