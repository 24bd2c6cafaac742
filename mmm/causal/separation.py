"""d-separation of a lever from the KPI: a minimal separating set, or what prevents separation."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from mmm.causal.adjustment import Dag, ancestors_and_self, d_separated
from mmm.causal.time_unrolled import NOISE, UnrolledGraph, WeekNode


@dataclass(frozen=True)
class SeparationProblem:
    """Separate the nodes ``treated`` from the KPI of the last week in the graph ``dag``.

    ``adjusted``: the nodes that the model adjusts for. ``excluded``: nodes that no separating set
    may contain.
    """

    world: UnrolledGraph
    dag: Dag[WeekNode]
    treated: frozenset[WeekNode]
    adjusted: frozenset[WeekNode]
    excluded: frozenset[WeekNode]

    def is_separated_by(self, nodes: Collection[WeekNode]) -> bool:
        """Whether ``nodes``, without the excluded ones, separate."""
        usable = set(nodes) - self.excluded - self.treated
        return d_separated(self.dag, self.treated, [self.world.outcome], usable)

    @cached_property
    def adjusted_by_label(self) -> dict[str, set[WeekNode]]:
        """The adjusted nodes that are not excluded, by the label that users read."""
        return group_by_label(sorted(self.adjusted - self.excluded), self.world.label)

    def minimal_labels(self, nodes: Iterable[WeekNode]) -> tuple[str, ...]:
        """Labels of a minimal part of the separating set ``nodes``; removal is tried in order."""
        kept = minimal_groups(nodes, self.world.label, self.is_separated_by)
        order = {name: position for position, name in enumerate(self.world.graph.kinds)}
        ordered = sorted(kept.items(), key=lambda item: order.get(min(item[1])[0], len(order)))
        return self.world.members(label for label, _ in ordered)


def minimal_groups(
    nodes: Iterable[WeekNode],
    label: Callable[[WeekNode], str],
    separates: Callable[[set[WeekNode]], bool],
) -> dict[str, set[WeekNode]]:
    """Groups of ``nodes`` by label that separate, and no longer do without any one of them.

    ``nodes`` as a whole must separate; groups are tried for removal in order.
    """
    kept = group_by_label(nodes, label)
    for name in list(kept):
        if separates({node for other, group in kept.items() if other != name for node in group}):
            del kept[name]
    return kept


def group_by_label(
    nodes: Iterable[WeekNode], label: Callable[[WeekNode], str]
) -> dict[str, set[WeekNode]]:
    """``nodes`` by label, in order of first appearance."""
    groups: dict[str, set[WeekNode]] = {}
    for node in nodes:
        groups.setdefault(label(node), set()).add(node)
    return groups


@dataclass(frozen=True)
class Obstacles:
    """Names of the series that prevent the identification of an effect.

    ``misplaced``: controls in the model that are effects of the lever. ``colliders``: in the model,
    and the effect would be identified without them. ``missing``: observed but not in the model, and
    the effect would be identified with them. ``hidden``: common causes without a column.
    ``entangled``: effects of the lever that in turn move the levers treated together with it.
    """

    misplaced: tuple[str, ...] = ()
    colliders: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    entangled: tuple[str, ...] = ()


def minimal_adjustment(problem: SeparationProblem) -> tuple[str, ...]:
    """Labels of a minimal separating part of the adjusted nodes; exogenous series if they do."""
    exogenous = set(problem.world.graph.exogenous)
    shared = [node for node in problem.adjusted if node[0] in exogenous]
    return problem.minimal_labels(
        sorted(shared if problem.is_separated_by(shared) else problem.adjusted - problem.excluded)
    )


def find_obstacles(problem: SeparationProblem, misplaced: tuple[str, ...]) -> Obstacles:
    """Why the adjusted nodes do not identify the effect; ``misplaced`` is known already."""
    if problem.is_separated_by(problem.adjusted):
        return Obstacles(misplaced=misplaced)
    colliders = _colliders(problem)
    if colliders:
        return Obstacles(misplaced, colliders=colliders)
    missing = _missing(problem)
    if missing:
        return Obstacles(misplaced, missing=missing)
    hidden = _hidden(problem)
    return Obstacles(misplaced, hidden=hidden, entangled=() if hidden else _entangled(problem))


def _colliders(problem: SeparationProblem) -> tuple[str, ...]:
    """Adjusted series, no levers, without any one of which the rest would separate."""
    return tuple(
        label
        for label, nodes in problem.adjusted_by_label.items()
        if label not in problem.world.graph.levers
        and problem.is_separated_by(problem.adjusted - nodes)
    )


def _missing(problem: SeparationProblem) -> tuple[str, ...]:
    """Observed series of a separating set that the model does not adjust for.

    If any set of allowed nodes separates, so do all allowed ancestors of both ends.
    """
    ends = {*problem.treated, problem.world.outcome}
    ancestors = ancestors_and_self(problem.dag, ends)
    allowed = (problem.world.observed & ancestors) - problem.excluded - problem.treated
    if not problem.is_separated_by(allowed):
        return ()
    order = sorted(allowed, key=lambda node: (node in problem.adjusted, node))
    groups = minimal_groups(order, lambda node: node[0], problem.is_separated_by)
    return problem.world.members(name for name, nodes in groups.items() if nodes - problem.adjusted)


def _hidden(problem: SeparationProblem) -> tuple[str, ...]:
    """Hidden series whose observation would suffice: one, else a set that cannot be reduced."""
    weeks, names = problem.world.weeks, problem.world.graph.hidden
    for name in names:
        if problem.is_separated_by(problem.adjusted | weeks([name])):
            return (name,)
    needed = list(names)
    if not problem.is_separated_by(problem.adjusted | weeks(needed)):
        return ()
    for name in names:
        rest = [other for other in needed if other != name]
        if problem.is_separated_by(problem.adjusted | weeks(rest)):
            needed = rest
    return tuple(needed)


def _entangled(problem: SeparationProblem) -> tuple[str, ...]:
    """Observed series that the lever moves and that later move a treated lever."""
    ancestors = ancestors_and_self(problem.world.dag, problem.treated)
    nodes = (problem.excluded & ancestors & problem.world.observed) - problem.treated
    return tuple(sorted({name for name, _ in nodes if name != NOISE}))
