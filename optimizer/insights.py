"""What costs further solves: stability under half of the draws, regret, value of information."""

from optimizer.allocation import Insights
from optimizer.case import Case, Solve
from optimizer.chance import has_sides
from optimizer.information import information
from optimizer.response import FloatArray
from optimizer.stability import stability


def explained(case: Case, solve: Solve, spend: FloatArray) -> Insights:
    """Of the plan (cell,).

    Stability is left out where a condition beside the linear limits binds the plan to all draws.
    """
    return Insights(
        stability=None if has_sides(case) else stability(case, solve, spend),
        information=information(case, spend),
    )
