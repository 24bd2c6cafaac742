"""What keeps a lever from a better grade: each test's result as a finding with its sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mmm.causal.graph_answer import EffectStatus
from mmm.evidence.common_cause import ClaimTests
from mmm.evidence.constancy import Drift
from mmm.evidence.follows_sales import ShareOfSales
from mmm.evidence.linear_view import Estimate
from mmm.evidence.overlap import Partner
from mmm.evidence.surprise import Surprise
from mmm.posterior.evidence import Finding
from mmm.priors.table import Z95

LARGEST_PRIOR_SHARE = 0.7
"""Above it a channel is too small to measure."""

LARGEST_SURPRISE = 3.0
"""Standard deviations of the prior."""

LEAST_T = 2.326
"""Standard errors from zero below which the data alone cannot tell an effect from none (one-sided
1 %)."""

LEAST_WEEKS = 8.0
"""An effect that rests on fewer weeks could be coincidence."""

LARGEST_OVERLAP = 0.8
"""Movement shared with a partner above which data cannot tell the two apart."""

LARGEST_SEASON = 0.5
"""The same for the same weeks of other years, which no channel repeats exactly."""

SHARE = "share_of_sales"

PARTNER = "partner"
"""A pair that cannot be told apart: their sum is not in doubt for it."""


@dataclass(frozen=True)
class Measured:
    """Everything measured about one lever; None where it cannot be.

    ``level`` is that of each test on this lever alone. ``strength``: the effect by the data alone,
    in multiples of the fitted one; with the partner's where they cannot be told apart.
    ``varying``: the field ``time_varying`` with the lever in it; None where it is in it already.
    """

    name: str
    level: float
    status: EffectStatus
    weeks: float
    strength: Estimate
    prior_share: float | None = None
    surprise: Surprise | None = None
    season: float | None = None
    partner: Partner | None = None
    drift: Drift | None = None
    share_of_sales: ShareOfSales | None = None
    varying: tuple[Mapping[str, Any], ...] | None = None


def findings(lever: Measured, claims: ClaimTests) -> Iterator[Finding]:
    """What speaks against the effect of a lever by itself."""
    yield from _follows_sales(lever, claims)
    yield from _drifts(lever)
    yield from _too_small(lever)
    yield from _surprises(lever)
    if lever.status.status != "identified":
        yield from _plausible_confounding(lever)
        yield from _moves_with_another_lever(lever, claims)
    yield from _rests_on_little(lever)


def _follows_sales(lever: Measured, claims: ClaimTests) -> Iterator[Finding]:
    share = lever.share_of_sales
    if share is not None and share.shaped_so and share.p_value < lever.level:
        yield Finding(
            code=SHARE,
            grade="do_not_use",
            detail=(
                f"{lever.name} is spent in proportion to the same week's sales "
                f"({share.share:.1%} of them): sales drive this spend, so its return is not known."
            ),
        )
    test = claims.follows_sales(lever.name)
    if test is not None and test.contradicted:
        yield Finding(
            code="follows_sales",
            grade="do_not_use",
            detail=(
                f"{lever.name} follows the sales of the week before (correlation "
                f"{test.result.correlation:.2f}, p {_p(test.p_adjusted)}): part of its effect is "
                "that of earlier sales. Declare the edge, or test it."
            ),
        )


def _drifts(lever: Measured) -> Iterator[Finding]:
    if lever.drift is None or lever.drift.p_value >= lever.level:
        return
    first, second = lever.drift.halves
    changes_sign = second.strength - Z95 * second.se <= 0.0
    change = "fell" if second.strength < first.strength else "rose"
    yield Finding(
        code="drift",
        grade="do_not_use" if changes_sign else "coincidence",
        detail=(
            f"The effect of {lever.name} {change} from {first.strength:.2f} times its fitted size "
            f"in the first half of the weeks to {second.strength:.2f} in the second (p "
            f"{_p(lever.drift.p_value)}): the fitted size is that of neither."
            + (" Let it vary over time (edit)." if lever.varying else "")
        ),
        edit={"time_varying": lever.varying} if lever.varying else None,
    )


def _too_small(lever: Measured) -> Iterator[Finding]:
    if lever.strength.t < LEAST_T:
        yield Finding(
            code="not_told_from_zero",
            grade="too_small",
            detail=(
                f"By the data alone {lever.name} may do nothing (its effect lies "
                f"{lever.strength.t:.1f} standard errors from zero): only an upper limit is known."
            ),
        )
    elif (lever.prior_share or 0.0) > LARGEST_PRIOR_SHARE and not _has_partner(lever):
        yield Finding(
            code="prior_share",
            grade="too_small",
            detail=(
                f"{lever.prior_share:.0%} of the interval of {lever.name} is what was assumed "
                "before the data: its size is not known, only an upper limit."
            ),
        )


def _surprises(lever: Measured) -> Iterator[Finding]:
    if lever.surprise is None or abs(lever.surprise.z) <= LARGEST_SURPRISE:
        return
    parameter, z = lever.surprise
    yield Finding(
        code="surprise",
        grade="coincidence",
        detail=(
            f"The {parameter} of {lever.name} ended {abs(z):.1f} standard deviations "
            f"{'below' if z < 0.0 else 'above'} what was believed: usually something that "
            "coincides with it is missing."
        ),
    )


def _has_partner(lever: Measured) -> bool:
    return lever.partner is not None and lever.partner.share > LARGEST_OVERLAP


def _plausible_confounding(lever: Measured) -> Iterator[Finding]:
    point = lever.status.tipping_point
    if point is None or point.benchmark is None or point.benchmark.would_take < 1.0:
        return
    yield Finding(
        code="plausible_confounding",
        grade="coincidence",
        detail=(
            f"A hidden cause no stronger than {point.benchmark.name} would explain the whole "
            f"effect of {lever.name}."
        ),
    )


def _moves_with_another_lever(lever: Measured, claims: ClaimTests) -> Iterator[Finding]:
    tests = [
        each
        for each in claims.levers
        if each.contradicted and lever.name in (each.claim.first[0], each.claim.second[0])
    ]
    if not tests:
        return
    strongest = max(tests, key=lambda each: abs(each.result.correlation))
    names = (strongest.claim.first[0], strongest.claim.second[0])
    other = names[1] if names[0] == lever.name else names[0]
    yield Finding(
        code="common_cause",
        grade="coincidence",
        detail=(
            f"{lever.name} and {other} move together (correlation "
            f"{strongest.result.correlation:.2f}, p {_p(strongest.p_adjusted)}) by more than "
            "anything measured explains: what drives both may drive sales. Measure it, or test."
        ),
    )


def _rests_on_little(lever: Measured) -> Iterator[Finding]:
    if lever.partner is not None and _has_partner(lever):
        yield Finding(
            code=PARTNER,
            grade="coincidence",
            detail=(
                f"{lever.name} and {lever.partner.name} share {lever.partner.share:.0%} of their "
                "movement: the data cannot tell their effects apart, and more draws will not help."
            ),
        )
    if lever.season is not None and lever.season > LARGEST_SEASON:
        yield Finding(
            code="season",
            grade="coincidence",
            detail=(
                f"{lever.name} moves with the calendar: {lever.season:.0%} of its movement is that "
                "of the same weeks of other years, so its effect cannot be told from the season's."
            ),
        )
    if lever.weeks < LEAST_WEEKS:
        yield Finding(
            code="few_weeks",
            grade="coincidence",
            detail=f"The effect of {lever.name} rests on about {lever.weeks:.0f} weeks.",
        )


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
