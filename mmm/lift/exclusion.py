"""Cells of the KPI that leave the likelihood because a lift test was computed from them, and notes.

A lift was computed from the KPI of the treated geos in the test's weeks and cool-down. The noise of
these cells is in the measured lift; in the KPI's likelihood too, the same noise would count twice,
as if two independent observations agreed. The cells are excluded; their spend stays, since it
carries over into later weeks. The control geos and the weeks before, from which the test drew its
comparison, stay: their noise enters the lift averaged over many cells.

Where the test covered a part s of a cell's people, the squared correlation between the noise of
that part and of the cell is s (noise independent over people: variances s and 1, covariance s).
Up to s = 20 % at most a fifth of the lift's noise is in the cell, and most of the cell's is not in
the lift: dropping it would lose more than counting twice. The cell stays and a note says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.data.panel import Panel
from mmm.data.panel_checks import MIN_WEEKS
from mmm.errors import Issue, SpecError
from mmm.lift.resolve import ResolvedTest
from mmm.spec.environment import COUNTS
from mmm.spec.model import ModelSpec

MAX_SHARED = 0.2


@dataclass(frozen=True)
class Exclusion:
    """``cells (week, geo)``: True where the KPI is excluded from the likelihood; ``notes`` for
    people."""

    cells: NDArray[np.bool_]
    notes: tuple[str, ...]


def excluded_cells(tests: Sequence[ResolvedTest], panel: Panel) -> Exclusion:
    """The cells that the tests within the series were computed from.

    Raises SpecError where fewer than ``MIN_WEEKS`` weeks of the KPI would be left.
    """
    cells = np.zeros((len(panel.weeks), len(panel.geos)), dtype=bool)
    notes = []
    for test in tests:
        label, share = test.test.label, test.test.treated_share
        if test.window.position is None:
            if not test.window.dated:
                notes.append(
                    f"lift test {label!r} has no dates: if it ran within the series, the KPI of "
                    "its weeks counts twice"
                )
        elif share <= MAX_SHARED:
            notes.append(
                f"lift test {label!r} covered {share:.0%} of the sales in its weeks: they stay in "
                f"the likelihood, and at most {share:.0%} of the test's noise counts twice"
            )
        else:
            weeks = test.window.rows[test.window.ahead :]
            cells[np.ix_(weeks, test.share > 0.0)] = True
        notes += _sign_note(test)
    left = int(np.sum(~cells.all(1)))
    if tests and left < MIN_WEEKS:
        detail = (
            f"the lift tests use the KPI of all but {left} of {len(panel.weeks)} weeks; "
            f"{MIN_WEEKS} must be left"
        )
        raise SpecError([Issue("/lift_tests", "too_few_weeks", detail)])
    if count := int(cells.sum()):
        notes.append(
            f"{count} of {cells.size} cells of the KPI enter the likelihood through lift tests only"
        )
    return Exclusion(cells, tuple(notes))


def kept_cells(tests: Sequence[ResolvedTest], spec: ModelSpec, panel: Panel) -> NDArray[np.bool_]:
    """(week, geo) cells of the KPI in its likelihood; all of them under autoregressive noise, whose
    weeks are correlated (``lift_notes`` mentions it). Counts are independent given their memory."""
    if _correlated_weeks(spec):
        return np.ones((len(panel.weeks), len(panel.geos)), dtype=bool)
    return ~excluded_cells(tests, panel).cells


def lift_notes(tests: Sequence[ResolvedTest], spec: ModelSpec, panel: Panel) -> tuple[str, ...]:
    """Notes for people about the cells of the tests."""
    exclusion = excluded_cells(tests, panel)
    if _correlated_weeks(spec) and exclusion.cells.any():
        detail = "under noise 'ar1' the weeks of lift tests stay in the likelihood and count twice"
        return (*exclusion.notes[:-1], detail)
    return exclusion.notes


def _correlated_weeks(spec: ModelSpec) -> bool:
    return spec.noise.kind == "ar1" and spec.kpi.likelihood not in COUNTS


def _sign_note(test: ResolvedTest) -> list[str]:
    """A note where more spend gave a lift well below zero: control and treatment may be swapped."""
    extra = float((test.treatment.spend - test.control.spend).sum())
    if test.lift * extra < 0.0 and abs(test.lift) > 2.0 * test.se:
        return [
            f"lift test {test.test.label!r}: spend and KPI moved in opposite directions, by more "
            "than two standard errors; are control and treatment swapped?"
        ]
    return []
