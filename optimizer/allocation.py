"""Allocation: the plan, its gain, its comparison with other plans, and what is proved about it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.adjustments import AS_FOUND, Adjustments
from optimizer.response import FloatArray


class Status(StrEnum):
    """How good an allocation is known to be."""

    OPTIMAL = "optimal"  # a global certificate proves it, up to the stated gap
    FEASIBLE = "feasible"  # the best plan found; it satisfies every limit
    STOPPED = "stopped"  # the time was over: the best plan so far; it satisfies every limit
    STAY = "stay"  # the possible gain is within noise; the plan is today's
    CONDITION_UNMET = "condition_unmet"  # the plan that was found to come closest to all conditions


PROVED_GAP = 1e-3
"""A certified plan this close to its bound is called optimal."""


class CertificateKind(StrEnum):
    """What is proved about a plan."""

    GLOBAL = "global"  # no feasible plan is better than the upper bound
    STATIONARY = "stationary"  # no small move improves the plan; better ones may lie far away
    NONE = "none"  # nothing is proved


@dataclass(frozen=True)
class Certificate:
    """What is proved about one plan.

    upper_bound: of the measure over all feasible plans, in the gain's unit.  gap: the relative
    distance of the plan from it.  Both are given only where the certificate is global.
    """

    kind: CertificateKind
    upper_bound: float | None = None
    gap: float | None = None


def relative_gap(excess: float, rho: float, floor: float) -> float:
    """excess / max(|rho|, floor); 0 where there is no excess."""
    return excess / max(abs(rho), floor, np.finfo(float).tiny) if excess > 0 else 0.0


@dataclass(frozen=True)
class Risk:
    """The objective's measure of the plan's gain, beside its mean and CVaR.

    kind: of the objective.  quantity: what it measures, in words.  value: the measure that was
    maximised.  mean, cvar (at `tail`): of the gain, in its unit.  probability_worse: probability of
    a lower gain than the current plan's.
    """

    kind: str
    quantity: str
    value: float
    mean: float
    cvar: float
    tail: float
    probability_worse: float


@dataclass(frozen=True, eq=False)
class ReferenceComparison:
    """The plan against a reference, draws paired.

    spend: (cell,), currency, of the reference.  total: its sum.
    feasible: whether the reference satisfies every limit.  broken: labels of those that it breaks.
    difference: (draw,), gain of the plan minus gain of the reference, gain's unit.
    probability_better: share of draws with a positive difference.
    value: the objective's measure of the reference's gain.
    """

    spend: FloatArray
    total: float
    feasible: bool
    broken: tuple[str, ...]
    difference: FloatArray
    probability_better: float
    value: float


@dataclass(frozen=True)
class BindingLimit:
    """A limit that the plan meets exactly.

    constraint: in words.  pointer: into the problem, None for the natural minimum of 0.
    shadow_price: the rise of the measure if the limit were relaxed by one unit of currency; for an
    equality, if its amount rose by one (negative where a lower amount would be better).
    """

    constraint: str
    pointer: str | None
    shadow_price: float


@dataclass(frozen=True)
class ConditionResult:
    """How far a plan meets one condition of the problem, or one side of a second budget.

    kind: of the condition; "budget" for a second budget.  condition: in words.  pointer: into the
    problem.  wanted, reached: a probability, a return, an amount in the gain's unit, or units of
    the second budget.  slack: the room that is left, negative by what is missed.
    met: whether the condition holds.
    """

    kind: str
    condition: str
    pointer: str
    wanted: float
    reached: float
    slack: float
    met: bool


@dataclass(frozen=True, eq=False)
class StayJudgement:
    """The best plan against staying, draws paired.

    within_noise: whether its gain over staying cannot be told from noise (`explain/stay.py`).
    spend: (cell,), of the plan to stay at: today's spend where the total is free, else its mix at
    the same total.  best_spend: (cell,), of the best plan that was found.
    probability_better, expected, deviation: of the gain of the best plan over staying.
    objective_gain: gain of the best plan in the objective's own measure, in the gain's unit.
    """

    within_noise: bool
    spend: FloatArray
    best_spend: FloatArray
    probability_better: float
    expected: float
    deviation: float
    objective_gain: float


@dataclass(frozen=True)
class InseparablePair:
    """Two channels whose effects the data cannot separate, though their sum is known.

    correlation: of their responses under the plan, over draws.
    uncertainty: of each response, and of their sum: standard deviation / mean.
    """

    channels: tuple[str, str]
    correlation: float
    uncertainty: tuple[float, float]
    uncertainty_of_sum: float


@dataclass(frozen=True, eq=False)
class PlanStability:
    """How far the plan moves if chosen on half of the draws, and its value on the other half.

    plans: (half, cell), currency, each chosen on one half.  moved: (half,), share of the total that
    each of them spends differently from the plan.
    in_sample, out_of_sample: (half,), the objective's measure of each on its own half, and on the
    other.  value: the mean out-of-sample measure.
    reference: the mean measure of the proportional plan on the same halves.
    """

    plans: FloatArray
    moved: tuple[float, ...]
    in_sample: tuple[float, ...]
    out_of_sample: tuple[float, ...]
    value: float
    reference: float


@dataclass(frozen=True, eq=False)
class InformationValue:
    """The value of further information, in the expected gain's unit.

    regret: (draw,), of the plan against each draw's own best plan.  expected_regret: its mean.
    perfect: expected value of perfect information, over today's best plan.
    by_channel: expected value of knowing one channel's effect, by channel.
    noise: half-width of the values that `by_channel` would show for uninformative channels.
    """

    regret: FloatArray
    expected_regret: float
    perfect: float
    by_channel: dict[str, float]
    noise: float


@dataclass(frozen=True)
class Insights:
    """Results that need further solves; each is None where the problem does not allow it."""

    stability: PlanStability | None
    information: InformationValue | None


@dataclass(frozen=True)
class SearchStatistics:
    """How the search went; nothing here enters the result.

    evaluations, gradients: calls of the response.  starts: number of different starting plans.
    values: the measure reached from each of them.  iterations: of SLSQP, over all climbs.
    unfinished: climbs that SLSQP did not report as converged.  seconds: wall-clock time.
    """

    evaluations: int
    gradients: int
    starts: int
    values: tuple[float, ...]
    iterations: int
    unfinished: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Allocation:
    """The answer to an AllocationProblem.

    names: of the cells.  spend: (cell,), currency over the horizon.
    gain: (draw,), of the plan: currency, cost subtracted (objective on "value"), or KPI units.
    response: (draw,), the same before cost.
    marginal: (cell,), slope of the measure by spend, over a finite step near no spend
    (`explain/marginal.py`).
    marginal_response: (cell,), mean over draws of the response's slope, by the same steps; on
    "value" this is the marginal ROI.
    warnings: sentences that the reader of the plan must see.
    conditions: how far each condition and each second budget is met, in the problem's order.
    stay: the plan judged against staying; None where that does not apply.
    pairs: channels whose effects cannot be separated.  insights: only where requested.
    adjustments: few moves, little movement, rounding, where requested.
    """

    status: Status
    names: tuple[str, ...]
    spend: FloatArray
    gain: FloatArray
    response: FloatArray
    risk: Risk
    versus_current: ReferenceComparison
    versus_proportional: ReferenceComparison
    marginal: FloatArray
    marginal_response: FloatArray
    binding: tuple[BindingLimit, ...]
    certificate: Certificate
    warnings: tuple[str, ...]
    statistics: SearchStatistics
    conditions: tuple[ConditionResult, ...] = ()
    stay: StayJudgement | None = None
    pairs: tuple[InseparablePair, ...] = ()
    insights: Insights | None = None
    adjustments: Adjustments = AS_FOUND
