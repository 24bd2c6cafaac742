"""One allocation as it is being solved: the problem, its limits, and the search over its gain.

Strategies solve a case again with another measure or with more limits; these cases share the
response and its evaluations.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from optimizer.allocation import Certificate
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_system import LinearSystem
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray, Response
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure
from optimizer.search.search import Search
from optimizer.watch import Watch


@dataclass(frozen=True)
class Effort:
    """How much work an allocation may take.

    random_starts: number of random starting plans, beside those that a planner would think of.
    prove: whether to bound all plans where curves are S-shaped, which takes most of the time and
    may find a better plan.
    watch: asked by every loop; it knows how much time the allocation may take.
    """

    random_starts: int = 3
    prove: bool = True
    watch: Watch = field(default_factory=Watch)


DEFAULT_EFFORT = Effort()


@dataclass(frozen=True, eq=False)
class Case:
    """The input of a `Solver`.

    response: whose draws the objective measures, in its unit, margin applied; of a total it leaves
    out the carryover after the horizon.  counted: the response with that carryover, by which gains
    are reported.  current: (cell,), currency over the horizon.
    concave: whether every draw is concave in spend.
    seed: of everything random.  effort: how much work the search may take.
    """

    problem: AllocationProblem
    response: Response
    counted: Gain
    system: LinearSystem
    search: Search
    current: FloatArray
    concave: bool
    seed: int = 0
    effort: Effort = DEFAULT_EFFORT

    @property
    def gap_floor(self) -> float:
        """The least denominator of a gap: one percent of the budget, 0 in KPI units."""
        return 0.01 * self.system.budget if self.search.gain.cost else 0.0

    def with_measure(self, measure: Measure) -> Self:
        """The same case with another measure of the gain."""
        search = Search(self.search.gain, measure, self.search.feasible)
        return replace(self, search=search)

    def with_system(self, system: LinearSystem) -> Self:
        """The same case under other limits, which are known to be feasible."""
        search = Search(self.search.gain, self.search.measure, FeasibleSet.of(system))
        return replace(self, system=system, search=search)


@dataclass(frozen=True, eq=False)
class Solution:
    """The best plan found for a case, and what is proved about it.

    spend: (cell,), currency.  value: its exact measure.
    slope: (cell,), derivative of the measure by spend.
    reached: the measure reached from each start.
    """

    spend: FloatArray
    value: float
    slope: FloatArray
    certificate: Certificate
    reached: tuple[float, ...]


type Solver = Callable[[Case], Solution]
