"""Each lever's total and direct effect: identified, assumed or tested, and why, in plain words."""

from collections.abc import Iterator
from typing import Literal

from mmm.causal.graph import CausalGraph, Kind
from mmm.causal.identification import Finding, direct_effect, total_effect
from mmm.causal.sensitivity import TippingPoint
from mmm.causal.time_unrolled import unroll
from mmm.interval import Answer
from mmm.spec.edges import KPI
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec

Status = Literal["identified", "assumed", "tested"]


class EffectStatus(Answer):
    """``identified`` by the graph, ``tested`` by a lift test, or else ``assumed``.

    ``adjustment_set``: what of the data it takes, beside the graph's background; null where nothing
    identifies the effect. ``tests``: the lift tests of this effect. ``tipping_point``: where the
    effect is assumed and the model is known, how strong a hidden confounder would overturn it.
    """

    status: Status
    reason: str
    adjustment_set: tuple[str, ...] | None
    tests: tuple[str, ...] = ()
    tipping_point: TippingPoint | None = None


class LeverEffects(Answer):
    """Of one channel or the price: ``direct`` is along its edge to the kpi, ``total`` all paths."""

    name: str
    kind: Kind
    total: EffectStatus
    direct: EffectStatus


def effect_statuses(graph: CausalGraph, spec: ModelSpec) -> tuple[LeverEffects, ...]:
    """Status of every lever's effects, as far as graph and specification tell."""
    world = unroll(graph)
    found = []
    for lever in graph.levers:
        total, direct = total_effect(world, lever), direct_effect(world, lever)
        tests = [test for test in spec.lift_tests if test.channel == lever]
        simple = not total.mediators and not total.obstacles.misplaced
        found.append(
            LeverEffects(
                name=lever,
                kind=graph.kinds[lever],
                total=_status(graph, lever, total, _of_total(tests, lever, simple)),
                direct=_status(graph, lever, direct, _of_direct(tests, lever, simple)),
            )
        )
    return tuple(found)


def _of_total(tests: list[LiftTest], lever: str, simple: bool) -> list[LiftTest]:
    """Tests of the total effect: all, where there is no path but the direct one."""
    return [t for t in tests if t.path == "total" or (simple and t.path == (lever, KPI))]


def _of_direct(tests: list[LiftTest], lever: str, simple: bool) -> list[LiftTest]:
    return [t for t in tests if t.path == (lever, KPI) or (simple and t.path == "total")]


def _status(
    graph: CausalGraph, lever: str, finding: Finding, tests: list[LiftTest]
) -> EffectStatus:
    status: Status = "identified" if finding.identified else "assumed"
    reason = " ".join(_reasons(graph, lever, finding))
    if tests:
        status = "tested"
        names = ", ".join(test.label for test in tests)
        many = len(tests) > 1
        without = "" if finding.identified else f" Without {'them' if many else 'it'}: {reason}"
        reason = f"Measured by {'lift tests' if many else 'the lift test'} {names}.{without}"
    return EffectStatus(
        status=status,
        reason=reason,
        adjustment_set=finding.adjustment if finding.identified else None,
        tests=tuple(test.label for test in tests),
    )


def _reasons(graph: CausalGraph, lever: str, finding: Finding) -> Iterator[str]:
    if finding.zero:
        yield f"The graph has no such path from {lever} to the kpi: the effect is declared zero."
        return
    if finding.identified:
        yield _identified(graph, lever, finding)
    else:
        yield from _obstacles(graph, lever, finding)
    if finding.moved:
        yield f"It is the effect at given {_listed(finding.moved)}, set after {lever}."


def _identified(graph: CausalGraph, lever: str, finding: Finding) -> str:
    held = _listed(finding.adjustment)
    beside = " beside trend and season" if graph.background else ""
    if finding.by_equation:
        way = _listed((*finding.mediators, KPI))
        return (
            f"No single adjustment set exists, but each equation on the way ({way}) gets its own "
            f"edges right, holding {held}."
        )
    if not finding.adjustment:
        return f"{lever} and the kpi share no cause in the graph{beside}."
    return f"Holding {held} closes every path between {lever} and the kpi other than its effect."


def _obstacles(graph: CausalGraph, lever: str, finding: Finding) -> Iterator[str]:
    found = finding.obstacles
    for name in found.misplaced:
        causes = ", ".join(f"{edge.cause} -> {name}" for edge in graph.causes(name))
        yield (
            f"{name} lies between {lever} and the kpi ({causes}) but the model takes it as it "
            "comes, so the part of the effect that runs through it is left out: make it a mediator."
        )
    for name in found.colliders:
        yield (
            f"The model holds {name}, which opens a path between {lever} and the kpi: leave it "
            "out, or remove its edge to the kpi."
        )
    if found.missing:
        yield (
            f"Holding {_listed(found.missing)} as well would identify it, but no equation takes "
            f"{'them' if len(found.missing) > 1 else 'it'}: keep the edge to the kpi."
        )
    for name in found.hidden:
        yield _hidden(graph, lever, name, finding)
    if found.entangled:
        yield (
            f"{_listed(found.entangled)} follow {lever} and drive {_listed(finding.moved)}, held "
            "with it: no set of variables tells the effects apart."
        )


def _hidden(graph: CausalGraph, lever: str, name: str, finding: Finding) -> str:
    demand = graph.kinds[name] == "demand"
    if demand and graph.basis(name, KPI) == "possible":
        return (
            f"The specification does not speak of demand, which may move both {lever} and the kpi: "
            "declare it as a series, as latent, or as none; or run a lift test."
        )
    held = [m for m in finding.mediators if graph.basis(name, m)] or list(finding.moved)
    if held and not graph.basis(name, lever):
        return (
            f"No column measures {name}: with {_listed(tuple(held))} held, which follows {lever}, "
            f"{name} ties {lever} to the kpi by a path that is no effect."
        )
    if demand:
        return (
            f"Demand drives both {lever} and the kpi and is not measured: the effect rests on the "
            "model of latent demand. A series of demand or a lift test would settle it."
        )
    return (
        f"{name} links {lever} with the kpi other than by its effect, and no column measures it: "
        "add a column for it, or run a lift test."
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nothing"
