"""Allocation: the plan, what it gains, what it is compared with, and what is proved about it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.response import FloatArray


class Status(StrEnum):
    """What an allocation is."""

    OPTIMAL = "optimal"  # a global certificate proves it, up to the stated gap
    FEASIBLE = "feasible"  # the best plan found; it satisfies every limit
    STAY = "stay"  # what could be gained is within noise; the plan is the proportional one
    TARGET_UNREACHABLE = "target_unreachable"  # the plan that comes closest to the target


PROVED_GAP = 1e-3
"""A certified plan this close to its bound is called optimal."""


class CertificateKind(StrEnum):
    """What is proved about a plan."""

    GLOBAL = "global"  # no feasible plan is better than the upper bound
    STATIONARY = "stationary"  # no small move improves the plan; better ones may lie far away
    NONE = "none"  # nothing is proved


@dataclass(frozen=True)
class Certificate:
    """upper_bound: of the measure, in the gain's unit; gap: relative; both only where global."""

    kind: CertificateKind
    upper_bound: float | None = None
    gap: float | None = None


def relative_gap(excess: float, rho: float, floor: float) -> float:
    """excess / max(|rho|, floor); 0 where there is no excess."""
    return excess / max(abs(rho), floor, np.finfo(float).tiny) if excess > 0 else 0.0


@dataclass(frozen=True)
class Risk:
    """The objective's measure of the plan's gain, beside the two it is made of.

    kind: of the objective.  value: what was maximised; mean, cvar (at `tail`): gain's unit.
    probability_of_loss: share of draws with a negative gain.
    """

    kind: str
    value: float
    mean: float
    cvar: float
    tail: float
    probability_of_loss: float


@dataclass(frozen=True, eq=False)
class ReferenceComparison:
    """The plan against a reference, draws paired.

    spend: (cell,), currency, of the reference; total: its sum.
    feasible: whether the reference satisfies every limit; broken: labels of those that it breaks.
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
    shadow_price: how much the measure would rise if the limit gave way by one unit of currency;
    for an equality, if its amount rose by one (negative where less would be better).
    """

    constraint: str
    pointer: str | None
    shadow_price: float


@dataclass(frozen=True)
class ConditionResult:
    """What a plan reaches of a target, or of another condition that is no linear limit.

    condition: in words.  pointer: into the problem.  wanted, reached: a probability, or a return.
    met: whether that is enough; where it is not, `reached` is the best that was found.
    """

    condition: str
    pointer: str
    wanted: float
    reached: float
    met: bool


@dataclass(frozen=True, eq=False)
class StayJudgement:
    """The best plan beside the proportional one (current mix, same total); draws paired.

    within_noise: nothing tells its gain over the proportional plan from noise (`stay.py`).
    spend: (cell,), of the proportional plan; set_aside: (cell,), of the best plan that was found.
    probability_better, expected, deviation: of the gain of the best plan over the proportional.
    added: what the best plan adds in the objective's own measure, in the gain's unit.
    """

    within_noise: bool
    spend: FloatArray
    set_aside: FloatArray
    probability_better: float
    expected: float
    deviation: float
    added: float


@dataclass(frozen=True)
class InseparablePair:
    """Two channels whose effects the data cannot tell apart, though it knows their sum.

    correlation: of their responses under the plan, over draws.
    uncertainty: of each response, and of their sum: standard deviation / mean.
    """

    channels: tuple[str, str]
    correlation: float
    uncertainty: tuple[float, float]
    uncertainty_of_sum: float


@dataclass(frozen=True, eq=False)
class PlanStability:
    """How far the plan moves if chosen on half of the draws, and its worth on the other half.

    plans: (half, cell), currency, each chosen on one half.  moved: (half,), share of the total that
    each would spend elsewhere than the plan.  in_sample, out_of_sample: (half,), the objective's
    measure of each on its own half, and on the other.  value: the mean out-of-sample measure.
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
    """What knowing more would be worth, in the expected gain's unit.

    regret: (draw,), of the plan against each draw's own best plan.  expected_regret: its mean.
    perfect: expected gain of knowing everything over the best plan of today.
    by_channel: the same for knowing one channel's effect, by channel.
    noise: half-width of what `by_channel` would show for a channel about which nothing is learned.
    """

    regret: FloatArray
    expected_regret: float
    perfect: float
    by_channel: dict[str, float]
    noise: float


@dataclass(frozen=True)
class Insights:
    """What costs further solves; each is None where the problem does not allow it."""

    stability: PlanStability | None
    information: InformationValue | None


@dataclass(frozen=True)
class SearchStatistics:
    """How the search went; nothing here enters the result.

    evaluations, gradients: calls of the response.  starts: different starting plans climbed.
    values: the measure that each of them reached.  iterations: of SLSQP, all climbs together;
    unfinished: climbs that SLSQP did not call converged.  seconds: wall-clock.
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
    gain: (draw,), of the plan: currency, cost subtracted (objective on "value"), or kpi.
    response: (draw,), the same before cost.
    marginal: (cell,), derivative of the measure by spend.
    marginal_response: (cell,), mean over draws of the response's derivative; on "value" this is
    the marginal ROI.
    warnings: sentences that the reader of the plan must see.
    target: the condition that was asked and what of it is reached; None where none was.
    stay: the plan judged against the proportional one; None where that is no question.
    pairs: channels that cannot be told apart.  insights: only where they were asked for.
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
    target: ConditionResult | None = None
    stay: StayJudgement | None = None
    pairs: tuple[InseparablePair, ...] = ()
    insights: Insights | None = None
