"""From a case to a decision: conditions, switches, and whether to stay.

    conditions beside the linear limits    solve_within.solve_within
    switches                               switches.solve_switched
    everything else                        the plain solve

Then the plan is compared with the proportional one, which is the answer where the gain over it is
within noise.
"""

from dataclasses import dataclass, replace

from optimizer.allocation import (
    PROVED_GAP,
    Certificate,
    CertificateKind,
    ConditionResult,
    InseparablePair,
    Insights,
    Status,
    StayJudgement,
    relative_gap,
)
from optimizer.conditions.condition import Condition, has_conditions
from optimizer.conditions.solve_within import solve_within
from optimizer.conditions.switches import solve_switched
from optimizer.constraints.linear_system import LinearSystem
from optimizer.explain.information import insights_of
from optimizer.explain.inseparable import inseparable_pairs
from optimizer.explain.stay import judge_stay
from optimizer.search.case import Case, Solution, Solver


@dataclass(frozen=True, eq=False)
class Decision:
    """The plan to report and what is known about it.

    system: the limits to which the shadow prices refer.  conditions: those beside them.
    target: how far the conditions are met.  stay, pairs, insights, warnings: as in an Allocation.
    """

    status: Status
    solution: Solution
    system: LinearSystem
    conditions: tuple[Condition, ...] = ()
    target: ConditionResult | None = None
    stay: StayJudgement | None = None
    pairs: tuple[InseparablePair, ...] = ()
    insights: Insights | None = None
    warnings: tuple[str, ...] = ()


def decide(case: Case, solve: Solver, quick: Solver, *, explain: bool = False) -> Decision:
    """The decision of a case.

    solve: gives the plan.  quick: solves intermediate problems, for which no proof is needed.

    Raises InvalidProblem, Infeasible, InvalidResponse.
    """
    plain, quick = _keeping_switches(solve), _keeping_switches(quick)
    if has_conditions(case):
        constrained = solve_within(case, plain, quick)
        status = _status(constrained.solution) if constrained.met else Status.TARGET_UNREACHABLE
        decision = Decision(
            status,
            constrained.solution,
            constrained.system,
            constrained.conditions,
            constrained.result,
        )
    else:
        solution = plain(case)
        decision = _or_stay(case, Decision(_status(solution), solution, case.system))
    spend = decision.solution.spend
    return replace(
        decision,
        pairs=inseparable_pairs(case, spend),
        insights=insights_of(case, quick, spend) if explain else None,
    )


def _keeping_switches(solve: Solver) -> Solver:
    """The solve, extended to cases with switches."""

    def solve_any(case: Case) -> Solution:
        return solve_switched(case, solve) if case.system.switches else solve(case)

    return solve_any


def _status(solution: Solution) -> Status:
    gap = solution.certificate.gap
    return Status.OPTIMAL if gap is not None and gap <= PROVED_GAP else Status.FEASIBLE


def _or_stay(case: Case, decision: Decision) -> Decision:
    """The decision for the proportional plan where the plan's gain over it is within noise."""
    stay = judge_stay(case, decision.solution)
    if stay is None or not stay.within_noise or not case.problem.stay:
        return replace(decision, stay=stay)
    gain = case.search.gain.draws(stay.spend)
    evaluation = case.search.measure.evaluate(gain, 0.0)
    solution = replace(
        decision.solution,
        spend=stay.spend,
        value=evaluation.value,
        slope=evaluation.weights @ case.search.gain.slope(stay.spend),
        certificate=_certificate_by_same_bound(
            case, decision.solution.certificate, evaluation.value
        ),
    )
    return replace(decision, status=Status.STAY, solution=solution, stay=stay)


def _certificate_by_same_bound(case: Case, proof: Certificate, value: float) -> Certificate:
    """The certificate of another plan by the same bound."""
    if proof.kind is not CertificateKind.GLOBAL or proof.upper_bound is None:
        return Certificate(CertificateKind.NONE)
    gap = relative_gap(proof.upper_bound - value, value, case.gap_floor)
    return Certificate(CertificateKind.GLOBAL, upper_bound=proof.upper_bound, gap=gap)
