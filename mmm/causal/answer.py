"""The causal graph of a fitted model with all that follows from it, as one JSON answer."""

from collections.abc import Iterator

from mmm.attribution.returns import returns
from mmm.causal.control_roles import GraphWarning, control_warnings
from mmm.causal.effect_regression import EffectRegressions, effect_regressions
from mmm.causal.effect_status import EffectStatus, LeverEffects, effect_statuses
from mmm.causal.graph import CausalGraph, GraphEdge, GraphNode, graph
from mmm.causal.independence_tests import Independencies, independencies
from mmm.causal.sensitivity import tipping_point
from mmm.interval import Answer
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.spec.model import ModelSpec


class GraphAnswer(Answer):
    """Nodes, edges, the status of every lever's effects, warnings, and tests of the graph.

    ``background``: functions of the date that every adjustment holds beside the nodes.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    background: tuple[str, ...]
    effects: tuple[LeverEffects, ...]
    warnings: tuple[GraphWarning, ...]
    independencies: Independencies
    notes: tuple[str, ...]


def explain_graph(model: FittedModel) -> GraphAnswer:
    """What the graph of ``model`` says, and how far its data and draws bear it out."""
    found = graph(model.spec)
    return GraphAnswer(
        nodes=found.nodes,
        edges=found.edges,
        background=found.background,
        effects=tuple(_with_tipping_points(model, effect_statuses(found, model.spec))),
        warnings=control_warnings(found),
        independencies=independencies(found, model),
        notes=tuple(_notes(found, model.spec)),
    )


def _with_tipping_points(
    model: FittedModel, effects: tuple[LeverEffects, ...]
) -> Iterator[LeverEffects]:
    total = direct = None
    if any(item.total.status == "assumed" for item in effects):
        total = effect_regressions(model)
    if any(item.direct.status == "assumed" for item in effects):
        direct = effect_regressions(model, direct=True) if model.spec.mediators else total
    simple = not model.spec.mediators
    roi = {item.name: item.roi.mean for item in returns(model)} if model.spec.has_currency else {}
    for item in effects:
        tipped = {
            "total": _tipped(item.name, item.total, total, roi.get(item.name)),
            "direct": _tipped(
                item.name, item.direct, direct, roi.get(item.name) if simple else None
            ),
        }
        yield item.model_copy(update=tipped)


def _tipped(
    name: str, effect: EffectStatus, found: EffectRegressions | None, roi: float | None
) -> EffectStatus:
    if found is None or effect.status != "assumed":
        return effect
    point = tipping_point(name, found.of(name), roi)
    return effect.model_copy(update={"tipping_point": point})


def _notes(found: CausalGraph, spec: ModelSpec) -> Iterator[str]:
    if found.background:
        held = ", ".join(found.background)
        yield f"Functions of the date ({held}) are known and held in every adjustment."
    if any(edge.basis == "possible" and edge.cause in found.given for edge in found.edges):
        yield (
            "Edges marked possible are not claims: budgets and price may follow any observed "
            "series, and holding it closes the path."
        )
    if spec.demand is not None and spec.demand.kind == "none":
        yield (
            "demand: none is taken at its word: no common cause of budgets and the kpi beyond the "
            "nodes here. No data can confirm that."
        )
    if any(edge.cause == KPI for edge in found.edges):
        yield "Where budgets follow the kpi of past weeks, effects are of spend as it was set."
