r"""A least marginal return: the next unit of every channel that is free to fall brings enough.

    mean_s d response_s / d b_c  >=  r      for every cell c that may get less than it does

A cell that gets nothing, or no more than its limits ask for, is not free to fall. Where cells add
up, the mean slope of a cell is a curve of its own spend, so the condition is a maximum of it: the
greatest spend with that slope, or what the cell must get at least. A curve with a threshold has too
small a slope below some spend as well: the cell then gets nothing or at least that much.

Where no plan keeps these limits, the best mean levels the slopes, so that their least is as high as
it can be under a fixed total of concave curves: that plan is the closest.

    b -> spend    r -> min
"""

from dataclasses import replace

import numpy as np

from optimizer.conditions.condition import Condition, Statement
from optimizer.constraints.conflict import is_feasible
from optimizer.constraints.limit import Limit, Switch
from optimizer.constraints.linear_system import TOLERANCE, LinearSystem
from optimizer.constraints.return_limits import spend_range
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.conditions import LeastMarginalRoi
from optimizer.problem.issues import format_number
from optimizer.response import FloatArray, as_separable
from optimizer.risk.cvar import mean
from optimizer.risk.measure import Measure, MeasureEvaluation
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of


def marginal_condition(case: Case, stated: LeastMarginalRoi, where: str) -> Condition:
    """The condition as plans are judged by it.  Raises InvalidProblem."""
    if case.problem.objective.on == "kpi":
        detail = (
            f"a marginal return of {format_number(stated.min)} compares value with spend, but "
            '"on" is "kpi"'
        )
        raise InvalidProblem((Issue(where, "no_value", detail),))
    label = f"a marginal ROI of at least {format_number(stated.min)} wherever spend can fall"
    weights = probabilities_of(case.response)
    gain = case.counted

    def reached(spend: FloatArray) -> float:
        slopes = np.average(gain.slope(spend), axis=0, weights=weights) + gain.cost
        free = _free_to_fall(case.system, spend)
        return float(slopes[free].min()) if free.any() else stated.min

    def evaluate(draws: FloatArray, _smoothing: float) -> MeasureEvaluation:
        return mean(draws, weights)

    statement = Statement(stated.kind, where, label, stated.min)
    measure = Measure(evaluate, smooth=True)
    return Condition(statement, gain, measure, None, reached, by_limits=True)


def with_marginal_limits(case: Case) -> Case | None:
    """The case within the limits of its least marginal returns; None where no plan keeps them.

    Raises InvalidProblem where the slope of a cell depends on other cells.
    """
    system = case.system
    for index, condition in enumerate(case.problem.conditions):
        if isinstance(condition, LeastMarginalRoi):
            where = json_pointer("conditions", index)
            system = _with_limits(case, system, condition.min, where)
    if system is case.system:
        return case
    return case.with_system(system) if is_feasible(system) else None


def _with_limits(case: Case, system: LinearSystem, least: float, where: str) -> LinearSystem:
    separable = as_separable(case.counted.response)
    if separable is None:
        detail = (
            "what the next unit brings in one channel depends on the others here: to spend until "
            f'it brings {format_number(least)}, give a budget "max" with a "hurdle"'
        )
        raise InvalidProblem((Issue(where, "not_separable", detail),))
    weights = probabilities_of(case.response)
    limits: list[Limit] = []
    switches: list[Switch] = []
    for cell, name in enumerate(system.names):

        def enough(levels: FloatArray, cell: int = cell) -> np.ndarray:
            slope = separable.curve(cell, levels)[1]
            return np.asarray(np.average(slope, axis=0, weights=weights) >= least)

        low, high = spend_range(enough, system.budget)
        floor = float(case.system.lower[cell])
        most = max(high, floor)
        label = (
            f"the maximum of {format_number(most)} with a marginal ROI of "
            f"{format_number(least)} for {name}"
        )
        row = SparseRow.sum_of(np.array([cell]))
        limits.append(Limit(label, where, row, -np.inf, most, cell))
        if 0.0 == floor < low:
            label = label.replace("the maximum", "the minimum").replace(
                format_number(most), format_number(low), 1
            )
            switches.append(Switch(label, where, (cell,), low))
    return replace(
        system,
        limits=(*system.limits, *limits),
        switches=(*system.switches, *switches),
    )


def levelled_case(case: Case) -> Case:
    """The case of the best mean, which levels marginal returns."""
    weights = probabilities_of(case.response)
    measure = Measure(lambda draws, _: mean(draws, weights), smooth=True)
    return case.with_measure(measure)


def _free_to_fall(system: LinearSystem, spend: FloatArray) -> np.ndarray:
    """(cell,): whether a cell may get less than it does."""
    slack = TOLERANCE * system.scale
    free: np.ndarray = spend > system.lower + slack
    for limit in system.limits:
        states_total = limit.pointer.startswith(json_pointer("budget"))
        is_floor = limit.cell is None and not states_total and np.isfinite(limit.lower)
        if is_floor and limit.row.at(spend) <= limit.lower + slack:
            free[limit.row.cells[limit.row.values > 0.0]] = False
    return free
