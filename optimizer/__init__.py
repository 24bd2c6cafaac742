"""Decisions under a posterior: the budget plan that is best for an attitude to risk.

    allocation = allocate(problem, response, current)

The optimizer knows arrays and a response (`response.py`), never the model behind it.
"""

from optimizer.allocation import Allocation, Status
from optimizer.errors import Infeasible, InvalidProblem, Issue, OptimizerError
from optimizer.problem.problem import AllocationProblem, read_problem
from optimizer.response import Response
from optimizer.search.case import Effort
from optimizer.solve.allocate import allocate
from optimizer.solve.score import score

__all__ = [
    "Allocation",
    "AllocationProblem",
    "Effort",
    "Infeasible",
    "InvalidProblem",
    "Issue",
    "OptimizerError",
    "Response",
    "Status",
    "allocate",
    "read_problem",
    "score",
]
