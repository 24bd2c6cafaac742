r"""The slope of the measure and of the mean response by spend, over a finite step near zero.

A curve with a power below 1 has an infinite slope at no spend, of which a float is only a large
number. Where a cell's spend b_c is less than a step h_c, the slope is therefore that of the step:

    (rho(b + h_c e_c) - rho(b)) / h_c,      h_c = 1 % of today's spend, of the budget where it is 0

and elsewhere the derivative. Draws are weighted by their probabilities.

Where cells do not add up and many of them are near zero, all are raised at once, by half a step and
together by at most 1 % of the budget, and the derivative there stands for the steps.

    rho -> measure    b -> spend    h -> step    e_c -> one unit in the cell
"""

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray, as_separable
from optimizer.risk.cvar import mean
from optimizer.risk.gain import Gain
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of
from optimizer.search.search import MANY_CELLS

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
    if len(near_zero) > MANY_CELLS and as_separable(case.response) is None:
        share = min(1.0, STEP * case.system.scale / float(size[near_zero].sum()))
        raised = spend.copy()
        raised[near_zero] += 0.5 * share * size[near_zero]
        steep = counted.slope(raised)[:, near_zero]
        response[near_zero] = np.average(steep, axis=0, weights=weights) + counted.cost
        if case.problem.minimise is None:
            by_draw = search.measure.evaluate(before, width).weights
            measured[near_zero] = by_draw @ gain.slope(raised)[:, near_zero]
        return measured, response
    for cell in near_zero:
        search.watch.ask()
        step = float(size[cell])
        rise = _rise(counted, spend, cell, step)
        response[cell] = mean(rise, weights).value / step + counted.cost
        if case.problem.minimise is None:
            after = before + (rise if counted is gain else _rise(gain, spend, cell, step))
            higher = (
                search.measure.evaluate(after, width).value
                - search.measure.evaluate(before, width).value
            )
            measured[cell] = higher / step
    return measured, response


def _rise(gain: Gain, spend: FloatArray, cell: int, step: float) -> FloatArray:
    """(draw,): what a step in a cell adds to the gain, by its own curve where cells add up."""
    separable = as_separable(gain.response)
    if separable is None:
        raised = spend.copy()
        raised[cell] += step
        return gain.draws(raised) - gain.draws(spend)
    value = separable.curve(cell, np.array([spend[cell], spend[cell] + step]))[0]
    return np.asarray(value[:, 1] - value[:, 0] - gain.cost * step)


def _has_jumps(case: Case) -> bool:
    return not (case.search.measure.smooth or case.search.measure.certified)
