r"""The slope of the measure and of the mean response by spend, over a finite step near zero.

A curve with a power below 1 has an infinite slope at no spend, of which a float is only a large
number. Where a cell's spend b_c is less than a step h_c, the slope is therefore that of the step:

    (rho(b + h_c e_c) - rho(b)) / h_c,      h_c = 1 % of today's spend, of the budget where it is 0

and elsewhere the derivative. Draws are weighted by their probabilities.

    rho -> measure    b -> spend    h -> step    e_c -> one unit in the cell
"""

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray
from optimizer.risk.cvar import mean
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of

STEP = 0.01
"""Share of today's spend, or of the budget, by which a cell near zero is raised."""
_ROUNDED = 0.02
"""Rounding, as a share of the gain's standard deviation, where the exact measure has jumps."""


def steps(system: LinearSystem, current: FloatArray) -> FloatArray:
    """(cell,), currency: the step of each cell."""
    return STEP * np.where(current > 0.0, current, system.scale)


def marginal_figures(
    case: Case, spend: FloatArray, slope: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The slopes (cell,) of the measure and of the mean response at a plan, per unit of spend.

    slope: (cell,), the derivative of what the problem maximises.
    """
    search, weights = case.search, probabilities_of(case.response)
    gain = search.gain
    measured = slope.copy()
    counted = case.counted
    response = np.average(counted.slope(spend), axis=0, weights=weights) + counted.cost
    size = steps(case.system, case.current)
    near_zero = np.flatnonzero(spend < size).tolist()
    if not near_zero:
        return measured, response
    before = gain.draws(spend)
    width = _ROUNDED * float(before.std()) if _has_jumps(case) else 0.0
    for cell in near_zero:
        raised = spend.copy()
        raised[cell] += size[cell]
        after = gain.draws(raised)
        rise = mean(counted.draws(raised) - counted.draws(spend), weights).value
        response[cell] = rise / size[cell] + counted.cost
        if case.problem.minimise is None:
            rise = (
                search.measure.evaluate(after, width).value
                - search.measure.evaluate(before, width).value
            )
            measured[cell] = rise / size[cell]
    return measured, response


def _has_jumps(case: Case) -> bool:
    return not (case.search.measure.smooth or case.search.measure.certified)
