"""The grade of a lever, by its findings and its lift tests, with the reason in one sentence."""

from collections.abc import Sequence
from typing import NamedTuple

from mmm.lift.narrowing import TESTED
from mmm.posterior.evidence import GRADES, Finding, Grade

ORDER: tuple[Grade, ...] = tuple(GRADES)


class Graded(NamedTuple):
    """A grade and its reason."""

    grade: Grade
    reason: str


def graded(found: Sequence[Finding], status_reason: str, narrowed: float | None) -> Graded:
    """The lowest grade of ``found``; a lift test lifts a coincidence only.

    ``narrowed``: width of the interval relative to that without the lift tests, None without any.
    """
    tested = narrowed is not None and narrowed <= TESTED
    counted = [each for each in found if not (tested and each.grade == "coincidence")]
    if counted:
        lowest = max(counted, key=lambda each: ORDER.index(each.grade))
        return Graded(lowest.grade, lowest.detail)
    if tested:
        return Graded("tested", f"Lift tests leave {narrowed:.0%} of the interval's width.")
    return Graded("seen", status_reason)
