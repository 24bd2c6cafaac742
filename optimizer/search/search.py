"""The search for the best plan: sequential quadratic programming (SLSQP) from several starts.

Gradients are exact. A measure with kinks is climbed in its rounded form, over a width that shrinks
(shares of the gain's standard deviation at the start of each climb): from every start at the first
width, from the best of them down to the last. The exact measure judges whether a climb helped: a
plan is accepted only if it is feasible and better, so a failing climb does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.response import FloatArray
from optimizer.risk.gain import Gain
from optimizer.risk.measure import WIDTHS, Measure, MeasureEvaluation
from optimizer.search.memo import LastCallMemo

_COARSE_ITERATIONS, _FINE_ITERATIONS = 40, 100
_FEW_ITERATIONS = 12
_COARSE_CHANGE, _FINE_CHANGE = 1e-5, 1e-10
_FEASIBLE = 1e-10


@dataclass(frozen=True, eq=False)
class MeasuredPlan:
    """A feasible plan, spend (cell,) in currency, with its exact measure."""

    spend: FloatArray
    value: float


@dataclass(eq=False)
class Search:
    """Climbs of one measure over one feasible set, with counts of their work.

    iterations: of SLSQP, over all climbs.  unfinished: climbs that it did not report as converged.
    """

    gain: Gain
    measure: Measure
    feasible: FeasibleSet
    iterations: int = 0
    unfinished: int = 0

    def evaluate(self, spend: FloatArray) -> MeasuredPlan:
        """A feasible plan with its exact measure."""
        return MeasuredPlan(spend, self.measure.value(self.gain.draws(spend)))

    def climb_coarsely(self, starts: Sequence[FloatArray]) -> tuple[MeasuredPlan, ...]:
        """The plans reached from each start at the first width."""
        return tuple(
            self._climb(self.evaluate(start), WIDTHS[0], _COARSE_ITERATIONS, _COARSE_CHANGE)
            for start in starts
        )

    def polish(self, plan: MeasuredPlan) -> MeasuredPlan:
        """Climb from a plan down to the last width."""
        for width in (0.0,) if self.measure.smooth else WIDTHS[1:]:
            plan = self._climb(plan, width, _FINE_ITERATIONS, _FINE_CHANGE)
        return plan

    def climb_at_last_width(self, plan: MeasuredPlan) -> MeasuredPlan:
        """Climb from a plan close to its maximum, at the last width only."""
        width = 0.0 if self.measure.smooth else WIDTHS[-1]
        return self._climb(plan, width, _FINE_ITERATIONS, _FINE_CHANGE)

    def climb_briefly(self, plan: MeasuredPlan) -> MeasuredPlan:
        """The same in a few iterations, for many cells."""
        width = 0.0 if self.measure.smooth else WIDTHS[-1]
        return self._climb(plan, width, _FEW_ITERATIONS, _COARSE_CHANGE)

    def _climb(
        self, start: MeasuredPlan, width: float, iterations: int, change: float
    ) -> MeasuredPlan:
        """The better one of the start and the plan that SLSQP reaches from it."""
        smoothing = (
            0.0 if self.measure.smooth else width * float(self.gain.draws(start.spend).std())
        )
        weigh = LastCallMemo(lambda gain: self.measure.evaluate(gain, smoothing))
        unit = float(np.abs(self._slope(start.spend, weigh)).max(initial=0.0))
        if unit == 0.0:
            return start

        def loss(x: FloatArray) -> float:
            return -weigh(self.gain.draws(self.feasible.spend(x))).value / unit

        def loss_slope(x: FloatArray) -> FloatArray:
            return -self._slope(self.feasible.spend(x), weigh) / unit

        result = minimize(
            loss,
            self.feasible.coordinates(start.spend),
            jac=loss_slope,
            method="SLSQP",
            bounds=np.column_stack([self.feasible.lower, self.feasible.upper]),
            constraints=linear_constraints(self.feasible),
            options={"maxiter": iterations, "ftol": change},
        )
        self.iterations += int(result.nit)
        self.unfinished += result.status != 0
        end = self._moved_inside(np.asarray(result.x, dtype=np.float64))
        return start if end is None else max(start, self.evaluate(end), key=lambda plan: plan.value)

    def _slope(self, spend: FloatArray, weigh: LastCallMemo[MeasureEvaluation]) -> FloatArray:
        """(free,): the derivative of the rounded measure in scaled coordinates."""
        slope: FloatArray = weigh(self.gain.draws(spend)).weights @ self.gain.slope(spend)
        return slope[self.feasible.free] * self.feasible.scale

    def _moved_inside(self, x: FloatArray) -> FloatArray | None:
        """The spend (cell,) of x, moved into the feasible set where rounding left it outside.

        None where x is not finite.
        """
        if not np.isfinite(x).all():
            return None
        x = np.clip(x, self.feasible.lower, self.feasible.upper)
        inside = self.feasible.violation(x) <= _FEASIBLE
        return self.feasible.spend(x if inside else self.feasible.nearest_point(x))


def linear_constraints(feasible: FeasibleSet) -> list[LinearConstraint]:
    """The equalities and the inequalities of several cells, each as SLSQP takes them."""
    equal, below = feasible.equalities, feasible.inequalities
    rows: list[LinearConstraint] = []
    if equal.bound.size:
        rows.append(LinearConstraint(equal.matrix.toarray(), equal.bound, equal.bound))
    if below.bound.size:
        rows.append(LinearConstraint(below.matrix.toarray(), -np.inf, below.bound))
    return rows
