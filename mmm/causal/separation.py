"""What a separation problem needs at least, and what stands in the way of its solution."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from mmm.causal.adjustment import Dag, closed_ancestors, separated
from mmm.causal.time_unrolled import NOISE, Cell, Unrolled


@dataclass(frozen=True)
class Problem:
    """Separate ``treated`` from the kpi in ``cut`` by ``held``; ``barred`` cells may not help."""

    world: Unrolled
    cut: Dag[Cell]
    treated: frozenset[Cell]
    held: frozenset[Cell]
    barred: frozenset[Cell]

    def solved_by(self, cells: Collection[Cell]) -> bool:
        """Whether ``cells`` without the barred ones separate."""
        usable = set(cells) - self.barred - self.treated
        return separated(self.cut, self.treated, [self.world.outcome], usable)

    @cached_property
    def labels(self) -> dict[str, set[Cell]]:
        """What is held and may help, by the name that people use."""
        return grouped(sorted(self.held - self.barred), self.world.label)

    def least(self, cells: Iterable[Cell]) -> tuple[str, ...]:
        """Names of a part of ``cells``, which separate, none of which can go; tried in order."""
        kept = smallest(cells, self.world.label, self.solved_by)
        order = {name: position for position, name in enumerate(self.world.graph.kinds)}
        found = sorted(kept.items(), key=lambda item: order.get(min(item[1])[0], len(order)))
        return self.world.unfolded(label for label, _ in found)


def smallest(
    cells: Iterable[Cell], label: Callable[[Cell], str], solves: Callable[[set[Cell]], bool]
) -> dict[str, set[Cell]]:
    """Groups of ``cells``, by label, that still solve when no group can go; tried in order."""
    kept = grouped(cells, label)
    for name in list(kept):
        if solves({cell for other, part in kept.items() if other != name for cell in part}):
            del kept[name]
    return kept


def grouped(cells: Iterable[Cell], label: Callable[[Cell], str]) -> dict[str, set[Cell]]:
    """``cells`` by label, in order of first appearance."""
    found: dict[str, set[Cell]] = {}
    for cell in cells:
        found.setdefault(label(cell), set()).add(cell)
    return found


@dataclass(frozen=True)
class Obstacles:
    """Names that keep an effect from being identified.

    ``misplaced``: controls that the lever moves, which the model holds. ``colliders``: held, and
    better not. ``missing``: observed and not held, and with them it would do. ``hidden``: without a
    column. ``entangled``: follow the lever, and drive what is treated with it.
    """

    misplaced: tuple[str, ...] = ()
    colliders: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    entangled: tuple[str, ...] = ()


def enough(problem: Problem) -> tuple[str, ...]:
    """Names of a part of what is held that separates, of which nothing can go."""
    given = set(problem.world.graph.given)
    shared = [cell for cell in problem.held if cell[0] in given]
    return problem.least(
        sorted(shared if problem.solved_by(shared) else problem.held - problem.barred)
    )


def obstacles(problem: Problem, misplaced: tuple[str, ...]) -> Obstacles:
    """Why what is held does not identify the effect."""
    if problem.solved_by(problem.held):
        return Obstacles(misplaced=misplaced)
    colliders = _colliders(problem)
    if colliders:
        return Obstacles(misplaced, colliders=colliders)
    missing = _missing(problem)
    if missing:
        return Obstacles(misplaced, missing=missing)
    hidden = _hidden(problem)
    return Obstacles(misplaced, hidden=hidden, entangled=() if hidden else _entangled(problem))


def _colliders(problem: Problem) -> tuple[str, ...]:
    """What is held and should not be: without it, the rest would do."""
    return tuple(
        label
        for label, cells in problem.labels.items()
        if label not in problem.world.graph.levers and problem.solved_by(problem.held - cells)
    )


def _missing(problem: Problem) -> tuple[str, ...]:
    """What the model does not hold, of a set of observed series that would adjust.

    If any set of allowed nodes separates, so do all allowed ancestors of both ends.
    """
    ends = {*problem.treated, problem.world.outcome}
    before = closed_ancestors(problem.cut, ends)
    allowed = (problem.world.observed & before) - problem.barred - problem.treated
    if not problem.solved_by(allowed):
        return ()
    order = sorted(allowed, key=lambda cell: (cell in problem.held, cell))
    found = smallest(order, lambda cell: cell[0], problem.solved_by)
    return problem.world.unfolded(name for name, cells in found.items() if cells - problem.held)


def _hidden(problem: Problem) -> tuple[str, ...]:
    """Hidden series whose observation would do: one, else as few as can be dropped to."""
    weeks, names = problem.world.weeks, problem.world.graph.hidden
    for name in names:
        if problem.solved_by(problem.held | weeks([name])):
            return (name,)
    needed = list(names)
    if not problem.solved_by(problem.held | weeks(needed)):
        return ()
    for name in names:
        rest = [other for other in needed if other != name]
        if problem.solved_by(problem.held | weeks(rest)):
            needed = rest
    return tuple(needed)


def _entangled(problem: Problem) -> tuple[str, ...]:
    """Observed series that follow the lever and, later, move what is treated."""
    before = closed_ancestors(problem.world.dag, problem.treated)
    found = (problem.barred & before & problem.world.observed) - problem.treated
    return tuple(sorted({name for name, _ in found if name != NOISE}))
