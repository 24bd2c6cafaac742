"""One allocation as it is being solved: the problem, its limits, and the search over its gain.

Strategies solve a case again with another measure, or with limits added; the response and what was
evaluated of it are shared.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from optimizer.allocation import Certificate
from optimizer.constraints.build import LinearSystem
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray, Response
from optimizer.risk.measure import Measure
from optimizer.search.search import Search


@dataclass(frozen=True, eq=False)
class Case:
    """What `solve` needs.

    response: in the objective's unit, margin applied.  current: (cell,), currency.
    concave: whether each draw is.  seed, random_starts: of the starts.
    """

    problem: AllocationProblem
    response: Response
    system: LinearSystem
    search: Search
    current: FloatArray
    concave: bool
    seed: int = 0
    random_starts: int = 3

    def with_measure(self, measure: Measure) -> Self:
        """The same decision by another measure of the gain."""
        search = Search(self.search.gain, measure, self.search.feasible)
        return replace(self, search=search)

    def with_system(self, system: LinearSystem) -> Self:
        """The same decision under other limits, which are known to leave a plan."""
        search = Search(self.search.gain, self.search.measure, FeasibleSet.of(system))
        return replace(self, system=system, search=search)


@dataclass(frozen=True, eq=False)
class Solution:
    """The best plan found for a case, and what is proved of it.

    spend: (cell,), currency.  value: its exact measure.  slope: (cell,), derivative of the measure.
    reached: the measure that each start led to.
    """

    spend: FloatArray
    value: float
    slope: FloatArray
    certificate: Certificate
    reached: tuple[float, ...]


type Solve = Callable[[Case], Solution]
