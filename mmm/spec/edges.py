"""The causal edges of a specification: those it implies, with the user's additions and removals.

Implied edges: every channel, mediator, control, event, price and rival series acts on the KPI, and
parents act on their mediator. An added edge into a mediator becomes a term of its equation; an
added edge from a mediator to the KPI sets the lag of its effect; a removed edge drops its term.
Every other added edge (a budget that follows the weather or last week's sales, an unobserved cause)
describes how the data arose, and determines which effects are identified.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from mmm.errors import Issue, pointer
from mmm.spec.environment import Edge
from mmm.spec.fields import ModelFields

KPI = "kpi"


@dataclass(frozen=True)
class CausalEdge:
    """A cause, its effect, and the weeks between them (0: the same week, carryover aside)."""

    cause: str
    effect: str
    lag: int = 0


def observed_nodes(spec: ModelFields) -> tuple[str, ...]:
    """Names of all nodes that a column measures; the KPI comes last."""
    names = [channel.name for channel in spec.channels]
    names += [mediator.name for mediator in spec.mediators]
    names += [control.name for control in spec.all_controls]
    names += [event.name for event in spec.events]
    names += ["price"] if spec.price else []
    names += [f"{rival.name}.price" for rival in spec.competitors if rival.price]
    names += [f"{rival.name}.spend" for rival in spec.competitors if rival.spend]
    return (*names, KPI)


def causal_edges(spec: ModelFields) -> tuple[CausalEdge, ...]:
    """Every edge of the specification after the user's changes, including unobserved causes."""
    implied = [CausalEdge(name, KPI) for name in observed_nodes(spec) if name != KPI]
    implied += [CausalEdge(parent, m.name) for m in spec.mediators for parent in m.parents]
    removed = {(edge.cause, edge.effect) for edge in spec.edges.remove}
    added = [CausalEdge(edge.cause, edge.effect, edge.lag) for edge in spec.edges.add]
    replaced = {(edge.cause, edge.effect) for edge in added}
    kept = [edge for edge in implied if (edge.cause, edge.effect) not in removed | replaced]
    return (*kept, *added)


def direct_causes_of_kpi(spec: ModelFields) -> frozenset[str]:
    """Names of the nodes with a direct effect on the KPI."""
    return frozenset(edge.cause for edge in causal_edges(spec) if edge.effect == KPI)


def mediator_order(spec: ModelFields) -> tuple[str, ...]:
    """Names of the mediators, causes before effects."""
    names = {mediator.name for mediator in spec.mediators}
    causes: dict[str, set[str]] = {mediator.name: set() for mediator in spec.mediators}
    for edge in causal_edges(spec):
        if edge.effect in names and edge.cause in names:
            causes[edge.effect].add(edge.cause)
    return tuple(TopologicalSorter(causes).static_order())


def edge_issues(spec: ModelFields) -> Iterator[Issue]:
    """Issues of edges: an unknown node, an edge that no equation supports, or a cycle."""
    known = {*observed_nodes(spec), *spec.edges.unobserved}
    for key in ("add", "remove"):
        for i, edge in enumerate(getattr(spec.edges, key)):
            for end, name in (("from", edge.cause), ("to", edge.effect)):
                if name not in known:
                    detail = f"{name!r} is none of: {', '.join(sorted(known))}"
                    yield Issue(pointer("edges", key, i, end), "unknown_node", detail)
    for i, name in enumerate(spec.edges.unobserved):
        if name in observed_nodes(spec):
            detail = f"{name!r} is measured by a column"
            yield Issue(pointer("edges", "unobserved", i), "observed", detail)
    for i, edge in enumerate(spec.edges.add):
        yield from _unsupported_edge_issues(spec, edge, pointer("edges", "add", i))
    for i, edge in enumerate(spec.edges.remove):
        yield from _removal_issues(spec, edge, pointer("edges", "remove", i))
    yield from _cycle_issues(spec)


def _unsupported_edge_issues(spec: ModelFields, edge: Edge, where: str) -> Iterator[Issue]:
    mediators = {mediator.name for mediator in spec.mediators}
    channels = {channel.name for channel in spec.channels}
    linear = mediators | {control.name for control in spec.all_controls} | {"price"}
    unobserved = set(spec.edges.unobserved)
    if edge.effect in unobserved:
        detail = f"{edge.effect!r} is unobserved and may only be a cause"
        yield Issue(where, "effect_unobserved", detail)
    if edge.cause == edge.effect:
        detail = f"{edge.cause!r} cannot act on itself; for memory use noise 'ar1' or an adstock"
        yield Issue(where, "self", detail)
    elif edge.effect in mediators and edge.cause not in channels | linear | unobserved:
        detail = "a mediator's equation takes channels, mediators, controls and price, not {!r}"
        yield Issue(where, "no_equation", detail.format(edge.cause))
    elif edge.cause in channels and edge.effect in {*mediators, KPI} and edge.lag:
        detail = f"a channel's delay is its adstock ('delayed', 'weibull'), not a lag of {edge.lag}"
        yield Issue(where, "lag_of_channel", detail)
    elif edge.effect == KPI and edge.lag and edge.cause not in mediators | unobserved:
        detail = f"a lag to the KPI belongs to a mediator; shift the column of {edge.cause!r}"
        yield Issue(where, "lag_of_column", detail)


def _removal_issues(spec: ModelFields, edge: Edge, where: str) -> Iterator[Issue]:
    removable = {channel.name for channel in spec.channels}
    removable |= {mediator.name for mediator in spec.mediators}
    removable |= {control.name for control in spec.all_controls}
    if spec.demand is not None and spec.demand.is_inferred:
        removable -= {"demand"}
    into_mediator = any(
        edge.effect == mediator.name and edge.cause in mediator.parents
        for mediator in spec.mediators
    )
    if edge.effect != KPI and not into_mediator:
        yield Issue(where, "no_edge", f"there is no edge {edge.cause} -> {edge.effect} to remove")
    elif edge.effect == KPI and edge.cause not in removable:
        detail = f"{edge.cause!r} acts on the KPI by its field; leave it out of the specification"
        yield Issue(where, "not_removable", detail)


def _cycle_issues(spec: ModelFields) -> Iterator[Issue]:
    """Cycles within one week, and among mediators at any lag: no order could solve those."""
    mediators = {mediator.name for mediator in spec.mediators}
    for same_week in (True, False):
        causes: dict[str, set[str]] = {}
        for edge in causal_edges(spec):
            inside = {edge.cause, edge.effect} <= mediators
            if (same_week and edge.lag == 0) or (not same_week and inside):
                causes.setdefault(edge.effect, set()).add(edge.cause)
        try:
            TopologicalSorter(causes).prepare()
        except CycleError as error:
            cycle = " -> ".join(reversed(error.args[1]))
            where = "/edges/add" if spec.edges.add else "/mediators"
            when = "within one week; give an edge a lag" if same_week else "among mediators"
            yield Issue(where, "cycle", f"{cycle} is a cycle {when}")
            return
