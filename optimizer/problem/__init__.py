"""The request of an allocation as plain data, and the checks of its numbers and names."""

from optimizer.problem.problem import (
    AllocationProblem,
    Budget,
    Target,
    WorseThanCurrent,
    read_problem,
)

__all__ = ["AllocationProblem", "Budget", "Target", "WorseThanCurrent", "read_problem"]
