"""Decisions under a posterior: the budget plan that is best for an attitude to risk.

    allocation = allocate(problem, response, current)

The optimizer knows arrays and a response (`response.py`), never the model behind it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "Allocation": "optimizer.allocation",
    "AllocationProblem": "optimizer.problem.problem",
    "Effort": "optimizer.search.case",
    "Infeasible": "optimizer.errors",
    "InvalidProblem": "optimizer.errors",
    "Issue": "optimizer.errors",
    "OptimizerError": "optimizer.errors",
    "Response": "optimizer.response",
    "Status": "optimizer.allocation",
    "allocate": "optimizer.solve.allocate",
    "read_problem": "optimizer.problem.problem",
    "score": "optimizer.solve.score",
}


def __getattr__(name: str) -> Any:
    """Load a name of this package when it is first used: the types of a problem need no solver."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
