"""A separable case on tables of its curves: climbs that cost a hundredth of those on the response.

The cubics of `each_table.py` lie close to the curves, and nothing is reported of them: a plan that
was found on tables is climbed to its end, valued and proved on the response itself.
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

MANY_CELLS = 40
"""Beyond these a step of SLSQP, which grows with their cube, costs more than the response."""
_MOST_NUMBERS = 4e7
"""Of one table: 320 MB. Cells times levels times draws beyond that are climbed on the response."""


def tabulated_case(case: Case) -> Case | None:
    """The case on tables; None where the response is not separable, or too large."""
    response = as_separable(case.response)
    if response is None:
        return None
    none = case.search.gain.draws(np.zeros(len(case.system.names)))
    if none.size * len(case.system.names) * level_grid(1.0).size > _MOST_NUMBERS:
        return None
    curves = CurveTables.of(response, case.system, 0.0)
    table = _TableResponse(tuple(case.response.names), curves, none)
    gain = Gain(table, case.search.gain.cost)
    search = Search(gain, case.search.measure, case.search.feasible)
    return replace(case, response=table, search=search)


def polish_on_tables(case: Case, table: Case | None, plan: MeasuredPlan) -> MeasuredPlan:
    """The plan climbed to its top: on the tables first, where there are any."""
    if table is None:
        return case.search.polish(plan)
    if plan.spend.size > MANY_CELLS:
        close = table.search.climb_briefly(table.search.evaluate(plan.spend))
        return max(plan, case.search.evaluate(close.spend), key=lambda p: p.value)
    close = table.search.polish(table.search.evaluate(plan.spend))
    return case.search.climb_at_last_width(
        max(plan, case.search.evaluate(close.spend), key=lambda p: p.value)
    )


class _TableResponse:
    """A response; none: (draw,), at no spend. Values and slopes come at once."""

    def __init__(self, names: tuple[str, ...], curves: CurveTables, none: FloatArray) -> None:
        self.names, self._none = names, none
        self._at = LastCallMemo(curves.at_plan)

    def draws(self, spend: FloatArray) -> FloatArray:
        return np.asarray(self._none + self._at(spend)[0].sum(axis=0))

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self._at(spend)[1].T
