"""The checks that ran on a fit whatever its specification is silent about, as the record lists
them."""

from collections.abc import Iterator, Sequence

from mmm.checks.recurring_weeks import RecurringWeeks
from mmm.evidence.common_cause import ClaimTest, ClaimTests
from mmm.evidence.findings import Measured
from mmm.evidence.index_noise import IndexNoise
from mmm.posterior.evidence import NOISY_INDEX, EvidenceCheck, UnexplainedWeeks

RECURRING = "recurring_weeks"


def ran_checks(
    measured: Sequence[Measured],
    claims: ClaimTests,
    weeks: Sequence[UnexplainedWeeks],
    recurring: RecurringWeeks | None,
    noise: IndexNoise | None,
) -> Iterator[EvidenceCheck]:
    """One line for each kind of check, with its smallest p-value, adjusted for all levers."""
    level = measured[0].level * len(measured) if measured else 0.0
    yield _of_claims("follows_sales", claims.feedback, level, "a budget follows last week's sales")
    shares = [m.share_of_sales for m in measured if m.share_of_sales]
    yield EvidenceCheck(
        name="share_of_sales",
        found=any(s.shaped_so and s.p_value * len(measured) < level for s in shares),
        p_value=_smallest([s.p_value if s.shaped_so else 1.0 for s in shares], len(measured)),
        level=level,
        detail="Whether a budget is a share of the same week's sales.",
    )
    detectable = "" if claims.detectable is None else f" above {claims.detectable:.2f}"
    yield _of_claims(
        "common_cause",
        claims.levers,
        level,
        f"two levers move together (four times of five a correlation{detectable} is found)",
    )
    noisy = noise is not None and noise.too_noisy(level)
    yield EvidenceCheck(
        name=NOISY_INDEX,
        found=noisy,
        p_value=noise.p_value if noise else None,
        level=level,
        detail=noise.sentence
        if noise and noisy
        else "Whether the series that measures demand is too noisy to close it.",
    )
    drifts = [m.drift.p_value for m in measured if m.drift]
    smallest = _smallest(drifts, len(measured))
    yield EvidenceCheck(
        name="drift",
        found=smallest is not None and smallest < level,
        p_value=smallest,
        level=level,
        detail="Whether an effect keeps its size over the weeks.",
    )
    yield EvidenceCheck(
        name="unexplained_weeks",
        found=bool(weeks),
        p_value=min((each.p_value for each in weeks), default=None),
        level=level,
        detail="Whether the level breaks, or a stretch of weeks is off.",
    )
    yield EvidenceCheck(
        name=RECURRING,
        found=recurring is not None,
        p_value=None,
        level=level,
        detail=_as_sentence(recurring.sentence)
        if recurring
        else "Whether weeks recur every year that nothing in the model explains.",
    )


def _as_sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _of_claims(name: str, tests: Sequence[ClaimTest], level: float, subject: str) -> EvidenceCheck:
    return EvidenceCheck(
        name=name,
        found=any(each.contradicted for each in tests),
        p_value=min((each.p_adjusted for each in tests), default=None),
        level=level,
        detail=f"Whether {subject}, beyond what is measured.",
    )


def _smallest(p_values: Sequence[float], tests: int) -> float | None:
    return min(min(p_values) * tests, 1.0) if p_values else None
