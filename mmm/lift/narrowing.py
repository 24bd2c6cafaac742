"""By how much lift tests narrow what is known of a channel's effect.

    narrowed to   sqrt(1 - sum_k v_k / s_k^2)

with v_k the posterior variance of the contrast of lift test k and s_k its own standard deviation:
without the test the contrast would have the variance v0, 1 / v0 = 1 / v - 1 / s^2 (as in
``checks.lift``), so sqrt(v / v0) is how wide the interval is relative to that. A test with a huge
standard error narrows nothing, and then decides nothing about the effect's status.
"""

import numpy as np

from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec

TESTED = 0.5
"""Lift tests that leave at most this share of the interval's width make an effect tested."""


def narrowed_by_tests(model: FittedModel) -> dict[str, float]:
    """For every channel with a lift test, the width of its interval relative to that without."""
    tests = resolve_lift_tests(model.design)
    if not tests:
        return {}
    predicted = predicted_lifts(tests, model.posterior.draws, model.design, np, plain_array)
    decided: dict[str, float] = {}
    for test, contrast in zip(tests, np.asarray(predicted).T, strict=True):
        share = float(contrast.var()) / test.sd**2 if test.sd > 0.0 else 1.0
        decided[test.test.channel] = decided.get(test.test.channel, 0.0) + share
    return {name: float(np.sqrt(max(1.0 - share, 0.0))) for name, share in decided.items()}


def spec_with_deciding_tests(spec: ModelSpec, narrowed: dict[str, float]) -> ModelSpec:
    """``spec`` with the lift tests of those channels alone whose effect they make tested."""
    tests = tuple(test for test in spec.lift_tests if narrowed[test.channel] <= TESTED)
    return spec.model_copy(update={"lift_tests": tests})
