"""Why a number is what it is: sentences ranked by how much of it, or of its range, each explains.

Everything comes from what is stored with the model: the evidence record, and the trust record where
parts were run.

    of the answer   data and prior: their parts of the precision (``prior_share``); a hidden cause
                    as strong as the strongest measured one: the share of the effect that it would
                    explain; drift: half the difference of the two halves of the weeks; a placebo:
                    its contribution over the channel's
    of the range    a partner or the season: the squared correlation r^2 of their movements, since
                    the variance of an estimate is 1 / (1 - r^2) times what it were without; lift
                    tests: what they took off its width

Shares overlap and do not add up: each says what would change if its reason were gone.
"""

from collections.abc import Iterator
from typing import Literal

from mmm.interval import Answer, Interval
from mmm.posterior.evidence import Evidence, LeverEvidence
from mmm.posterior.trust.placebos import PlaceboRow
from mmm.posterior.trust.record import TrustRecord

LEAST = 0.05
"""Shares below it explain too little to be told."""

CONFLICT_SHIFT = 1.0
"""Posterior s.d. that count as the whole answer."""

Code = Literal[
    "data", "prior", "conflict", "confounding", "partner", "season", "drift", "test", "placebo",
    "follows_sales",
]  # fmt: skip


class Reason(Answer):
    """One reason: the ``share`` of the answer, or of its range, that it explains, and why."""

    code: Code
    of: Literal["answer", "range"]
    share: float
    sentence: str


class Why(Answer):
    """Why the number of one channel, or of the price, is what it is.

    ``roi``: the number, for a channel with a cost. ``reasons`` from the one that explains most;
    ``next``: what would make it surer. ``not_tested``: parts of the trust record that would say
    more and were not run.
    """

    name: str
    grade: str
    headline: str
    roi: Interval | None
    reasons: tuple[Reason, ...]
    next: str
    not_tested: tuple[str, ...]


ASKED = ("prior_sensitivity", "placebos", "future_spend")


def why(
    evidence: Evidence,
    name: str,
    roi: Interval | None = None,
    record: TrustRecord | None = None,
    unit: str = "unit of money",
) -> Why:
    """Why the number of ``name`` is what it is; ``unit``: of what is spent, for the sentences.

    Raises KeyError where the record has no such lever.
    """
    lever = evidence.of(name)
    found = [each for each in _reasons(lever, record) if each.share >= LEAST]
    ran = record.ran if record is not None else ()
    return Why(
        name=name,
        grade=lever.label,
        headline=_headline(lever, roi, unit),
        roi=roi,
        reasons=tuple(sorted(found, key=lambda each: -each.share)),
        next=_next(lever),
        not_tested=tuple(part for part in ASKED if part not in ran and lever.kind == "channel"),
    )


def _headline(lever: LeverEvidence, roi: Interval | None, unit: str) -> str:
    graded = f"{lever.label}: {lever.reason}"
    if roi is None:
        return graded
    return (
        f"{lever.name} returned about {roi.mean:.2f} for each {unit} spent, and nine in ten "
        f"possible values lie between {roi.p5:.2f} and {roi.p95:.2f}. {graded}"
    )


def _reasons(lever: LeverEvidence, record: TrustRecord | None) -> Iterator[Reason]:
    yield from _data_and_prior(lever)
    yield from _tests(lever)
    yield from _movements(lever)
    yield from _confounding(lever)
    yield from _drift(lever)
    yield from _follows_sales(lever)
    if record is not None:
        yield from _conflict(lever, record)
        yield from _placebos(lever, record)


def _data_and_prior(lever: LeverEvidence) -> Iterator[Reason]:
    if lever.prior_share is None:
        return
    prior = lever.prior_share
    weeks = "" if lever.weeks is None else f"; the effect rests on about {lever.weeks:.0f} weeks"
    yield Reason(
        code="data",
        of="answer",
        share=1.0 - prior,
        sentence=(
            f"{1.0 - prior:.0%} of what is known about {lever.name} comes from the data{weeks}."
        ),
    )
    yield Reason(
        code="prior",
        of="answer",
        share=prior,
        sentence=(
            f"{prior:.0%} of what is known about {lever.name} was believed before the data: "
            "another belief would move the number."
        ),
    )


def _tests(lever: LeverEvidence) -> Iterator[Reason]:
    if lever.narrowed_to is None or not lever.tests:
        return
    gone = max(1.0 - lever.narrowed_to, 0.0)
    names = ", ".join(lever.tests)
    yield Reason(
        code="test",
        of="range",
        share=gone,
        sentence=f"Lift tests ({names}) took {gone:.0%} off the range that the series alone leave.",
    )


def _movements(lever: LeverEvidence) -> Iterator[Reason]:
    if lever.partner is not None and lever.partner_overlap is not None:
        yield Reason(
            code="partner",
            of="range",
            share=lever.partner_overlap,
            sentence=(
                f"{lever.name} and {lever.partner} move together in {lever.partner_overlap:.0%} of "
                "what they do: without that the range would be "
                f"{1.0 - (1.0 - lever.partner_overlap) ** 0.5:.0%} narrower. Spend them at "
                "different times."
            ),
        )
    if lever.season_overlap is not None:
        yield Reason(
            code="season",
            of="range",
            share=lever.season_overlap,
            sentence=(
                f"{lever.season_overlap:.0%} of how {lever.name} moves comes back in the same "
                "weeks of each year, and there it cannot be told from the season."
            ),
        )


def _confounding(lever: LeverEvidence) -> Iterator[Reason]:
    if lever.status != "assumed" or lever.plausible is None or lever.plausible_like is None:
        return
    yield Reason(
        code="confounding",
        of="answer",
        share=min(lever.plausible, 1.0),
        sentence=(
            f"A hidden cause as strong as {lever.plausible_like}, that moved both {lever.name} and "
            f"sales, would explain {min(lever.plausible, 1.0):.0%} of the effect; nothing in the "
            "model rules it out."
        ),
    )


def _drift(lever: LeverEvidence) -> Iterator[Reason]:
    if lever.halves is None or not _has(lever, "drift"):
        return
    first, second = (half.strength for half in lever.halves)
    yield Reason(
        code="drift",
        of="answer",
        share=min(abs(first - second) / 2.0, 1.0),
        sentence=(
            f"The effect was {first:.2f} times this number in the first half of the weeks and "
            f"{second:.2f} times in the second: it is that of neither."
        ),
    )


def _follows_sales(lever: LeverEvidence) -> Iterator[Reason]:
    for finding in lever.findings:
        if finding.code in ("follows_sales", "share_of_sales"):
            yield Reason(code="follows_sales", of="answer", share=1.0, sentence=finding.detail)


def _has(lever: LeverEvidence, code: str) -> bool:
    return any(finding.code == code for finding in lever.findings)


def _conflict(lever: LeverEvidence, record: TrustRecord) -> Iterator[Reason]:
    rows = record.prior_sensitivity.quantities if record.prior_sensitivity else ()
    for row in rows:
        if (
            row.name == lever.name
            and row.leaning == "conflict"
            and row.quantity in ("roi", "contribution")
        ):
            yield Reason(
                code="conflict",
                of="answer",
                share=min(abs(row.shift_by_prior) / CONFLICT_SHIFT, 1.0),
                sentence=row.detail,
            )


def _placebos(lever: LeverEvidence, record: TrustRecord) -> Iterator[Reason]:
    for found in (record.placebos, record.future_spend):
        for row in found.rows if found is not None else ():
            if row.channel == lever.name and row.standing != "better":
                yield Reason(
                    code="placebo", of="answer", share=_placebo_share(row), sentence=row.detail
                )


def _placebo_share(row: PlaceboRow) -> float:
    """What the placebo did over what the channel did, at most one."""
    return min(row.placebo.mean / row.real.mean, 1.0) if row.real.mean > 0.0 else 1.0


def _next(lever: LeverEvidence) -> str:
    if lever.grade == "tested":
        return "Repeat the test when the spend has changed much, or after a year."
    if lever.kind == "price":
        return "Change the price for some weeks in some regions, or name what moves along with it."
    if lever.grade == "too_small":
        return (
            f"Spend clearly more or less on {lever.name} in some weeks or regions: at this size "
            "the data cannot tell."
        )
    return f"A lift test of {lever.name} would settle it."
