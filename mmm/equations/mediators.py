"""The equations of the mediators, in s.d. of each mediator around its mean.

    m[t, g] = level + trend + season + sum_c path_cm * curve_cm + sum_k coefficient_k * parent_k
              + innovation[t, g],    innovation ~ Normal(0, mediator_sd)

Parents are controls, the log price and other mediators, with lags. ``mediator_value`` turns the
mean into the value: the observed node of a PyMC graph, or mean + innovation over posterior draws.
An intervention then turns the value into factor * value + shift, which is what children see.
"""

from collections.abc import Callable, Mapping

from mmm.data.inputs import Inputs
from mmm.spec.structure import MediatorParent, Structure
from mmm.types import Namespace, Parameters, Tensor

type MediatorValue = Callable[[int, Tensor], Tensor]
"""Value (..., week, geo) of a mediator, given its position and its mean (..., week, geo)."""


def mediator_states(
    p: Parameters,
    d: Inputs,
    s: Structure,
    paths: Tensor,
    xp: Namespace,
    mediator_value: MediatorValue | None = None,
) -> Tensor:
    """(..., mediator, week, geo) values; ``paths (..., path, week, geo)`` is what media add."""
    if not s.mediators:
        return paths[..., :0, :, :]
    mediator_value = mediator_value or mean_plus_innovation(p)
    states: dict[int, Tensor] = {}
    for mediator in s.mediator_order:
        mean = _baseline(mediator, p, d, s, xp)
        for path in s.paths_into(mediator):
            mean = mean + paths[..., path - s.n_direct, :, :]
        for k, parent in enumerate(s.parents):
            if parent.mediator == mediator:
                before = lagged(_parent_value(parent, d, states), parent.lag, xp)
                mean = mean + p["mediator_parent"][..., k, None, None] * before
        value = mediator_value(mediator, mean)
        states[mediator] = d.mediator_factor[mediator] * value + d.mediator_shift[mediator]
    return xp.stack([states[i] for i in range(len(s.mediators))], axis=-3)


def mean_plus_innovation(p: Parameters) -> MediatorValue:
    """Mean plus ``p["innovation"] (..., mediator, week, geo)``; the mean where there is none."""

    def mediator_value(mediator: int, mean: Tensor) -> Tensor:
        return mean + p["innovation"][..., mediator, :, :] if "innovation" in p else mean

    return mediator_value


def mediators_due_to_channel(
    p: Parameters, s: Structure, paths: Tensor, source: int, xp: Namespace
) -> Tensor:
    """(..., mediator, week, geo) the part of every mediator that one channel causes, directly and
    through other mediators."""
    zero = xp.zeros_like(paths[..., 0, :, :])
    caused: dict[int, Tensor] = {}
    for mediator in s.mediator_order:
        value = zero
        for path in s.paths_into(mediator):
            if s.media[path].source == source:
                value = value + paths[..., path - s.n_direct, :, :]
        for k, parent in enumerate(s.parents):
            if parent.mediator == mediator and parent.kind == "mediator":
                before = lagged(caused[parent.position], parent.lag, xp)
                value = value + p["mediator_parent"][..., k, None, None] * before
        caused[mediator] = value
    return xp.stack([caused[i] for i in range(len(s.mediators))], axis=-3)


def long_run_effect(p: Parameters, s: Structure, mediator: int) -> Tensor:
    """(...,) change of the KPI, in scaled units, when a mediator stays one s.d. higher for ever."""
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    total = 0.0 * p["mediator_level"][..., 0]
    if mediator in acting:
        total = total + p["mediator_effect"][..., acting.index(mediator)]
    for k, parent in enumerate(s.parents):
        if parent.kind == "mediator" and parent.position == mediator:
            onward = long_run_effect(p, s, parent.mediator)
            total = total + p["mediator_parent"][..., k] * onward
    return total


def value_of_mediator(
    p: Parameters, s: Structure, mediator: int, kpi_worth: Tensor, xp: Namespace
) -> Tensor:
    """(..., week, geo) value of one s.d. more of a mediator in a week: the sum of its later effects
    on the KPI, directly and through other mediators.

    ``kpi_worth (..., week, geo)`` is the value of a scaled unit of the KPI in each week.
    """
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    total = 0.0 * kpi_worth
    if mediator in acting:
        effect = p["mediator_effect"][..., acting.index(mediator), None, None]
        total = total + effect * _moved_earlier(kpi_worth, s.mediator_lag[mediator] or 0, xp)
    for k, parent in enumerate(s.parents):
        if parent.kind == "mediator" and parent.position == mediator:
            onward = value_of_mediator(p, s, parent.mediator, kpi_worth, xp)
            coefficient = p["mediator_parent"][..., k, None, None]
            total = total + coefficient * _moved_earlier(onward, parent.lag, xp)
    return total


def _moved_earlier(values: Tensor, lag: int, xp: Namespace) -> Tensor:
    """``values (..., week, geo)`` moved ``lag`` weeks earlier; the last weeks are zero."""
    if not lag:
        return values
    return xp.concatenate([values[..., lag:, :], xp.zeros_like(values[..., :lag, :])], axis=-2)


def lagged(values: Tensor, lag: int, xp: Namespace) -> Tensor:
    """``values (..., week, geo)`` moved ``lag`` weeks later; the first weeks are zero."""
    if not lag:
        return values
    zero = xp.zeros_like(values[..., :lag, :])
    return xp.concatenate([zero, values[..., :-lag, :]], axis=-2)


def _baseline(mediator: int, p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo) level, trend and season of a mediator."""
    baseline = p["mediator_level"][..., mediator, None, None] + xp.zeros_like(d.log_price)
    if s.trend != "none":
        trend = p["mediator_trend"][..., mediator, None, None]
        baseline = baseline + trend * d.basis["trend"][:, None]
    if s.yearly:
        season = p["mediator_season"][..., mediator, :] @ d.basis["season"]
        baseline = baseline + season[..., :, None]
    return baseline


def _parent_value(parent: MediatorParent, d: Inputs, states: Mapping[int, Tensor]) -> Tensor:
    if parent.kind == "mediator":
        return states[parent.position]
    return d.control[parent.position] if parent.kind == "control" else d.log_price
