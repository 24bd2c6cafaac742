"""Where the search begins: plans that a planner would think of, and random ones.

Every start is feasible: a plan that is not is replaced by the nearest one (least sum of moves).
"""

from collections.abc import Iterator

import numpy as np

from optimizer.constraints.build import LinearSystem
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.response import FloatArray
from optimizer.risk.gain import Gain
from optimizer.risk.measures import Measure
from optimizer.search.profile_start import knapsack_plan

_ALIKE = 1e-6


def starting_plans(
    system: LinearSystem,
    feasible: FeasibleSet,
    gain: Gain,
    measure: Measure,
    current: FloatArray,
    *,
    seed: int,
    random_starts: int,
) -> tuple[FloatArray, ...]:
    """Different feasible plans, each (cell,) currency.

    Proportional, current, equal, `random_starts` random ones; halfway from the proportional plan
    to where its gradient points; and the plan that the profiles of the cells suggest.
    """
    plans: list[FloatArray] = []
    for wish in _desired_plans(system, current, seed, random_starts):
        _add_if_different(plans, _nearest_feasible(system, feasible, wish), system)
    weights = measure.evaluate(gain.draws(plans[0]), 0.0).weights
    slope = weights @ gain.slope(plans[0])
    corner = feasible.spend(feasible.extreme_point(slope[feasible.free]))
    _add_if_different(plans, (plans[0] + corner) / 2, system)
    _add_if_different(
        plans, _nearest_feasible(system, feasible, knapsack_plan(system, gain, weights)), system
    )
    return tuple(plans)


def proportional_start(
    system: LinearSystem, feasible: FeasibleSet, current: FloatArray
) -> FloatArray:
    """(cell,): the feasible plan nearest to the current mix at the whole budget."""
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
    """(cell,): shares of the current spend; equal where nothing is spent."""
    total = current.sum()
    return current / total if total > 0 else np.full(current.size, 1.0 / current.size)


def _nearest_feasible(system: LinearSystem, feasible: FeasibleSet, wish: FloatArray) -> FloatArray:
    if not system.broken_limits(wish):
        return np.clip(wish, system.lower, system.upper)
    return feasible.spend(feasible.nearest_point(feasible.coordinates(wish)))


def _add_if_different(plans: list[FloatArray], plan: FloatArray, system: LinearSystem) -> None:
    if all(np.abs(plan - other).max() > _ALIKE * system.scale for other in plans):
        plans.append(plan)
