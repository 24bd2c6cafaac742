"""A target's probability with the noise of the very plan that is judged.

The noise of a total is drawn from one seed, common to all plans. Where it is added to the outcome
it is the same for every plan; where it depends on the outcome (counts, log-normal) a search takes
that of one plan. The plan found is then judged, and searched for again, with its own noise, so that
an objective and a limit on the same target tell the same probability.
"""

from collections.abc import Callable
from dataclasses import replace

from optimizer.response import FloatArray
from optimizer.search.case import Case
from optimizer.search.reference import counts_noise, measure_for
from optimizer.solve.decide import Decision


def with_noise_of(case: Case, plan: FloatArray) -> Case:
    """The case with the noise of a plan (cell,), where the objective counts noise."""
    if not counts_noise(case.problem.objective):
        return case
    measure = measure_for(case.problem, case.response, case.search.gain, case.system, plan)
    return case.with_measure(measure)


def decide_with_own_noise(case: Case, decide: Callable[[Case], Decision]) -> tuple[Case, Decision]:
    """The decision of a case, and the case with the noise of the plan decided on."""
    decision = decide(case)
    own = with_noise_of(case, decision.solution.spend)
    if _value(own, decision) != decision.solution.value:
        decision = decide(own)
        own = with_noise_of(case, decision.solution.spend)
    if own is case or case.problem.minimise:
        return case, decision
    solution = replace(decision.solution, value=_value(own, decision))
    return own, replace(decision, solution=solution)


def _value(case: Case, decision: Decision) -> float:
    """The measure of the plan decided on."""
    return case.search.measure.value(case.search.gain.draws(decision.solution.spend))
