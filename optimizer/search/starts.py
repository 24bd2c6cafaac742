"""Where the search begins: plans that a planner would think of, and random ones.

Every start is feasible: an infeasible plan is replaced by the nearest feasible one (the least sum
of absolute moves).
"""

from collections.abc import Iterator

import numpy as np

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray, as_separable
from optimizer.search.case import Case
from optimizer.search.profile_start import knapsack_plan

_ALIKE = 1e-6


def starting_plans(case: Case, random_starts: int) -> tuple[FloatArray, ...]:
    """Different feasible plans, each (cell,) currency.

    These are the proportional, the current and the equal plan, `random_starts` random ones, the
    plan halfway from the proportional one to the vertex that its gradient points at, and the
    knapsack start from the profiles of the cells, where these take a curve each or cells are few.
    """
    system, feasible = case.system, case.search.feasible
    gain, measure = case.search.gain, case.search.measure
    plans: list[FloatArray] = []
    for desired in _desired_plans(system, case.current, case.seed, random_starts):
        _add_if_different(plans, _nearest_feasible(system, feasible, desired), system)
    weights = measure.evaluate(gain.draws(plans[0]), 0.0).weights
    slope = weights @ gain.slope(plans[0])
    corner = feasible.spend(feasible.extreme_point(slope[feasible.free]))
    _add_if_different(plans, (plans[0] + corner) / 2, system)
    if as_separable(case.response) is not None or not case.search.has_many_cells:
        knapsack = knapsack_plan(system, gain, weights)
        _add_if_different(plans, _nearest_feasible(system, feasible, knapsack), system)
    return tuple(plans)


def proportional_start(
    system: LinearSystem, feasible: FeasibleSet, current: FloatArray
) -> FloatArray:
    """(cell,): the feasible plan nearest to the current spend mix at the whole budget."""
    return _nearest_feasible(system, feasible, system.budget * spend_mix(current))


def _desired_plans(
    system: LinearSystem, current: FloatArray, seed: int, random_starts: int
) -> Iterator[FloatArray]:
    cells = current.size
    yield system.budget * spend_mix(current)
    yield current
    yield np.full(cells, system.budget / cells)
    rng = np.random.default_rng(seed)
    room = max(system.budget - float(system.lower.sum()), 0.0)
    for share in rng.dirichlet(np.full(cells, 0.7), size=random_starts):
        yield system.lower + room * share


def spend_mix(current: FloatArray) -> FloatArray:
    """(cell,): each cell's share of the current spend; equal shares where nothing is spent."""
    total = current.sum()
    return current / total if total > 0 else np.full(current.size, 1.0 / current.size)


def feasible_references(case: Case, total: float) -> Iterator[FloatArray]:
    """Today's plan, and today's mix at `total`, each (cell,), where they keep every limit."""
    for reference in (case.current, total * spend_mix(case.current)):
        if not case.system.broken_limits(reference):
            yield reference


def _nearest_feasible(
    system: LinearSystem, feasible: FeasibleSet, desired: FloatArray
) -> FloatArray:
    """(cell,): the desired plan (cell,), or the feasible one nearest to it."""
    if not system.broken_limits(desired):
        return np.clip(desired, system.lower, system.upper)
    return feasible.spend(feasible.nearest_point(feasible.coordinates(desired)))


def _add_if_different(plans: list[FloatArray], plan: FloatArray, system: LinearSystem) -> None:
    if all(np.abs(plan - other).max() > _ALIKE * system.scale for other in plans):
        plans.append(plan)
