"""The evidence record of a fitted model: how far each effect can be relied on, and why.

It is computed once, at the fit (``mmm/evidence``), stored with the model and read by every answer.
Five grades, from the best; a lever carries the lowest that applies, except that a lift test lifts a
coincidence:

    tested        lift tests leave at most half of the interval's width
    seen          identified, or assumed beyond plausible confounding, and no check contradicts it
    coincidence   a plausible hidden cause, a few weeks or a partner could have made the effect
    too_small     most of the interval is the prior's: only an upper limit is known
    do_not_use    a check contradicts the effect: spend follows sales, or the effect changes sign
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from mmm.interval import Answer

Grade = Literal["tested", "seen", "coincidence", "too_small", "do_not_use"]

GRADES: Mapping[Grade, str] = {
    "tested": "Tested",
    "seen": "Seen in the data",
    "coincidence": "Could be coincidence",
    "too_small": "Too small to measure",
    "do_not_use": "Do not use",
}
"""The words for people, from the best grade to the lowest."""

LOWER_GRADES: tuple[Grade, ...] = ("coincidence", "too_small", "do_not_use")

MATTERS = 0.05
"""A channel matters from this share of all spend on."""


NOISY_INDEX = "noisy_index"
"""The check whether the series that measures demand is too noisy to close it."""


class GradeNote(Answer):
    """A lever's grade as every answer carries it; ``at_most``: all that is known of its ROI."""

    grade: Grade
    label: str
    reason: str
    at_most: float | None = None


class Finding(Answer):
    """Something found about a lever that keeps it from a better grade; ``detail`` is for people.

    ``edit``: fields of the specification as they would be with what answers the finding, to be put
    in the place of its own; None where no field does.
    """

    code: str
    grade: Grade
    detail: str
    edit: Mapping[str, Any] | None = None


class HalfOfWindow(Answer):
    """Strength of an effect in one half of the weeks, as a multiple of the fitted effect."""

    strength: float
    se: float


class LeverEvidence(Answer):
    """What is known about the total effect of a channel, or of the price.

    ``status``: by the graph and by lift tests, with its reason. ``confounder_to_zero``: partial R2
    that a hidden cause needs with lever and KPI alike to explain the effect away; ``plausible``:
    share of the effect that a hidden cause as strong as ``plausible_like`` would explain.
    ``prior_share``: share of the interval that is the prior's. ``surprise``: how many prior s.d.
    its furthest parameter ended from what was believed. ``at_most``: 95 % quantile of the ROI,
    where only that is known. ``season_overlap``, ``partner_overlap``: share of the effect's
    movement that season, or the channel ``partner``, moves along with. ``halves``: strength in the
    first and the second half of the weeks. ``follows_sales``: p-value that spend does not follow
    last week's KPI. ``weeks``: how many weeks the effect effectively rests on. ``narrowed_to``:
    width of the interval relative to that without the lift tests ``tests``. ``observed``: least and
    largest spend of an active week (prices: of all weeks).
    """

    name: str
    kind: Literal["channel", "price"]
    grade: Grade
    label: str
    reason: str
    findings: tuple[Finding, ...] = ()
    status: Literal["identified", "assumed", "tested"]
    status_reason: str
    spend_share: float | None = None
    confounder_to_zero: float | None = None
    plausible: float | None = None
    plausible_like: str | None = None
    prior_share: float | None = None
    surprise: float | None = None
    at_most: float | None = None
    positive_by_construction: bool = False
    season_overlap: float | None = None
    partner: str | None = None
    partner_overlap: float | None = None
    halves: tuple[HalfOfWindow, HalfOfWindow] | None = None
    follows_sales: float | None = None
    weeks: float | None = None
    tests: tuple[str, ...] = ()
    narrowed_to: float | None = None
    observed: tuple[float, float]

    @property
    def matters(self) -> bool:
        """Whether the lever has a share of spend on which a decision turns; prices always do."""
        return self.spend_share is None or self.spend_share >= MATTERS


class UnexplainedWeeks(Answer):
    """Weeks whose KPI nothing in the model explains: a step from ``start`` on, or a stretch.

    ``size``: mean departure, relative to the mean KPI. ``touches``: levers whose effect would
    change by more than its standard error if these weeks were named.
    """

    kind: Literal["step", "stretch"]
    start: date
    end: date
    size: float
    p_value: float
    touches: tuple[str, ...]
    detail: str


class EvidenceCheck(Answer):
    """One check of the family: ``p_value`` at its ``level``, and the kind of fault it finds."""

    name: str
    found: bool
    p_value: float | None
    level: float
    detail: str


class Evidence(Answer):
    """The evidence on every lever, and the checks that ran whatever the specification says.

    ``chain_story``: what the chains disagree about, where they do.
    """

    levers: tuple[LeverEvidence, ...]
    checks: tuple[EvidenceCheck, ...] = ()
    unexplained_weeks: tuple[UnexplainedWeeks, ...] = ()
    chain_story: str | None = None

    def of(self, name: str) -> LeverEvidence:
        """The evidence on one lever; raises KeyError where there is none of that name."""
        for lever in self.levers:
            if lever.name == name:
                return lever
        raise KeyError(name)

    def grades(self) -> dict[str, GradeNote]:
        """The grade of every lever by name, with its reason."""
        return {
            each.name: GradeNote(
                grade=each.grade, label=each.label, reason=each.reason, at_most=each.at_most
            )
            for each in self.levers
        }

    @property
    def noisy_index(self) -> str | None:
        """Why the series that measures demand leaves it open; None where it does not."""
        noisy = (each.detail for each in self.checks if each.name == NOISY_INDEX and each.found)
        return next(noisy, None)

    @property
    def contradicted(self) -> tuple[LeverEvidence, ...]:
        """The levers that matter and that a check contradicts."""
        return tuple(x for x in self.levers if x.matters and x.grade == "do_not_use")
