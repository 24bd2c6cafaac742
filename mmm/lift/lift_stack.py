"""All worlds of all lift tests as one timeline, so that the equations run once.

The worlds stand one behind the other. Each begins with the weeks ahead of its test, at least as
many as anything carries over, and none of these is measured: what one world carries into the next
is never seen. With mean (week, geo) the expected kpi on that timeline,

    contrast_i = sum over week and geo of owner[i, week] * weight[week, geo] * mean[week, geo]

where weight is the share in a treatment world's measured weeks, and less it in a control world's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from mmm.data.timeline import Variables, append
from mmm.lift.resolve import ResolvedTest
from mmm.types import Array, Tensor


@dataclass(frozen=True)
class Stack:
    """``world``: the timeline; ``weight (week, geo)``; ``owner (test, week)``, one in the weeks of
    a test's worlds; ``lift``, ``sd (test,)`` in kpi units.

    ``position (week,)`` among the panel's weeks, -1 for weeks that the panel does not have: states
    of the week (a common shock, latent demand, noise) are the fitted ones there, else zero.
    """

    world: Variables
    weight: Array
    owner: Array
    position: NDArray[np.int_]
    lift: Array
    sd: Array


def stack(tests: Sequence[ResolvedTest]) -> Stack:
    """``tests`` (at least one) as one timeline: control, then treatment, of each."""
    rows = [(test, sign) for test in tests for sign in (-1.0, 1.0)]
    lengths = [len(test.window.weeks) for test in tests]
    return Stack(
        world=reduce(append, (w for test in tests for w in (test.control, test.treatment))),
        weight=np.concatenate([sign * test.weight for test, sign in rows]),
        owner=np.repeat(np.eye(len(tests)), np.multiply(lengths, 2), axis=1),
        position=np.concatenate([_position(test) for test, _ in rows]),
        lift=np.array([test.lift for test in tests]),
        sd=np.array([test.sd for test in tests]),
    )


def contrasts(mean: Tensor, stacked: Stack) -> Tensor:
    """(..., test) in kpi units, from ``mean (..., week, geo)`` on the stacked timeline."""
    return (mean * stacked.weight).sum(-1) @ stacked.owner.T


def _position(test: ResolvedTest) -> NDArray[np.int_]:
    if test.window.position is None:
        return np.full(len(test.window.weeks), -1)
    return np.maximum(test.window.rows, -1)
