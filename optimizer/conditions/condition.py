r"""A condition on a plan that is not linear: a probability, a return or a CVaR to be reached.

A chance constraint  P(gain + shift >= 0) >= p  holds where the (1 - p) quantile of the sum is at
least 0. That quantile, rounded over a width, has a gradient; whether a plan meets the condition is
always judged exactly, on all draws. `stated.py` makes the conditions of a problem.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from optimizer.response import FloatArray
from optimizer.risk.cvar import cvar, mean
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure, MeasureEvaluation, shifted
from optimizer.risk.uncertified import quantile, target_probability
from optimizer.search.case import Case

_EXACT = 1e-12


@dataclass(frozen=True)
class Statement:
    """A condition as the problem states it.

    kind: of the condition.  pointer: into the problem.  label: in words.  wanted: the least
    probability, return or mean that meets it.
    """

    kind: str
    pointer: str
    label: str
    wanted: float


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition, met where ``measure`` of ``gain`` is at least 0.

    stated: the condition in the problem.
    gain: of a plan, as the condition counts it.  measure: rounded or exact.
    chance: the probability itself as a measure, climbed where the condition is out of reach; None
    where the condition is not a chance constraint.
    reached: the exact probability, return or mean of a plan (cell,).
    by_limits: whether the limits of the case see to it, so that no climb has to.
    """

    stated: Statement
    gain: Gain
    measure: Measure
    chance: Measure | None
    reached: Callable[[FloatArray], float]
    by_limits: bool = False

    def holds(self, spend: FloatArray) -> bool:
        """Whether a plan (cell,) meets the condition exactly."""
        wanted = self.stated.wanted
        return self.reached(spend) >= wanted - _EXACT * max(1.0, abs(wanted))


def chance_constraint(
    stated: Statement,
    gain: Gain,
    shift: FloatArray,
    reached: Callable[[FloatArray], float],
    probabilities: FloatArray | None,
) -> Condition:
    """The condition  P(gain + shift >= 0) >= stated.wanted.

    shift: (draw,).  reached: the probability of a plan (cell,).  probabilities: (draw,), of the
    draws, None where all are equal.
    """
    level = min(max(1.0 - stated.wanted, 0.0), 1.0)
    return Condition(
        stated=stated,
        gain=gain,
        measure=shifted(_upper_quantile(level, probabilities), -shift),
        chance=shifted(_probability(probabilities), -shift),
        reached=reached,
    )


def return_constraint(stated: Statement, gain: Gain, probabilities: FloatArray | None) -> Condition:
    """The condition  mean(response) >= stated.wanted * spend,  by a gain of that cost."""
    least = stated.wanted

    def reached(spend: FloatArray) -> float:
        total = float(spend.sum())
        surplus = mean(gain.draws(spend), probabilities).value
        return surplus / total + least if total > 0 else least

    def evaluate(draws: FloatArray, _smoothing: float) -> MeasureEvaluation:
        return mean(draws, probabilities)

    return Condition(stated, gain, Measure(evaluate, smooth=True), None, reached)


def cvar_floor(
    stated: Statement,
    gain: Gain,
    tail: float,
    reference: FloatArray | None,
    probabilities: FloatArray | None,
) -> Condition:
    """The condition  CVaR(gain - reference) >= stated.wanted,  reference (draw,)."""
    worst = shifted(
        Measure(lambda draws, smoothing: cvar(draws, tail, smoothing, probabilities), smooth=False),
        reference,
    )

    def evaluate(draws: FloatArray, smoothing: float) -> MeasureEvaluation:
        at = worst.evaluate(draws, smoothing)
        return replace(at, value=at.value - stated.wanted, offset=at.offset - stated.wanted)

    def reached(spend: FloatArray) -> float:
        return worst.value(gain.draws(spend))

    return Condition(stated, gain, Measure(evaluate, smooth=False), None, reached)


def condition_case(case: Case, condition: Condition, measure: Measure) -> Case:
    """The case with the condition's gain and a measure of it in place of the objective."""
    search = replace(case.search, gain=condition.gain, measure=measure, iterations=0, unfinished=0)
    return replace(case, search=search, response=condition.gain.response)


def _upper_quantile(level: float, probabilities: FloatArray | None) -> Measure:
    """The greatest t with P(gain < t) <= level: -(the (1 - level) quantile of -gain)."""

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        if level <= 0.0:
            return quantile(gain, _EXACT, 0.0, probabilities)
        at = quantile(-gain, 1.0 - level, smoothing, probabilities)
        return MeasureEvaluation(-at.value, at.weights, -at.value - float(at.weights @ gain))

    return Measure(evaluate, smooth=False, certified=False)


def _probability(probabilities: FloatArray | None) -> Measure:
    """The probability that a gain is at least 0."""
    return Measure(
        lambda gain, smoothing: target_probability(gain, 0.0, smoothing, probabilities),
        smooth=False,
        certified=False,
    )
