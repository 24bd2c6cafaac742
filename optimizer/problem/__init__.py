"""The request of an allocation as plain data, and the checks of its numbers and names."""

from optimizer.problem.conditions import CvarFloor, LeastMarginalRoi, LeastRoi, NotWorse, Target
from optimizer.problem.problem import AllocationProblem, Budget, read_problem

__all__ = [
    "AllocationProblem",
    "Budget",
    "CvarFloor",
    "LeastMarginalRoi",
    "LeastRoi",
    "NotWorse",
    "Target",
    "read_problem",
]
