"""The verdict listens to the trust record: what a test has shown lowers it, and says what helps.

Each check is a test of stated size: of models that are as they should be, at most so large a share
is lowered by it. The checks of a record are added to those of the fit; a part that is run again
replaces its own. Nothing here raises a verdict.

    backtest            the joint weekly log score of ``judged_on`` weeks is below that of a naive
                        forecast: one-sided t-tests against both, the smaller p-value times two
    backtest_coverage   90 % intervals held too few outcomes: exact binomial tests of the weeks
                        ahead and of the windows of ``judged_on`` weeks, the same

Both have the limit ``LEVEL``, so that a backtest lowers at most 5 % of such models (Bonferroni).
"""

from collections.abc import Callable, Iterator
from math import floor

from scipy.special import bdtr

from mmm.posterior.trust.backtest import NAIVE, Backtest, HorizonScores
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.verdict import Check, Verdict, verdict_of

LEVEL = 0.025
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
        LEVEL,
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
        LEVEL,
        f"90 % intervals held {told}",
        "the noise is larger, or remembers longer, than the model says: try noise ar1, likelihood "
        "student_t or a smooth trend, and name weeks that stand out. A backtest of the changed "
        "model whose intervals hold raises the verdict again",
    )


CHECKS: tuple[Callable[[TrustRecord], Iterator[Check]], ...] = (_backtest,)
NAMES = frozenset({"backtest", "backtest_coverage"})
"""Names of the checks that follow from a record."""
