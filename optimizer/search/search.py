"""The search for the best plan: climbs from several starts.

Over few cells a climb is sequential quadratic programming (SLSQP), of which a step takes time with
the cube of the cells; over many it is projected quasi-Newton (`quasi_newton.py`). Gradients are
exact. A measure with kinks is climbed in its rounded form, over a width that shrinks (shares of the
gain's standard deviation at the start of each climb): from every start at the first width, from the
best of them down to the last. The exact measure judges whether a climb helped: a plan is accepted
only if it is feasible and better, so a failing climb does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.projection import Projection
from optimizer.response import FloatArray
from optimizer.risk.gain import Gain
from optimizer.risk.measure import WIDTHS, Measure, MeasureEvaluation
from optimizer.search.memo import LastCallMemo
from optimizer.search.quasi_newton import Descent, descend
from optimizer.watch import TimeOver, Watch

MANY_CELLS = 40
"""Free cells above which a climb is projected quasi-Newton."""
WIDTHS_OF_MANY = (0.02, 0.005, 0.001, 0.0002)
"""The widths after the first one over many cells. The less is rounded, the more steps a climb
takes: the next width follows only after a climb that ended by itself, and where rounding still
costs more than `_ROUNDED_AWAY`."""
_ROUNDED_AWAY = 3e-4
"""Share of the measure by which a cut of its rounded form may lie above it."""
_FEASIBLE = 1e-10
_MOST_STEPS = 50
"""Of a climb over many cells: those of concave curves take some twenty."""


class _End(NamedTuple):
    """When a climb ends: after so many iterations, or where it is close to the top.

    change: of the loss from step to step, for SLSQP.  close: what the plan misses to first order
    over many cells, as a share of the measure.
    """

    iterations: int
    change: float
    close: float


_COARSE, _FINE = _End(40, 1e-5, 1e-2), _End(100, 1e-10, 2e-4)


@dataclass(frozen=True, eq=False)
class MeasuredPlan:
    """A feasible plan, spend (cell,) in currency, with its exact measure.

    smoothing: the rounding, in the gain's unit, under which a climb reached it; 0 for none.
    """

    spend: FloatArray
    value: float
    smoothing: float = 0.0


@dataclass(eq=False)
class Search:
    """Climbs of one measure over one feasible set, with counts of their work.

    iterations: over all climbs.  unfinished: climbs that did not end by themselves.
    """

    gain: Gain
    measure: Measure
    feasible: FeasibleSet
    iterations: int = 0
    unfinished: int = 0

    @property
    def watch(self) -> Watch:
        """The watch that every step asks."""
        return self.gain.watch

    @property
    def has_many_cells(self) -> bool:
        """Whether climbs are projected quasi-Newton."""
        return self.feasible.free.size > MANY_CELLS

    def evaluate(self, spend: FloatArray) -> MeasuredPlan:
        """A feasible plan with its exact measure."""
        return MeasuredPlan(spend, self.measure.value(self.gain.draws(spend)))

    def climb_coarsely(self, starts: Sequence[FloatArray]) -> tuple[MeasuredPlan, ...]:
        """The plans reached from each start at the first width; fewer where time is over."""
        reached: list[MeasuredPlan] = []
        for position, start in enumerate(starts):
            self.watch.reach(0.3 * position / len(starts))
            if not reached or not self.watch.is_over():
                plan = self.evaluate(start)
                reached.append(self._climb(plan, WIDTHS[0], _COARSE))
        return tuple(reached)

    def polish(self, plan: MeasuredPlan) -> MeasuredPlan:
        """Climb from a plan down to the last width."""
        for width in self._fine_widths:
            unfinished = self.unfinished
            plan = self._climb(plan, width, _FINE)
            ended = self.unfinished > unfinished or self._is_sharp(plan, width)
            if self.has_many_cells and ended:
                break
        return plan

    def climb_at_last_width(self, plan: MeasuredPlan) -> MeasuredPlan:
        """Climb from a plan close to its maximum, at the last width only that is needed."""
        if self.has_many_cells:
            return self.polish(plan)
        return self._climb(plan, self._fine_widths[-1], _FINE)

    @property
    def floor(self) -> float:
        """The least that a gap is relative to: one percent of the budget, 0 in KPI units."""
        return 0.01 * self.feasible.scale * self.feasible.free.size * self.gain.cost

    @property
    def _fine_widths(self) -> tuple[float, ...]:
        """The widths after the first one."""
        if self.measure.smooth:
            return (0.0,)
        return WIDTHS_OF_MANY if self.has_many_cells else WIDTHS[1:]

    def _is_sharp(self, plan: MeasuredPlan, width: float) -> bool:
        """Whether the cut of the measure rounded over a width is hardly above the measure."""
        draws = self.gain.draws(plan.spend)
        cut = self.measure.evaluate(draws, width * float(draws.std()))
        above = float(cut.weights @ draws) + cut.offset - plan.value
        return above <= _ROUNDED_AWAY * max(abs(plan.value), self.floor)

    def _climb(self, start: MeasuredPlan, width: float, end: _End) -> MeasuredPlan:
        """The better one of the start and the plan that a climb reaches from it."""
        smoothing = (
            0.0 if self.measure.smooth else width * float(self.gain.draws(start.spend).std())
        )
        weigh = LastCallMemo(lambda gain: self.measure.evaluate(gain, smoothing))
        unit = float(np.abs(self._slope(start.spend, weigh)).max(initial=0.0))
        if unit == 0.0 or self.watch.is_over():
            return start
        problem = Descent(
            loss=lambda x: -weigh(self.gain.draws(self.feasible.spend(x))).value / unit,
            slope=lambda x: -self._slope(self.feasible.spend(x), weigh) / unit,
            project=lambda x: self._projection.nearest(x),
            extreme=self.feasible.extreme_point,
            is_over=self.watch.is_over,
            least=self.floor / unit,
        )
        begin = self.feasible.coordinates(start.spend)
        if self.has_many_cells:
            reached = self._by_gradients(problem, begin, end)
        else:
            reached = self._by_slsqp(problem, begin, end)
        inside = self._moved_inside(reached)
        if inside is None:
            return start
        climbed = replace(self.evaluate(inside), smoothing=smoothing)
        return max(start, climbed, key=lambda plan: plan.value)

    def _by_gradients(self, problem: Descent, begin: FloatArray, end: _End) -> FloatArray:
        """(free,): where projected quasi-Newton ends."""
        reached = descend(problem, begin, end.close, min(end.iterations, _MOST_STEPS))
        self.iterations += reached.steps
        self.unfinished += not reached.settled
        return reached.x

    def _by_slsqp(self, problem: Descent, begin: FloatArray, end: _End) -> FloatArray:
        """(free,): where SLSQP ends, or where it was when the time was over."""
        last = [begin]

        def loss(x: FloatArray) -> float:
            self.watch.require_time()
            return problem.loss(x)

        try:
            result = minimize(
                loss,
                begin,
                jac=problem.slope,
                method="SLSQP",
                bounds=np.column_stack([self.feasible.lower, self.feasible.upper]),
                constraints=linear_constraints(self.feasible),
                options={"maxiter": end.iterations, "ftol": end.change},
                callback=lambda x: last.append(x.copy()),
            )
        except TimeOver:
            self.iterations += len(last) - 1
            self.unfinished += 1
            return last[-1]
        self.iterations += int(result.nit)
        self.unfinished += result.status != 0
        return np.asarray(result.x, dtype=np.float64)

    @cached_property
    def _projection(self) -> Projection:
        return Projection.of(self.feasible)

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
