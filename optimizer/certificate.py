r"""How good a plan can be proved to be.

For draw weights q that the measure allows, rho(pi(v)) <= q.pi(v) for every plan v. Where each draw
is concave in spend, q.pi lies below its tangent, hence for the plan b

    rho(pi(v)) <= q.pi(b) + max_v (q.J(b)).(v - b)      one linear program (Frank and Wolfe)

is an upper bound over all feasible plans, for any such q. The weights of a measure rounded over
the widths of the search are all allowed; the least of their bounds is reported, and

    gap = (upper_bound - rho) / max(|rho|, 1 % of the budget)

Where draws are not concave the same number only says how far the plan is, to first order, from a
stationary point.

    J -> slope    q -> weights    b -> spend
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.feasible import FeasibleSet
from optimizer.gain import Gain
from optimizer.response import FloatArray
from optimizer.risk import WIDTHS, Measure

PROVED_GAP = 1e-3
"""A certified plan this close to its bound is called optimal."""
_STATIONARY = 1e-3


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


@dataclass(frozen=True, eq=False)
class FirstOrder:
    """The best tangent bound at a plan.

    bound: of the measure over all feasible plans, if concave.  slope: (cell,), d rho / d spend.
    """

    bound: float
    slope: FloatArray


def first_order(
    gain: Gain, measure: Measure, feasible: FeasibleSet, spend: FloatArray
) -> FirstOrder:
    """The least tangent bound over the measure's weights at a feasible spend (cell,)."""
    draws, slopes = gain.draws(spend), gain.slope(spend)
    widths = (0.0,) if measure.smooth else (0.0, *WIDTHS)
    spread = float(draws.std())
    found: list[FirstOrder] = []
    for smoothing in sorted({width * spread for width in widths}):
        weights = measure.weigh(draws, smoothing).weights
        slope = weights @ slopes
        found.append(FirstOrder(float(weights @ draws) + _best_move(feasible, spend, slope), slope))
    return min(found, key=lambda item: item.bound)


def certify(
    rho: float, tangent: FirstOrder, floor: float, *, concave: bool, only_plan: bool
) -> Certificate:
    """The certificate of a plan of measure rho; floor: the least denominator of a gap."""
    if only_plan:
        return Certificate(CertificateKind.GLOBAL, upper_bound=rho, gap=0.0)
    excess = max(tangent.bound - rho, 0.0)
    gap = relative(excess, rho, floor)
    if concave:
        return Certificate(CertificateKind.GLOBAL, upper_bound=rho + excess, gap=gap)
    if gap <= _STATIONARY:
        return Certificate(CertificateKind.STATIONARY)
    return Certificate(CertificateKind.NONE)


def relative(excess: float, rho: float, floor: float) -> float:
    """excess / max(|rho|, floor); 0 where there is no excess."""
    return excess / max(abs(rho), floor, np.finfo(float).tiny) if excess > 0 else 0.0


def _best_move(feasible: FeasibleSet, spend: FloatArray, slope: FloatArray) -> float:
    """max over feasible v of slope . (v - spend), currency of the gain."""
    if feasible.is_point:
        return 0.0
    target = feasible.spend(feasible.extreme(slope[feasible.free]))
    return max(float(slope @ (target - spend)), 0.0)
