"""Whether the fitted model reproduces its lift tests, judged by what the other data say.

    z = (lift - m) / sqrt(sd^2 - v),     m, v: mean and variance of the contrast over the draws

with the test's own sd (sampling and transport). The test has pulled the posterior towards itself:
without it the contrast would be about Normal(m0, v0), 1 / v0 = 1 / v - 1 / sd^2, and z is the
distance (lift - m0) / sqrt(sd^2 + v0) from that, the residual of a point left out (Cook and
Weisberg, Residuals and Influence in Regression, 1982, 2.2). Where the test alone decides, v is
about sd^2 and nothing is left to disagree with it: sd^2 - v is taken as at least a tenth of sd^2.
A z beyond 2 says that test and series disagree, or two tests with each other.
"""

from collections.abc import Sequence

import numpy as np

from mmm.checks.lift_check import LiftCheck
from mmm.lift.resolve import ResolvedTest
from mmm.summarize import summarize
from mmm.types import Array

MIN_REMAINING_SHARE = 0.1


def lift_checks(tests: Sequence[ResolvedTest], contrasts: Array) -> tuple[LiftCheck, ...]:
    """Each test compared with its ``contrasts (draw, test)`` in KPI units."""
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
        z=float((test.lift - draws.mean()) / np.sqrt(_difference_variance(test.sd, draws))),
    )


def _difference_variance(sd: float, draws: Array) -> float:
    """The square of the denominator of z."""
    return max(sd**2 - float(draws.var()), MIN_REMAINING_SHARE * sd**2)
