"""A separable case on tables of its curves, where climbs take a hundredth of the time.

The cubics of `draw_tables.py` lie close to the curves, but nothing is reported from them: a plan
found on tables is climbed to its end, valued and proved on the response itself.
"""

from dataclasses import replace

import numpy as np

from optimizer.curves.draw_tables import CurveTables
from optimizer.curves.levels import level_grid
from optimizer.response import FloatArray, as_separable
from optimizer.risk.gain import Gain
from optimizer.search.case import Case
from optimizer.search.memo import LastCallMemo
from optimizer.search.search import MeasuredPlan, Search

_MOST_NUMBERS = 6e6
"""Most numbers (cells * levels * draws) in one table, 48 MB; with more the response is used."""


def tabulated_case(case: Case) -> Case | None:
    """The case on tables; None where the response is not separable or the tables too large."""
    response = as_separable(case.response)
    if response is None:
        return None
    at_zero = case.search.gain.draws(np.zeros(len(case.system.names)))
    if at_zero.size * len(case.system.names) * level_grid(1.0).size > _MOST_NUMBERS:
        return None
    curves = CurveTables.of(response, case.system, 0.0)
    table = _TableResponse(tuple(case.response.names), curves, at_zero)
    gain = Gain(table, case.search.gain.cost, case.search.watch)
    search = Search(gain, case.search.measure, case.search.feasible)
    return replace(case, response=table, search=search)


def polish_on_tables(case: Case, table: Case | None, plan: MeasuredPlan) -> MeasuredPlan:
    """Climb from a plan to its maximum, on the tables first where there are any."""
    if table is None:
        return case.search.polish(plan)
    close = table.search.polish(table.search.evaluate(plan.spend))
    return case.search.climb_at_last_width(
        max(plan, case.search.evaluate(close.spend), key=lambda p: p.value)
    )


class _TableResponse:
    """The response by tables; at_zero: (draw,), its draws at no spend."""

    def __init__(self, names: tuple[str, ...], curves: CurveTables, at_zero: FloatArray) -> None:
        self.names, self._at_zero = names, at_zero
        self._at = LastCallMemo(curves.at_plan)

    def draws(self, spend: FloatArray) -> FloatArray:
        return np.asarray(self._at_zero + self._at(spend)[0].sum(axis=0))

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self._at(spend)[1].T
