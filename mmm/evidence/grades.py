"""The grade of a lever, by its findings and its lift tests, with the reason in one sentence."""

from collections.abc import Sequence
from typing import NamedTuple

from mmm.causal.graph_answer import EffectStatus
from mmm.lift.narrowing import TESTED
from mmm.posterior.evidence import GRADES, Finding, Grade

ORDER: tuple[Grade, ...] = tuple(GRADES)


class Graded(NamedTuple):
    """A grade and its reason."""

    grade: Grade
    reason: str


def graded(found: Sequence[Finding], status: EffectStatus, narrowed: float | None = None) -> Graded:
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
    return Graded("seen", _why_seen(status))


def _why_seen(status: EffectStatus) -> str:
    """Why an effect without a finding is believed, and what it still rests on."""
    if status.status == "identified":
        return status.reason
    point = status.tipping_point
    text = "No check speaks against it, and no hidden cause is ruled out"
    if point is None:
        return f"{text}."
    if point.benchmark is not None:
        like = point.benchmark
        return f"{text}: one as strong as {like.name} would explain {like.would_take:.0%} of it."
    return (
        f"{text}: one would have to explain {point.to_zero:.0%} of what else moves both spend and "
        "sales to explain it away."
    )
