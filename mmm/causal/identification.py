"""Is the effect of a channel, or of the price, identified by the graph and by what the model holds?

*Total effect*: of the whole series of one lever on the kpi, through mediators too, with the other
own decisions held; levers that follow this one are treated together with it. *Direct effect*: along
the edge lever -> kpi, everything else held.

What the model holds is what its equations take: the observed causes of the kpi and of the mediators
on the way. Series taken as they come, and own decisions, count with all their weeks. A total effect
is identified

- if what is held adjusts for it (``adjustment``). A mediator on the way is then not held but
  modelled; for linear equations that is the same number as leaving it out; or
- equation by equation: if each equation on the way, by the single-door criterion, gets its own
  edges right, so does their composition.

A set that would adjust, but that the model does not hold, identifies nothing of what the model
says. The finding then names what is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mmm.causal import separation as diagnosis
from mmm.causal.adjustment import (
    closed_descendants,
    forbidden,
    on_the_way,
    separated,
    without_causal_paths,
    without_edges,
)
from mmm.causal.separation import Obstacles, Problem
from mmm.causal.time_unrolled import FORGETFUL, NOISE, Cell, Unrolled
from mmm.spec.edges import KPI


@dataclass(frozen=True)
class Finding:
    """Whether an effect is identified.

    ``zero``: the graph has no such path. ``adjustment``: a part of what is held that suffices, and
    of which nothing can go. ``by_equation``: no set adjusts, the equations do. ``moved``: levers
    that follow this one and are held. ``mediators``: on the way. ``obstacles``: what is in the way.
    """

    identified: bool
    zero: bool = False
    adjustment: tuple[str, ...] = ()
    by_equation: bool = False
    moved: tuple[str, ...] = ()
    mediators: tuple[str, ...] = ()
    obstacles: Obstacles = field(default_factory=Obstacles)


def total_effect(world: Unrolled, lever: str) -> Finding:
    """Is the total effect of ``lever`` what the model says it is?"""
    moved = _moved(world, lever)
    treated = world.weeks([lever, *moved])
    way = _way(world, lever, treated)
    if not way:
        return Finding(identified=True, zero=True, moved=moved)
    kinds = world.graph.kinds
    through = {name for name, _ in way} - {KPI}
    mediators = tuple(sorted(name for name in through if kinds[name] == "mediator"))
    misplaced = tuple(sorted(through.difference(mediators)))
    problem = Problem(
        world=world,
        cut=without_causal_paths(world.dag, treated, world.outcome),
        treated=treated,
        held=_held(world, way) - treated,
        barred=forbidden(world.dag, treated, world.outcome),
    )
    found = Finding(identified=False, moved=moved, mediators=mediators)
    if not misplaced and problem.solved_by(problem.held):
        return replace(found, identified=True, adjustment=diagnosis.enough(problem))
    if not misplaced and _by_equation(world, lever, way):
        names = {name for name, _ in problem.held} - {NOISE}
        held = world.unfolded(sorted(names))
        return replace(found, identified=True, by_equation=True, adjustment=held)
    return replace(found, obstacles=diagnosis.obstacles(problem, misplaced))


def direct_effect(world: Unrolled, lever: str) -> Finding:
    """Is the coefficient of ``lever`` in the kpi's own equation what the model says it is?"""
    treated, outcome = world.weeks([lever]), world.outcome
    if treated.isdisjoint(world.dag.pred[outcome]):
        return Finding(identified=True, zero=True)
    problem = Problem(
        world=world,
        cut=without_edges(world.dag, treated, [outcome]),
        treated=treated,
        held=_held(world, [outcome]) - treated,
        barred=closed_descendants(world.dag, [outcome]),
    )
    total = total_effect(world, lever)
    found = Finding(identified=False, moved=total.moved, mediators=total.mediators)
    if problem.solved_by(problem.held):
        return replace(found, identified=True, adjustment=diagnosis.enough(problem))
    return replace(found, obstacles=diagnosis.obstacles(problem, ()))


def _moved(world: Unrolled, lever: str) -> tuple[str, ...]:
    """Other levers that follow this one, the same week or later."""
    after = {name for name, _ in closed_descendants(world.dag, world.weeks([lever]))}
    return tuple(name for name in world.graph.levers if name in after and name != lever)


def _way(world: Unrolled, lever: str, treated: frozenset[Cell]) -> frozenset[Cell]:
    """Cells between the lever and the kpi, the kpi among them, on paths past all other treated."""
    free = world.dag.copy()
    free.remove_edges_from(list(world.dag.in_edges(treated)))
    after = closed_descendants(free, world.weeks([lever]))
    before: frozenset[Cell] = on_the_way(world.dag, treated, world.outcome)
    return after & before


def _held(world: Unrolled, equations: Iterable[Cell]) -> frozenset[Cell]:
    """What the equations of the given cells take, series by series or week by week."""
    found, whole = set[Cell](), world.whole
    for cell in equations:
        if world.graph.kinds[cell[0]] in FORGETFUL:
            causes = world.observed.intersection(world.dag.pred[cell])
            found |= world.weeks(name for name, _ in causes if name in whole)
            found |= {cause for cause in causes if cause[0] not in whole}
    if world.graph.noise_memory:
        found |= {(NOISE, week) for week in range(world.last)}
    return frozenset(found)


def _by_equation(world: Unrolled, lever: str, way: frozenset[Cell]) -> bool:
    """Whether every equation on the way gets its edges from the lever and its mediators right."""
    own = world.weeks([lever])
    for cell in way:
        causes = set(world.dag.pred[cell])
        drivers = (causes & way) | (own if causes & own else frozenset())
        later = closed_descendants(world.dag, [cell])
        others = {item for item in _held(world, [cell]) if item[1] <= cell[1]} - later
        cut = without_edges(world.dag, drivers, [cell])
        if not separated(cut, drivers - later, [cell], others - drivers):
            return False
    return True
