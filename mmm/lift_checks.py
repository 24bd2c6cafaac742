"""Does the fitted model reproduce its lift tests: measured against predicted.

    z = (lift - mean of contrast) / sqrt(sd^2 + variance of contrast)

over posterior draws, with the test's own sd (sampling and transport). A test within the likelihood
has pulled the posterior towards itself, so that its z is rather too small: one beyond 2 says that
data and test disagree, or two tests with each other.
"""

from collections.abc import Sequence

import numpy as np

from mmm.answers import Answer
from mmm.interval import Interval, summarize
from mmm.lift_design import ResolvedTest
from mmm.types import Array


class LiftCheck(Answer):
    """One test: ``lift``, ``se`` and ``predicted`` in kpi units; ``sd`` includes transport."""

    name: str
    channel: str
    path: tuple[str, ...]
    lift: float
    se: float
    sd: float
    predicted: Interval
    z: float


def lift_checks(tests: Sequence[ResolvedTest], contrasts: Array) -> tuple[LiftCheck, ...]:
    """Each test against its ``contrasts (draw, test)`` in kpi units."""
    return tuple(_check(test, draws) for test, draws in zip(tests, contrasts.T, strict=True))


def largest_z(checks: Sequence[LiftCheck]) -> float:
    """Largest disagreement in either direction; zero without tests."""
    return max((abs(check.z) for check in checks), default=0.0)


def _check(test: ResolvedTest, draws: Array) -> LiftCheck:
    path = ("total",) if test.test.path == "total" else test.test.path
    return LiftCheck(
        name=test.test.label,
        channel=test.test.channel,
        path=path,
        lift=test.lift,
        se=test.se,
        sd=test.sd,
        predicted=summarize(draws),
        z=float((test.lift - draws.mean()) / np.hypot(test.sd, draws.std())),
    )
