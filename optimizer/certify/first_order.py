r"""The first-order bound of a plan, and the certificate that it gives.

For each cut (q, o) of the measure, rho(pi(v)) <= q.pi(v) + o for every plan v. Where each draw is
concave in spend, pi(v) lies below its tangent at the plan b, hence for any set Q of cuts

    rho(pi(v)) <= max_v min_{(q, o) in Q} q.(pi(b) + J(b)(v - b)) + o    one small linear program

is an upper bound over all feasible plans. With one q it is the bound of Frank and Wolfe (1956). At
a kink of the measure no single q suffices: the weights of the tangent's own optimum v are added to
Q until the bound is that of all weights (Kelley's cutting planes, which need no further evaluation
of the response).

    gap = (upper_bound - rho) / max(|rho|, 1 % of the budget)

Where draws are not concave the same number only measures how far the plan is, to first order, from
a stationary point.

    pi -> draws    J -> slopes    q -> weights    o -> offset    b -> spend
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from optimizer.allocation import Certificate, CertificateKind, relative_gap
from optimizer.constraints.linear_program import LinearRows, maximise_minimum
from optimizer.response import FloatArray
from optimizer.risk.measure import WIDTHS, Measure
from optimizer.search.search import MeasuredPlan, Search

_STATIONARY = 1e-3
_CLOSE, _CLOSE_TO_RHO = 1e-6, 1e-5
"""Excess at which no more cuts are added: shares of the steepest slope and of the measure, of which
the larger one counts."""
_MOST_CUTS = 60
_CLOSE_OF_MANY, _MOST_CUTS_OF_MANY = 5e-4, 12
"""The same over many cells, where a linear program takes longer: of the measure."""


@dataclass(frozen=True, eq=False)
class TangentBound:
    """The bound that the tangent of the measure at a plan gives.

    bound: of the measure over all feasible plans, if every draw is concave.
    slope: (cell,), d rho / d spend, by the mixture of weights that gives the bound.
    """

    bound: float
    slope: FloatArray


def tangent_bound(search: Search, plan: MeasuredPlan) -> TangentBound:
    """The least tangent bound over the measure's weights at a feasible plan."""
    gain, measure, feasible, spend = search.gain, search.measure, search.feasible, plan.spend
    draws, slopes = gain.draws(spend), gain.slope(spend)
    free_slopes, here = slopes[:, feasible.free] * feasible.scale, feasible.coordinates(spend)
    rho = measure.value(draws)
    cuts, offsets = _first_cuts(measure, draws, plan.smoothing)
    if not measure.certified:
        # Exact weights of a quantile are those of one draw: the rounded ones are more informative.
        return TangentBound(rho, cuts[:2][-1] @ slopes)
    unit = float(np.abs(cuts @ free_slopes).max(initial=0.0))
    if unit == 0.0:
        return TangentBound(rho, cuts[0] @ slopes)
    close, most_cuts = max(_CLOSE, _CLOSE_TO_RHO * abs(rho) / unit), _MOST_CUTS
    if search.has_many_cells:
        close, most_cuts = _CLOSE_OF_MANY * max(abs(rho), search.floor) / unit, _MOST_CUTS_OF_MANY
    while True:
        slope = cuts @ free_slopes
        floors = LinearRows(
            csr_array(slope / unit), (cuts @ draws + offsets - rho - slope @ here) / unit
        )
        excess, there, shares = maximise_minimum(
            floors, feasible.inequalities, feasible.equalities, feasible.lower, feasible.upper
        )
        tangent = measure.evaluate(draws + free_slopes @ (there - here), 0.0)
        reached = (tangent.value - rho) / unit
        if excess - max(reached, 0.0) <= close or len(cuts) >= most_cuts or gain.watch.is_over():
            return TangentBound(rho + excess * unit, shares @ cuts @ slopes)
        cuts = np.vstack([cuts, tangent.weights])
        offsets = np.append(offsets, tangent.offset)


def certify(
    rho: float,
    tangent: TangentBound,
    floor: float,
    *,
    concave: bool,
    only_plan: bool,
    certified: bool = True,
) -> Certificate:
    """The certificate of a plan of measure rho; floor: the least denominator of a gap.

    concave: whether every draw is.  only_plan: whether no other plan is feasible.
    certified: whether cuts bound the measure; where they do not, a certificate exists only
    if a single plan is feasible.
    """
    if only_plan:
        return Certificate(CertificateKind.GLOBAL, upper_bound=rho, gap=0.0)
    if not certified:
        return Certificate(CertificateKind.NONE)
    excess = max(tangent.bound - rho, 0.0)
    gap = relative_gap(excess, rho, floor)
    if concave:
        return Certificate(CertificateKind.GLOBAL, upper_bound=rho + excess, gap=gap)
    if gap <= _STATIONARY:
        return Certificate(CertificateKind.STATIONARY)
    return Certificate(CertificateKind.NONE)


def _first_cuts(
    measure: Measure, draws: FloatArray, smoothing: float
) -> tuple[FloatArray, FloatArray]:
    """Weights (cut, draw) and offsets (cut,) at the draws, exact and at each rounding width.

    smoothing: that of the climb to the plan, for its weights make the plan stationary.
    """
    spread = float(draws.std())
    rounded = [] if measure.smooth else [*(width * spread for width in WIDTHS), smoothing]
    cuts = [measure.evaluate(draws, width) for width in (0.0, *rounded)]
    return np.array([cut.weights for cut in cuts]), np.array([cut.offset for cut in cuts])
