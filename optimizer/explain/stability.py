"""How far the plan moves if half of the posterior is left out, and its value out of sample.

The draws are divided at random into two halves. A plan is chosen on each half, by the same measure
with no probability on the other half, and valued on the other: on draws that did not choose it, the
value of a plan is free of selection bias.
"""

import numpy as np

from optimizer.allocation import PlanStability
from optimizer.response import FloatArray
from optimizer.risk.measure import Measure, probabilities_or_equal
from optimizer.search.case import Case, Solver
from optimizer.search.reference import measure_for, probabilities_of
from optimizer.search.starts import spend_mix

_FEWEST_DRAWS = 20


def plan_stability(case: Case, solve: Solver, spend: FloatArray) -> PlanStability | None:
    """The stability of the plan (cell,); None where there are too few draws to divide."""
    gain = case.search.gain
    p = probabilities_or_equal(gain.draws(spend), probabilities_of(case.response))
    if int((p > 0).sum()) < _FEWEST_DRAWS:
        return None
    measures = [_measure(case, half) for half in _halves(p, case.seed)]
    plans = [solve(case.with_measure(measure)).spend for measure in measures]
    own = [m.value(gain.draws(plan)) for m, plan in zip(measures, plans, strict=True)]
    other = [m.value(gain.draws(plan)) for m, plan in zip(measures[::-1], plans, strict=True)]
    reference = spend.sum() * spend_mix(case.current)
    plain = [measure.value(gain.draws(reference)) for measure in measures]
    total = float(spend.sum()) or 1.0
    return PlanStability(
        plans=np.array(plans),
        moved=tuple(float(np.abs(plan - spend).sum()) / (2 * total) for plan in plans),
        in_sample=tuple(own),
        out_of_sample=tuple(other),
        value=float(np.mean(other)),
        reference=float(np.mean(plain)),
    )


def _measure(case: Case, probabilities: FloatArray) -> Measure:
    return measure_for(
        case.problem, case.response, case.search.gain, case.system, case.current, probabilities
    )


def _halves(p: FloatArray, seed: int) -> tuple[FloatArray, FloatArray]:
    """Probabilities (draw,) of each half, zero on the other."""
    order = np.random.default_rng(seed).permutation(p.size)
    first = np.zeros(p.size, dtype=np.bool_)
    first[order[: p.size // 2]] = True
    one, other = np.where(first, p, 0.0), np.where(first, 0.0, p)
    return one / one.sum(), other / other.sum()
