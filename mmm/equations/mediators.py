"""The mediators' own equations, in s.d. of each mediator around its mean.

    m[t, g] = level + trend + season + sum_c path_cm * curve_cm + sum_k coefficient_k * parent_k
              + innovation[t, g],    innovation ~ Normal(0, mediator_sd)

Parents are controls, the log price and other mediators, with lags. ``settle`` turns the mean into
the value: the observed node of a PyMC graph, or mean + innovation over posterior draws. An
intervention then turns the value into factor * value + shift, and children see the result.
"""

from collections.abc import Callable, Mapping

from mmm.data.inputs import Inputs
from mmm.spec.structure import MediatorParent, Structure
from mmm.types import Namespace, Parameters, Tensor

type Settle = Callable[[int, Tensor], Tensor]


def mediator_states(
    p: Parameters,
    d: Inputs,
    s: Structure,
    paths: Tensor,
    xp: Namespace,
    settle: Settle | None = None,
) -> Tensor:
    """(..., mediator, week, geo) values; ``paths (..., path, week, geo)`` is what media add."""
    if not s.mediators:
        return paths[..., :0, :, :]
    settle = settle or innovated(p)
    states: dict[int, Tensor] = {}
    for mediator in s.mediator_order:
        value = settle(mediator, _mean(mediator, p, d, s, paths, states, xp))
        states[mediator] = d.mediator_factor[mediator] * value + d.mediator_shift[mediator]
    return xp.stack([states[i] for i in range(len(s.mediators))], axis=-3)


def innovated(p: Parameters) -> Settle:
    """Mean plus ``p["innovation"] (..., mediator, week, geo)``; the mean where there is none."""

    def settle(mediator: int, mean: Tensor) -> Tensor:
        return mean + p["innovation"][..., mediator, :, :] if "innovation" in p else mean

    return settle


def caused(p: Parameters, s: Structure, paths: Tensor, source: int, xp: Namespace) -> Tensor:
    """(..., mediator, week, geo) the part of every mediator that one channel brings about,
    directly and through other mediators."""
    nothing = xp.zeros_like(paths[..., 0, :, :])
    found: dict[int, Tensor] = {}
    for mediator in s.mediator_order:
        value = nothing
        for path in s.paths_into(mediator):
            if s.media[path].source == source:
                value = value + paths[..., path - s.n_direct, :, :]
        for k, parent in enumerate(s.parents):
            if parent.mediator == mediator and parent.kind == "mediator":
                before = lagged(found[parent.position], parent.lag, xp)
                value = value + p["mediator_parent"][..., k, None, None] * before
        found[mediator] = value
    return xp.stack([found[i] for i in range(len(s.mediators))], axis=-3)


def long_run_effect(p: Parameters, s: Structure, mediator: int) -> Tensor:
    """(...,) change of the kpi, in scaled units, of a mediator held one s.d. higher for good."""
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    total = 0.0 * p["mediator_level"][..., 0]
    if mediator in acting:
        total = total + p["mediator_effect"][..., acting.index(mediator)]
    for k, parent in enumerate(s.parents):
        if parent.kind == "mediator" and parent.position == mediator:
            onward = long_run_effect(p, s, parent.mediator)
            total = total + p["mediator_parent"][..., k] * onward
    return total


def worth_of(p: Parameters, s: Structure, mediator: int, worth: Tensor, xp: Namespace) -> Tensor:
    """(..., week, geo) what one s.d. more of a mediator in a week brings, from what a scaled unit
    of the kpi is worth in each week: its effects later, directly and through other mediators."""
    acting = [i for i, lag in enumerate(s.mediator_lag) if lag is not None]
    total = 0.0 * worth
    if mediator in acting:
        effect = p["mediator_effect"][..., acting.index(mediator), None, None]
        total = total + effect * _led(worth, s.mediator_lag[mediator] or 0, xp)
    for k, parent in enumerate(s.parents):
        if parent.kind == "mediator" and parent.position == mediator:
            onward = worth_of(p, s, parent.mediator, worth, xp)
            coefficient = p["mediator_parent"][..., k, None, None]
            total = total + coefficient * _led(onward, parent.lag, xp)
    return total


def _led(values: Tensor, lag: int, xp: Namespace) -> Tensor:
    """``values (..., week, geo)`` moved ``lag`` weeks earlier; zero at the end."""
    if not lag:
        return values
    return xp.concatenate([values[..., lag:, :], xp.zeros_like(values[..., :lag, :])], axis=-2)


def lagged(values: Tensor, lag: int, xp: Namespace) -> Tensor:
    """``values (..., week, geo)`` moved ``lag`` weeks later; the weeks before them are zero."""
    if not lag:
        return values
    nothing = xp.zeros_like(values[..., :lag, :])
    return xp.concatenate([nothing, values[..., :-lag, :]], axis=-2)


def _mean(
    mediator: int,
    p: Parameters,
    d: Inputs,
    s: Structure,
    paths: Tensor,
    states: Mapping[int, Tensor],
    xp: Namespace,
) -> Tensor:
    found = p["mediator_level"][..., mediator, None, None] + xp.zeros_like(d.log_price)
    if s.trend != "none":
        trend = p["mediator_trend"][..., mediator, None, None]
        found = found + trend * d.basis["trend"][:, None]
    if s.yearly:
        season = p["mediator_season"][..., mediator, :] @ d.basis["season"]
        found = found + season[..., :, None]
    for path in s.paths_into(mediator):
        found = found + paths[..., path - s.n_direct, :, :]
    for k, parent in enumerate(s.parents):
        if parent.mediator == mediator:
            value = lagged(_parent_value(parent, d, states), parent.lag, xp)
            found = found + p["mediator_parent"][..., k, None, None] * value
    return found


def _parent_value(parent: MediatorParent, d: Inputs, states: Mapping[int, Tensor]) -> Tensor:
    if parent.kind == "mediator":
        return states[parent.position]
    return d.control[parent.position] if parent.kind == "control" else d.log_price
