"""The search for the best plan within linear limits: starting plans and climbs."""

from optimizer.search.case import Case, Effort, Solution
from optimizer.search.search import MeasuredPlan, Search

__all__ = ["Case", "Effort", "MeasuredPlan", "Search", "Solution"]
