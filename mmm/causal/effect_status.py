"""Each lever's total and direct effect: identified, assumed or tested, with the reason in words."""

from collections.abc import Iterator

from mmm.causal.graph import CausalGraph
from mmm.causal.graph_answer import (
    EffectStatus,
    IdentificationStatus,
    LeverEffects,
)
from mmm.causal.identification import Identification, direct_effect, total_effect
from mmm.causal.other_ways import other_ways, sentences
from mmm.causal.time_unrolled import unroll
from mmm.spec.edges import KPI
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec


def effect_statuses(graph: CausalGraph, spec: ModelSpec) -> tuple[LeverEffects, ...]:
    """Status of every lever's effects by the graph and the lift tests of the specification."""
    world = unroll(graph)
    effects = []
    for lever in graph.levers:
        total, direct = total_effect(world, lever), direct_effect(world, lever)
        tests = [test for test in spec.lift_tests if test.channel == lever]
        only_direct = not total.mediators and not total.obstacles.misplaced
        effects.append(
            LeverEffects(
                name=lever,
                kind=graph.kinds[lever],
                total=_status(graph, lever, total, _tests_of_total(tests, lever, only_direct)),
                direct=_status(graph, lever, direct, _tests_of_direct(tests, lever, only_direct)),
            )
        )
    return tuple(effects)


def _tests_of_total(tests: list[LiftTest], lever: str, only_direct: bool) -> list[LiftTest]:
    """Tests of the total effect; tests of the direct effect count where it is the only path."""
    return [t for t in tests if t.path == "total" or (only_direct and t.path == (lever, KPI))]


def _tests_of_direct(tests: list[LiftTest], lever: str, only_direct: bool) -> list[LiftTest]:
    """Tests of the direct effect; tests of the total effect count where it is the only path."""
    return [t for t in tests if t.path == (lever, KPI) or (only_direct and t.path == "total")]


def _status(
    graph: CausalGraph, lever: str, result: Identification, tests: list[LiftTest]
) -> EffectStatus:
    status: IdentificationStatus = "identified" if result.identified else "assumed"
    reason = " ".join(_reasons(graph, lever, result))
    if tests:
        status = "tested"
        names = ", ".join(test.label for test in tests)
        several = len(tests) > 1
        without = "" if result.identified else f" Without {'them' if several else 'it'}: {reason}"
        reason = f"Measured by {'lift tests' if several else 'the lift test'} {names}.{without}"
    return EffectStatus(
        status=status,
        reason=reason,
        adjustment_set=result.adjustment if result.identified else None,
        tests=tuple(test.label for test in tests),
        other_ways=() if result.identified else other_ways(graph, lever),
    )


def _reasons(graph: CausalGraph, lever: str, result: Identification) -> Iterator[str]:
    if result.zero:
        yield f"The graph has no such path from {lever} to the KPI: the effect is declared zero."
        return
    if result.identified:
        yield _adjustment_sentence(graph, lever, result)
    else:
        yield from _obstacle_sentences(graph, lever, result)
        yield from sentences(other_ways(graph, lever), lever)
    if result.following_levers:
        following = _listed(result.following_levers)
        yield f"It is the effect with {following} held, which follow {lever}."


def _adjustment_sentence(graph: CausalGraph, lever: str, result: Identification) -> str:
    adjustment = _listed(result.adjustment)
    beside = " beside trend and season" if graph.background else ""
    if result.by_equation:
        equations = _listed((*result.mediators, KPI))
        return (
            f"No single adjustment set exists, but each equation on the causal path ({equations}) "
            f"identifies its own coefficients, adjusting for {adjustment}."
        )
    if not result.adjustment:
        return f"{lever} and the KPI share no cause in the graph{beside}."
    return f"Adjusting for {adjustment} closes every back-door path between {lever} and the KPI."


def _obstacle_sentences(graph: CausalGraph, lever: str, result: Identification) -> Iterator[str]:
    obstacles = result.obstacles
    for name in obstacles.misplaced:
        causes = ", ".join(f"{edge.cause} -> {name}" for edge in graph.causes(name))
        yield (
            f"{name} lies between {lever} and the KPI ({causes}) but the model treats it as "
            "exogenous, so the part of the effect that runs through it is left out: make it a "
            "mediator."
        )
    for name in obstacles.colliders:
        yield (
            f"The model adjusts for {name}, which opens a path between {lever} and the KPI: leave "
            "it out, or remove its edge to the KPI."
        )
    if obstacles.missing:
        yield (
            f"Adjusting for {_listed(obstacles.missing)} as well would identify it, but no "
            f"equation contains {'them' if len(obstacles.missing) > 1 else 'it'}: keep the edge to "
            "the KPI."
        )
    for name in obstacles.hidden:
        yield _hidden_cause_sentence(graph, lever, name, result)
    if obstacles.entangled:
        yield (
            f"{_listed(obstacles.entangled)} follow {lever} and drive "
            f"{_listed(result.following_levers)}, which is held: no set of variables tells the "
            "effects apart."
        )


def _hidden_cause_sentence(
    graph: CausalGraph, lever: str, name: str, result: Identification
) -> str:
    demand = graph.kinds[name] == "demand"
    if demand and graph.basis(name, KPI) == "possible":
        return (
            f"The specification does not mention demand, which may move both {lever} and the KPI: "
            "declare it as a series, as latent, or as none; or run a lift test."
        )
    held = [m for m in result.mediators if graph.basis(name, m)] or list(result.following_levers)
    if held and not graph.basis(name, lever):
        return (
            f"No column measures {name}: with {_listed(tuple(held))} held, which follows {lever}, "
            f"{name} opens a path between {lever} and the KPI that is not the effect of {lever}."
        )
    if demand:
        return (
            f"Demand drives both {lever} and the KPI and is not measured: the effect rests on the "
            "model of latent demand. A demand series or a lift test would settle it."
        )
    return (
        f"A back-door path between {lever} and the KPI runs through {name}, which no column "
        "measures: add a column for it, or run a lift test."
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nothing"
