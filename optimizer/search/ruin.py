"""Plans under a utility that is not defined where a draw loses all the wealth (log, CRRA).

A search that begins at a plan with ruined draws may end at one, though others have none. It begins
therefore at the plan whose worst draw is best, a concave problem. Where that one has ruined draws
too, no plan is free of them, and the problem is refused.
"""

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.issues import format_number
from optimizer.problem.objective import Cvar
from optimizer.response import FloatArray
from optimizer.risk.cvar import worst_draw_tail
from optimizer.risk.measure import Measure
from optimizer.search.case import Case
from optimizer.search.reference import measure_for, probabilities_of
from optimizer.search.search import Search


def is_defined(case: Case, spend: FloatArray) -> bool:
    """Whether the case's measure is defined for a plan (cell,)."""
    return case.search.measure.is_defined(case.search.gain.draws(spend))


def start_without_ruin(case: Case, start: FloatArray) -> FloatArray:
    """The start (cell,), or a plan with the best worst draw where the measure needs one."""
    if is_defined(case, start):
        return start
    search = Search(case.search.gain, _worst_draw(case), case.search.feasible)
    best = search.polish(search.climb_coarsely([start])[0])
    return best.spend if is_defined(case, best.spend) else start


def require_defined(case: Case, spend: FloatArray) -> None:
    """Raise InvalidProblem, with the numbers, where a plan (cell,) has ruined draws."""
    if is_defined(case, spend):
        return
    worst = _worst_draw(case).value(case.search.gain.draws(spend))
    wealth = getattr(case.problem.objective, "wealth", None) or 0.0
    detail = (
        f"wealth of {format_number(wealth)} does not cover a loss of {format_number(-worst)}, the "
        "worst draw of the plan: the utility of losing all wealth is not defined; give a larger "
        "wealth, or limits under which the plan loses less"
    )
    raise InvalidProblem((Issue(json_pointer("objective", "wealth"), "too_small", detail),))


def _worst_draw(case: Case) -> Measure:
    """The worst draw of what the objective measures."""
    objective, gain = case.problem.objective, case.search.gain
    draws = gain.draws(case.current).size
    worst = Cvar(
        tail=min(max(worst_draw_tail(probabilities_of(case.response), draws), 1e-9), 0.5),
        on=objective.on,
        risk_on=objective.risk_on,
        margin=objective.margin,
    )
    problem = case.problem.model_copy(update={"objective": worst})
    return measure_for(problem, case.response, gain, case.system, case.current)
