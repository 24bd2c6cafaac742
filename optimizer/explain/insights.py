"""What costs further solves: stability under half of the draws, regret, value of information."""

from optimizer.allocation import Insights
from optimizer.conditions.solve_within import has_sides
from optimizer.explain.information import information
from optimizer.explain.stability import stability
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solve


def explained(case: Case, solve: Solve, spend: FloatArray) -> Insights:
    """Of the plan (cell,).

    Stability is left out where a condition beside the linear limits binds the plan to all draws.
    """
    return Insights(
        stability=None if has_sides(case) else stability(case, solve, spend),
        information=information(case, spend),
    )
