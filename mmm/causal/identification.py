"""Is the effect of a channel, or of the price, identified by the graph and the model's equations?

*Total effect*: the effect of the whole series of one lever on the KPI, through mediators too, with
the other levers held; levers that follow this one are treated together with it. *Direct effect*:
the effect along the edge lever -> KPI, everything else held.

The model adjusts for the inputs of its equations: the observed causes of the KPI and of the
mediators on the causal paths. Exogenous series and levers count with all their weeks. A total
effect is identified

- if these inputs are an adjustment set (``adjustment``). A mediator on a causal path is then not
  held but modelled; for linear equations that gives the same number as leaving it out; or
- equation by equation: if each equation on the causal paths identifies its own coefficients by the
  single-door criterion, their composition identifies the effect.

An adjustment set that the model does not use identifies nothing in the model's answer. The result
then names what is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mmm.causal.adjustment import (
    d_separated,
    descendants_and_self,
    forbidden_nodes,
    nodes_on_causal_paths,
    proper_backdoor_graph,
    without_edges,
)
from mmm.causal.separation import (
    Obstacles,
    SeparationProblem,
    find_obstacles,
    minimal_adjustment,
)
from mmm.causal.time_unrolled import EQUATION_KINDS, NOISE, UnrolledGraph, WeekNode
from mmm.spec.edges import KPI


@dataclass(frozen=True)
class Identification:
    """Whether an effect is identified.

    ``zero``: the graph has no such path. ``adjustment``: a minimal sufficient part of what the
    model adjusts for. ``by_equation``: no single set adjusts, but the equations do.
    ``following_levers``: levers that follow this one and are held. ``mediators``: those on the
    causal paths. ``obstacles``: what prevents identification.
    """

    identified: bool
    zero: bool = False
    adjustment: tuple[str, ...] = ()
    by_equation: bool = False
    following_levers: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    obstacles: Obstacles = field(default_factory=Obstacles)


def total_effect(world: UnrolledGraph, lever: str) -> Identification:
    """Whether the model's total effect of ``lever`` is identified."""
    following = _following_levers(world, lever)
    treated = world.weeks([lever, *following])
    on_paths = _nodes_between(world, lever, treated)
    if not on_paths:
        return Identification(identified=True, zero=True, following_levers=following)
    kinds = world.graph.kinds
    between = {name for name, _ in on_paths} - {KPI}
    mediators = tuple(sorted(name for name in between if kinds[name] == "mediator"))
    misplaced = tuple(sorted(between.difference(mediators)))
    problem = SeparationProblem(
        world=world,
        dag=proper_backdoor_graph(world.dag, treated, world.outcome),
        treated=treated,
        adjusted=_equation_inputs(world, on_paths) - treated,
        excluded=forbidden_nodes(world.dag, treated, world.outcome),
    )
    result = Identification(identified=False, following_levers=following, mediators=mediators)
    confounded = _confounded_mediation(world, mediators)
    if confounded:
        return replace(result, obstacles=Obstacles(misplaced, hidden=confounded))
    if not misplaced and problem.is_separated_by(problem.adjusted):
        return replace(result, identified=True, adjustment=minimal_adjustment(problem))
    if not misplaced and _identified_by_equations(world, lever, on_paths):
        names = {name for name, _ in problem.adjusted} - {NOISE}
        adjustment = world.members(sorted(names))
        return replace(result, identified=True, by_equation=True, adjustment=adjustment)
    return replace(result, obstacles=find_obstacles(problem, misplaced))


def _confounded_mediation(world: UnrolledGraph, mediators: tuple[str, ...]) -> tuple[str, ...]:
    """Hidden causes that a mediator shares with the KPI.

    The model holds mediators in the KPI's equation, and its direct effects are positive. A shared
    cause raises the mediated part, the direct part cannot fall below zero to make up for it, and
    their sum is too large, although the graph alone would identify it.
    """
    graph = world.graph
    return tuple(
        name
        for name in graph.hidden
        if graph.basis(name, KPI) and any(graph.basis(name, each) for each in mediators)
    )


def direct_effect(world: UnrolledGraph, lever: str) -> Identification:
    """Whether the coefficient of ``lever`` in the KPI's own equation is identified."""
    treated, outcome = world.weeks([lever]), world.outcome
    if treated.isdisjoint(world.dag.pred[outcome]):
        return Identification(identified=True, zero=True)
    problem = SeparationProblem(
        world=world,
        dag=without_edges(world.dag, treated, [outcome]),
        treated=treated,
        adjusted=_equation_inputs(world, [outcome]) - treated,
        excluded=descendants_and_self(world.dag, [outcome]),
    )
    total = total_effect(world, lever)
    result = Identification(
        identified=False, following_levers=total.following_levers, mediators=total.mediators
    )
    if problem.is_separated_by(problem.adjusted):
        return replace(result, identified=True, adjustment=minimal_adjustment(problem))
    return replace(result, obstacles=find_obstacles(problem, ()))


def _following_levers(world: UnrolledGraph, lever: str) -> tuple[str, ...]:
    """Other levers that follow this one, in the same week or later."""
    after = {name for name, _ in descendants_and_self(world.dag, world.weeks([lever]))}
    return tuple(name for name in world.graph.levers if name in after and name != lever)


def _nodes_between(
    world: UnrolledGraph, lever: str, treated: frozenset[WeekNode]
) -> frozenset[WeekNode]:
    """Nodes on causal paths from the lever to the KPI, including it, past all other treated."""
    free = world.dag.copy()
    free.remove_edges_from(list(world.dag.in_edges(treated)))
    after = descendants_and_self(free, world.weeks([lever]))
    before: frozenset[WeekNode] = nodes_on_causal_paths(world.dag, treated, world.outcome)
    return after & before


def _equation_inputs(world: UnrolledGraph, equations: Iterable[WeekNode]) -> frozenset[WeekNode]:
    """Observed inputs of the equations of the given nodes, and past noise.

    Levers and exogenous series are inputs with all their weeks, other series week by week.
    """
    inputs, in_full = set[WeekNode](), world.held_in_full
    for node in equations:
        if world.graph.kinds[node[0]] in EQUATION_KINDS:
            causes = world.observed.intersection(world.dag.pred[node])
            inputs |= world.weeks(name for name, _ in causes if name in in_full)
            inputs |= {cause for cause in causes if cause[0] not in in_full}
    if world.graph.noise_memory:
        inputs |= {(NOISE, week) for week in range(world.last)}
    return frozenset(inputs)


def _identified_by_equations(
    world: UnrolledGraph, lever: str, on_paths: frozenset[WeekNode]
) -> bool:
    """Whether every equation on the causal paths identifies the coefficients of the lever and of
    its mediators."""
    own = world.weeks([lever])
    for node in on_paths:
        causes = set(world.dag.pred[node])
        drivers = (causes & on_paths) | (own if causes & own else frozenset())
        later = descendants_and_self(world.dag, [node])
        others = {item for item in _equation_inputs(world, [node]) if item[1] <= node[1]} - later
        without_effect = without_edges(world.dag, drivers, [node])
        if not d_separated(without_effect, drivers - later, [node], others - drivers):
            return False
    return True
