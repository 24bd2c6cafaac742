"""The plan as it was asked for: with few moves or little movement, in amounts that can be bought.

A plan that stays, or that misses a condition, is rounded and nothing else.
"""

from dataclasses import dataclass

from optimizer.adjustments import Adjustments
from optimizer.allocation import Status
from optimizer.conditions.condition import Condition
from optimizer.conditions.marginal import with_marginal_limits
from optimizer.practical.another_plan import Judge, changed_channels
from optimizer.practical.climb import climbs_of
from optimizer.practical.fewest import fewest_moves
from optimizer.practical.least_movement import least_movement
from optimizer.practical.rounding import rounded
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solver


@dataclass(frozen=True, eq=False)
class Adjusted:
    """A plan (cell,) and what was adjusted to come to it."""

    spend: FloatArray
    adjustments: Adjustments


def adjusted(
    case: Case,
    plan: FloatArray,
    status: Status,
    conditions: tuple[Condition, ...],
    solve: Solver,
) -> Adjusted:
    """The plan (cell,) with the adjustments that the problem asks for.

    conditions: with the noise of the plan.  solve: for narrower problems.
    Raises Infeasible where no plan of multiples keeps the limits.
    """
    case = with_marginal_limits(case) or case
    problem, judge = case.problem, Judge(case, conditions)
    climbs = climbs_of(case, solve)
    settled = status in (Status.STAY, Status.CONDITION_UNMET)
    few = little = rounding = None
    if problem.fewest_moves is not None and not settled:
        few = fewest_moves(judge, plan, problem.fewest_moves, climbs)
        plan = plan if few is None else few[0]
    if problem.least_movement is not None and not settled:
        little = least_movement(judge, plan, problem.least_movement)
        plan = plan if little is None else little[0]
    if problem.round_to is not None:
        movable = frozenset[str]() if status is Status.STAY else changed_channels(case, plan)
        plan, rounding = rounded(judge, plan, problem.round_to, movable, climbs.final)
    return Adjusted(
        plan,
        Adjustments(
            fewest_moves=few and few[1],
            least_movement=little and little[1],
            rounding=rounding,
        ),
    )
