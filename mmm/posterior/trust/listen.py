"""The verdict listens to the trust record: what a test has shown lowers it, and says what helps.

Each check is a test of stated size: of models that are as they should be, at most so large a share
is lowered by it. The checks of a record are added to those of the fit; a part that is run again
replaces its own. Nothing here raises a verdict.

    backtest            the joint weekly log score of ``judged_on`` weeks is below that of a naive
                        forecast: one-sided t-tests against both, the smaller p-value times two
    backtest_coverage   90 % intervals held too few outcomes: exact binomial tests of the weeks
                        ahead and of the windows of ``judged_on`` weeks, the same

A backtest lowers at most 5 % of models that forecast as well as a naive one and whose intervals are
right. The level of its first check is far below that, since a t-test of a dozen windows is only
approximate: with scores that are skewed as an exponential, or remember by .5 from window to window,
its size is .02 to .033 (simulated with 8, 12 and 24 windows), with normal ones .003. The exact
second check adds .016.

    placebos            channels that matter and claim an effect, and that did no better than a copy
    future_spend        of their own spend in other weeks, or of the week to come: each kind accuses
                        at most 5 % of models whose claims are right (``mmm.trust.placebos``)
    plan_and_prior      the plan's expected gain falls below zero where what was believed is held a
                        little more or less firmly, by a one-sided test of 5 %

The last three count what was found, and the limit is none.
"""

from collections.abc import Callable, Iterator
from math import floor

from scipy.special import bdtr

from mmm.posterior.trust.backtest import NAIVE, Backtest, HorizonScores
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.verdict import Check, Verdict, count_check, verdict_of

WORSE_LEVEL, COVERAGE_LEVEL = 0.005, 0.025
"""Levels of the two checks of a backtest."""
INSIDE = 0.9
"""Share of outcomes that a 90 % interval should hold."""


def lowered(verdict: Verdict, record: TrustRecord | None) -> Verdict:
    """The verdict with the checks of ``record`` in place of those of an earlier one."""
    kept = (check for check in verdict.checks if check.name not in NAMES)
    return verdict_of((*kept, *trust_checks(record or TrustRecord())))


def trust_checks(record: TrustRecord) -> Iterator[Check]:
    """The checks of every part that was run and has enough to judge by."""
    for checks in CHECKS:
        yield from checks(record)


def check_of(name: str, p_value: float, level: float, what: str, advice: str) -> Check:
    """The check of one test: caution where its p-value is below its level.

    ``what``: what was found, a clause; ``advice``: what would raise the verdict again.
    """
    passed = p_value >= level
    return Check(
        name=name,
        value=p_value,
        limit=level,
        passed=passed,
        status="trusted" if passed else "caution",
        message=f"{what} (p-value {p_value:.2g}, should be at least {level:g})",
        advice="" if passed else advice,
    )


def _backtest(record: TrustRecord) -> Iterator[Check]:
    if record.backtest is None:
        return
    judged = _judged(record.backtest)
    if judged is not None:
        yield _against_naive(judged)
    if judged is not None or record.backtest.weeks >= FEWEST_WEEKS:
        yield _coverage(record.backtest, judged)


FEWEST_WEEKS = 20
"""Weeks ahead from which their coverage is judged on its own."""


def _judged(backtest: Backtest) -> HorizonScores | None:
    found = (scores for scores in backtest.horizons if scores.weeks == backtest.judged_on)
    return next(found, None)


def _against_naive(scores: HorizonScores) -> Check:
    worst = min(scores.against, key=lambda against: against.p_worse or 0.0)
    p_value = min(1.0, len(scores.against) * (worst.p_worse or 0.0))
    return check_of(
        "backtest",
        p_value,
        WORSE_LEVEL,
        f"forecasts of {scores.weeks} weeks are {'worse' if worst.difference < 0 else 'better'} "
        f"than {NAIVE[worst.naive]} by {abs(worst.difference):.2g} log units a window of "
        f"{scores.windows}",
        "see at which origins it failed: weeks that nothing in the model explains want an event, a "
        "holiday or a control; noise that remembers (noise ar1) or a baseline that wanders (trend "
        "smooth) may forecast better. A backtest of the changed model that is not worse raises the "
        "verdict again",
    )


def _coverage(backtest: Backtest, judged: HorizonScores | None) -> Check:
    p_values = [float(bdtr(backtest.weeks_covered, backtest.weeks, INSIDE))]
    told = f"{backtest.weeks_covered} of {backtest.weeks} weeks ahead"
    if judged is not None:
        windows = floor(judged.effective)
        held = min(windows, floor(judged.covered * windows + 0.5))
        p_values.append(float(bdtr(held, windows, INSIDE)))
        inside = round(judged.covered * judged.windows)
        told += f" and {inside} of {judged.windows} totals of {judged.weeks} weeks"
    return check_of(
        "backtest_coverage",
        min(1.0, len(p_values) * min(p_values)),
        COVERAGE_LEVEL,
        f"90 % intervals held {told}",
        "the noise is larger, or remembers longer, than the model says: try noise ar1, likelihood "
        "student_t or a smooth trend, and name weeks that stand out. A backtest of the changed "
        "model whose intervals hold raises the verdict again",
    )


def _placebos(record: TrustRecord) -> Iterator[Check]:
    for name, found in (("placebos", record.placebos), ("future_spend", record.future_spend)):
        if found is not None:
            accused = [row for row in found.no_better if row.matters]
            names = ", ".join(row.channel for row in accused)
            yield count_check(
                name,
                len(accused),
                " ".join(row.detail for row in accused).rstrip(".")
                or "no channel that claims an effect does no better than a placebo of its spend",
                f"plan no money on {names} until a lift test has measured it, or name what moves "
                "along with its spend; where the channel then does better than its placebo the "
                "verdict is raised again",
            )


def _plan_and_prior(record: TrustRecord) -> Iterator[Check]:
    found = record.prior_sensitivity
    if found is None or found.turns is None:
        return
    yield count_check(
        "plan_and_prior",
        int(found.turns),
        "the plan would lose money where what was believed before the data is held a little more "
        "or less firmly"
        if found.turns
        else "the plan gains also where what was believed is held a little more or less firmly",
        f"state what is known about {found.heaviest}, whose priors weigh most in it, or test it; a "
        "plan that no longer turns raises the verdict again",
    )


CHECKS: tuple[Callable[[TrustRecord], Iterator[Check]], ...] = (
    _backtest,
    _placebos,
    _plan_and_prior,
)
NAMES = frozenset({"backtest", "backtest_coverage", "placebos", "future_spend", "plan_and_prior"})
"""Names of the checks that follow from a record."""
