"""The limits of a problem as a linear system over cells, and the set of feasible plans."""

from optimizer.constraints.build import system_of
from optimizer.constraints.conflict import require_feasible
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_system import LinearSystem

__all__ = ["FeasibleSet", "LinearSystem", "require_feasible", "system_of"]
