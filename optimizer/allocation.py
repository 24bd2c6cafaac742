"""Allocation: the plan, what it gains, what it is compared with, and what is proved about it."""

from dataclasses import dataclass
from enum import StrEnum

from optimizer.certificate import Certificate
from optimizer.response import FloatArray


class Status(StrEnum):
    """What an allocation is."""

    OPTIMAL = "optimal"  # a global certificate proves it, up to the stated gap
    FEASIBLE = "feasible"  # the best plan found; it satisfies every limit
    STAY = "stay"  # what could be gained is within noise; the plan is the proportional one
    TARGET_UNREACHABLE = "target_unreachable"  # the plan that comes closest to the target


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
class Comparison:
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
class Binding:
    """A limit that the plan meets exactly.

    constraint: in words.  pointer: into the problem, None for the natural minimum of 0.
    shadow_price: how much the measure would rise if the limit gave way by one unit of currency;
    for an equality, if its amount rose by one (negative where less would be better).
    """

    constraint: str
    pointer: str | None
    shadow_price: float


@dataclass(frozen=True)
class Statistics:
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
    """

    status: Status
    names: tuple[str, ...]
    spend: FloatArray
    gain: FloatArray
    response: FloatArray
    risk: Risk
    versus_current: Comparison
    versus_proportional: Comparison
    marginal: FloatArray
    marginal_response: FloatArray
    binding: tuple[Binding, ...]
    certificate: Certificate
    warnings: tuple[str, ...]
    statistics: Statistics
