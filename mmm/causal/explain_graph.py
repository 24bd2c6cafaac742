"""What the causal graph of a fitted model says, and how far data and draws support it."""

from collections.abc import Iterator

from mmm.attribution.returns import channel_returns
from mmm.causal.control_roles import control_warnings
from mmm.causal.effect_regression import EffectRegressions, effect_regressions
from mmm.causal.graph import CausalGraph, causal_graph
from mmm.causal.graph_answer import (
    EffectStatus,
    GraphAnswer,
    LeverEffects,
)
from mmm.causal.independence_tests import independencies
from mmm.causal.open_demand import effects_with_evidence
from mmm.causal.sensitivity import tipping_point
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.spec.model import ModelSpec


def explain_graph(model: FittedModel) -> GraphAnswer:
    """The causal graph of ``model``, and how far the model's data and draws support it."""
    graph = causal_graph(model.spec)
    return GraphAnswer(
        nodes=graph.nodes,
        edges=graph.edges,
        background=graph.background,
        effects=tuple(_with_tipping_points(model, effects_with_evidence(graph, model))),
        warnings=control_warnings(graph),
        independencies=independencies(graph, model),
        notes=tuple(_notes(graph, model.spec)),
    )


def _with_tipping_points(
    model: FittedModel, effects: tuple[LeverEffects, ...]
) -> Iterator[LeverEffects]:
    total = direct = None
    if any(item.total.status == "assumed" for item in effects):
        total = effect_regressions(model)
    if any(item.direct.status == "assumed" for item in effects):
        direct = effect_regressions(model, direct=True) if model.spec.mediators else total
    only_direct = not model.spec.mediators
    roi = (
        {item.name: item.roi.mean for item in channel_returns(model) if item.roi}
        if model.spec.has_currency
        else {}
    )
    for item in effects:
        own_roi = roi.get(item.name)
        updates = {
            "total": _with_tipping_point(item.name, item.total, total, own_roi),
            "direct": _with_tipping_point(
                item.name, item.direct, direct, own_roi if only_direct else None
            ),
        }
        yield item.model_copy(update=updates)


def _with_tipping_point(
    name: str, effect: EffectStatus, regressions: EffectRegressions | None, roi: float | None
) -> EffectStatus:
    if regressions is None or effect.status != "assumed":
        return effect
    point = tipping_point(name, regressions.of(name), roi)
    return effect.model_copy(update={"tipping_point": point})


def _notes(graph: CausalGraph, spec: ModelSpec) -> Iterator[str]:
    if graph.background:
        functions = ", ".join(graph.background)
        yield f"Functions of the date ({functions}) are known and part of every adjustment."
    if any(edge.basis == "possible" and edge.cause in graph.exogenous for edge in graph.edges):
        yield (
            "Edges marked possible are not claims: budgets and price may follow any observed "
            "series, and adjusting for it closes the path."
        )
    if spec.demand is not None and spec.demand.kind == "none":
        yield (
            "demand: none is taken at its word: budgets and the KPI have no common cause beyond "
            "the nodes of this graph. No data can confirm that."
        )
    if spec.demand is not None and spec.demand.kind == "sensor":
        yield (
            f"Demand is measured by {spec.demand.column} with noise of single weeks, which its "
            "memory tells from demand. That the noise has no memory of its own is an assumption."
        )
    if any(edge.cause == KPI for edge in graph.edges):
        yield "Budgets follow the KPI of past weeks: an effect is that of spend as it was set."
