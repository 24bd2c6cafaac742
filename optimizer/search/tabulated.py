"""A separable case on tables of its curves: climbs that cost a hundredth of those on the response.

The cubics of `each_table.py` lie close to the curves, and nothing is reported of them: a plan that
was found on tables is climbed to its end, valued and proved on the response itself.
"""

from dataclasses import replace

import numpy as np

from optimizer.curves.draw_tables import Curves
from optimizer.curves.levels import grid
from optimizer.response import FloatArray, as_separable
from optimizer.risk.gain import Gain
from optimizer.search.case import Case
from optimizer.search.memo import Remembered
from optimizer.search.search import Found, Search

MANY_CELLS = 40
"""Beyond these a step of SLSQP, which grows with their cube, costs more than the response."""
_MOST_NUMBERS = 4e7
"""Of one table: 320 MB. Cells times levels times draws beyond that are climbed on the response."""


def tabulated(case: Case) -> Case | None:
    """The case on tables; None where the response is not separable, or too large."""
    response = as_separable(case.response)
    if response is None:
        return None
    none = case.search.gain.draws(np.zeros(len(case.system.names)))
    if none.size * len(case.system.names) * grid(1.0).size > _MOST_NUMBERS:
        return None
    curves = Curves.of(response, case.system, 0.0)
    table = _Table(tuple(case.response.names), curves, none)
    gain = Gain(table, case.search.gain.cost)
    search = Search(gain, case.search.measure, case.search.feasible)
    return replace(case, response=table, search=search)


def polished(case: Case, table: Case | None, plan: Found) -> Found:
    """The plan climbed to its top: on the tables first, where there are any."""
    if table is None:
        return case.search.polish(plan)
    if plan.spend.size > MANY_CELLS:
        close = table.search.touch_up(table.search.found(plan.spend))
        return max(plan, case.search.found(close.spend), key=lambda p: p.value)
    close = table.search.polish(table.search.found(plan.spend))
    return case.search.finish(max(plan, case.search.found(close.spend), key=lambda p: p.value))


class _Table:
    """A response; none: (draw,), at no spend. Values and slopes come at once."""

    def __init__(self, names: tuple[str, ...], curves: Curves, none: FloatArray) -> None:
        self.names, self._none = names, none
        self._at = Remembered(curves.at_one)

    def draws(self, spend: FloatArray) -> FloatArray:
        return np.asarray(self._none + self._at(spend)[0].sum(axis=0))

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self._at(spend)[1].T
