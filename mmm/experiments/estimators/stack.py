"""Estimators combined by how well they predicted the history: stacking of predictive distributions.

At each origin within the history the estimators see what came before it and predict the total of as
many periods as the test has. The weights of the mixture maximise the sum of the log predictive
densities of what was then sold (Yao, Vehtari, Simpson and Gelman 2018), with a Dirichlet prior
about equal weights, as a history holds few windows; windows that overlap count by their own part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmm.experiments.estimators.forecast import Memory
from mmm.experiments.estimators.interrupted import interrupted_time_series
from mmm.experiments.estimators.log_difference import log_difference
from mmm.experiments.estimators.memory import learned_memory
from mmm.experiments.estimators.mixture import Mixture, stacked
from mmm.experiments.estimators.sample import Prediction, Sample
from mmm.experiments.estimators.synthetic_control import synthetic_control
from mmm.experiments.estimators.time_based import time_based_regression
from mmm.types import Array, IndexArray

type Estimator = Callable[[Sample, Memory], Prediction]

WITH_DONORS: Mapping[str, Estimator] = {
    "log_difference": log_difference,
    "time_based_regression": time_based_regression,
    "synthetic_control": synthetic_control,
}
ALONE: Mapping[str, Estimator] = {"interrupted_time_series": interrupted_time_series}

MOST_ORIGINS = 8
PSEUDO_WINDOWS = 1.0
"""Windows of the Dirichlet prior for each estimator."""
_ROUNDS = 50


@dataclass(frozen=True)
class Stacked:
    """The stacked prediction of a sample, with each estimator's and what each said of the history.

    weights: (series, estimator); origins: (origin,), the length of history at each; past: the
    stacked distributions of the totals at the origins, and past_sold: (origin, series) what was
    sold then.
    """

    sample: Sample
    predictions: Mapping[str, Prediction]
    weights: Array
    origins: IndexArray
    past: tuple[Mixture, ...]
    past_sold: Array

    @cached_property
    def total(self) -> Mixture:
        """Of the coming periods together: leading dimension (series,)."""
        return stacked([each.total for each in self.predictions.values()], self.weights)

    def part(self, number: int) -> Mixture:
        """Of a part of the sample, by its place: leading dimension (series,)."""
        return stacked([each.parts[number] for each in self.predictions.values()], self.weights)

    @cached_property
    def each(self) -> Mixture:
        """Of each coming period: leading dimensions (series, coming)."""
        parts = [each.each for each in self.predictions.values()]
        return stacked(parts, self.weights[:, None, :])

    @cached_property
    def fitted(self) -> Array:
        """The path through the history and beyond, the estimators weighted: (series, time)."""
        paths = np.stack([each.fitted for each in self.predictions.values()])
        return np.asarray(np.einsum("kst,sk->st", paths, self.weights))


def predict(sample: Sample, memory: Memory | None = None, *, led: bool = False) -> Stacked:
    """What the treated geos of each series would have sold.

    ``memory``: that of the errors; by default its prior is learned from the donors. ``led``: the
    first series leads, only its history is predicted, and all take its weights.
    """
    estimators = WITH_DONORS if sample.donor.any() else ALONE
    memory = learned_memory(sample) if memory is None else memory
    origins = _origins(sample.history, sample.coming)
    scored = sample.alone() if led else sample
    earlier = [
        _at(scored.until(int(origin), sample.coming), estimators, memory) for origin in origins
    ]
    sold = np.array([_sold(scored, int(origin)) for origin in origins]).reshape(len(origins), -1)
    weights = np.full((len(scored.treated), len(estimators)), 1.0 / len(estimators))
    if len(earlier) and len(estimators) > 1:
        densities = np.stack(
            [
                np.stack([part.total.log_density(now) for part in parts.values()], axis=1)
                for parts, now in zip(earlier, sold, strict=True)
            ]
        )
        step = float(np.diff(origins).mean()) if len(origins) > 1 else sample.coming
        weights = stacking_weights(densities, min(1.0, step / sample.coming))
    past = tuple(stacked([part.total for part in parts.values()], weights) for parts in earlier)
    weights = np.broadcast_to(weights, (len(sample.treated), len(estimators)))
    return Stacked(sample, _at(sample, estimators, memory), weights, origins, past, sold)


def stacking_weights(densities: Array, part: float) -> Array:
    """Weights (series, estimator) for log densities (origin, series, estimator), each window
    counting ``part``, by expectation maximisation.
    """
    likelihood = np.exp(densities - densities.max(axis=2, keepdims=True))
    count = densities.shape[2]
    weights = np.full(densities.shape[1:], 1.0 / count)
    for _ in range(_ROUNDS):
        each = weights * likelihood
        each = each / each.sum(axis=2, keepdims=True)
        weights = part * each.sum(axis=0) + PSEUDO_WINDOWS
        weights = weights / weights.sum(axis=1, keepdims=True)
    return np.asarray(weights)


def _origins(history: int, coming: int) -> IndexArray:
    """Lengths of history at which a window of the test's length is predicted; none in a short
    one.
    """
    first, last = max(coming, history // 2), history - coming
    if first > last:
        return np.zeros(0, dtype=np.intp)
    count = min(MOST_ORIGINS, 1 + (last - first) // max(1, coming // 2))
    return np.unique(np.linspace(last, first, count).round().astype(np.intp))


def _at(
    sample: Sample, estimators: Mapping[str, Estimator], memory: Memory
) -> dict[str, Prediction]:
    return {name: estimator(sample, memory) for name, estimator in estimators.items()}


def _sold(sample: Sample, origin: int) -> Array:
    return np.asarray(sample.sold[:, origin : origin + sample.coming].sum(axis=1))
