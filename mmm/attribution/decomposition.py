"""The rows of a decomposition of the fitted mean, per draw, week and geo, in KPI units.

Identity link, factor F = price_factor, baseline B:

    channel c, rival k   its contrast to no spend over all its paths: F * (media_c + mediated by c +
                         its interactions), F = 1 where prices act on the baseline
    mediator m           its effect less the part that channels caused
    price j              (F - 1) * B split over prices by their share of log F:
                         (F - 1) * B * log F_j / log F
    baseline parts       level, trend, season, ... at the reference prices; controls

Log link: every row except the level is the contrast to the mean without its term, mean * (1 -
exp(-term)); the level is the mean with all other terms at zero.

The rows add up to the mean; ``interaction`` is the remainder of products and joint terms.
"""

from collections.abc import Iterator

import numpy as np

from mmm.equations import mean as equations
from mmm.equations.linear_terms import LinearTerm, weighted_sum
from mmm.equations.media import curve_at_one, media_curve_derivatives, media_curves
from mmm.equations.mediators import lagged, mediators_due_to_channel
from mmm.posterior.evaluate import Evaluation, expected_kpi
from mmm.posterior.fitted import FittedModel
from mmm.priors.coefficients import acting_mediators
from mmm.spec.structure import Structure
from mmm.types import Array


def component_labels(model: FittedModel) -> list[tuple[str, str]]:
    """Name and kind of every row, in the order of ``component_draws``."""
    s, draws = model.structure, model.posterior.draws
    rows = [("level", "baseline")]
    rows += [("trend", "baseline")] * (s.trend != "none")
    rows += [("season", "baseline")] * bool(s.yearly)
    rows += [("holidays", "baseline")] * ("holiday" in draws)
    rows += [("shock", "baseline")] * ("shock" in draws)
    rows += [("demand", "demand")] * ("demand" in draws)
    rows += [(name, "event") for name in s.events]
    rows += [(m.name, "channel" if m.own else "rival_spend") for m in s.media[: s.n_direct]]
    rows += [(s.mediators[i], "mediator") for i in acting_mediators(s)]
    rows += [("price", "price")] * s.has_price
    rows += [(f"{name}.price", "rival_price") for name in s.priced_rivals]
    rows += [(s.controls[i], "control") for i in s.acting_controls]
    rows += [("noise_carried_over", "noise")] * s.ar
    return [*rows, ("interaction", "interaction")]


def component_draws(model: FittedModel, evaluation: Evaluation) -> Iterator[Array]:
    """Each row as (draw, week, geo) in KPI units, the remainder last."""
    mean = expected_kpi(model, evaluation)
    remainder = mean.copy()
    for part in _components(model, evaluation, mean):
        remainder -= part
        yield part
    yield np.where(np.abs(remainder) <= 1e-9 * np.abs(mean), 0.0, remainder)


def channel_terms(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, channel, week, geo) term of each channel over all its paths, in scaled units."""
    s = model.structure
    return np.stack([_medium_contribution(evaluation, s, c) for c in range(s.n_channels)], axis=1)


def channel_slopes(
    model: FittedModel, evaluation: Evaluation, direction: Array | None = None
) -> Array:
    """(draw, channel, week, geo) derivative of ``channel_terms`` in a direction of the exposure.

    ``direction (medium, week, geo)``: change of the exposure; by default the exposure itself, which
    gives the derivative with respect to the log of all the channel's spend.
    """
    s, p, d = model.structure, evaluation.parameters, evaluation.inputs
    slope = media_curve_derivatives(p, d, s, np, direction)
    moved = slope * equations.media_coefficients(p, d, s, np)
    direct = moved[:, : s.n_channels]
    if s.paths:
        through = [
            _mediated_effect(
                p["mediator_effect"],
                mediators_due_to_channel(p, s, moved[:, s.n_direct :], c, np),
                s,
            )
            for c in range(s.n_channels)
        ]
        direct = direct + np.stack(through, axis=1)
    for k, pair in enumerate(s.interactions):
        at_one = curve_at_one(p, s, np)[..., None, None]
        level = media_curves(p, d, s, np) / at_one
        for one, other in (pair, pair[::-1]):
            joint = slope[:, one] / at_one[:, one] * level[:, other]
            direct[:, one] += p["interaction"][:, k, None, None] * joint
    return np.asarray(direct)


def _components(model: FittedModel, evaluation: Evaluation, mean: Array) -> Iterator[Array]:
    s, t, unit = model.structure, evaluation.terms, model.scales.kpi_unit
    inner = t.price_factor if s.price_acts_on_all and not s.log_link else 1.0

    def contrast(term: Array, factor: Array | float = 1.0) -> Array:
        if s.log_link:
            return np.asarray(-np.expm1(-term) * mean)
        return np.asarray(term * factor * unit)

    for name, term in _baseline_terms(evaluation, s):
        whole = name == "level" and s.log_link
        yield np.asarray(np.exp(term) * unit + 0.0 * mean) if whole else contrast(term)
    for medium in range(s.n_direct):
        yield contrast(_medium_contribution(evaluation, s, medium), inner)
    for k, _ in enumerate(acting_mediators(s)):
        yield contrast(_mediator_contribution(evaluation, s, k), inner)
    if s.has_price_factor:
        yield from _price_components(model, evaluation, mean)
    for k, _ in enumerate(s.acting_controls):
        yield contrast(_coefficient_term(evaluation, "control_effect", k))
    if s.ar:
        yield contrast(t.ar)


def _baseline_terms(evaluation: Evaluation, s: Structure) -> Iterator[tuple[str, Array]]:
    baseline = evaluation.terms.baseline
    for name in ("level", "trend", "season", "holidays", "shock", "demand"):
        if name in baseline:
            yield name, baseline[name]
    for k, name in enumerate(s.events):
        yield name, _coefficient_term(evaluation, "event_effect", k)


def _coefficient_term(evaluation: Evaluation, name: str, k: int) -> Array:
    """(draw, week, geo) term of entry ``k`` of the coefficient ``name``, in scaled units."""
    values = evaluation.terms.linear[name].values[..., k : k + 1, :, :]
    one = weighted_sum(evaluation.parameters[name][..., k : k + 1], LinearTerm(name, values))
    return np.asarray(one + 0.0 * evaluation.terms.price_factor)


def _medium_contribution(evaluation: Evaluation, s: Structure, medium: int) -> Array:
    """(draw, week, geo) term of a channel or a rival over all its paths, in scaled units."""
    p, t = evaluation.parameters, evaluation.terms
    term = t.media[..., medium, :, :]
    if s.paths and medium < s.n_channels:
        caused = mediators_due_to_channel(p, s, t.paths, medium, np)
        term = term + _mediated_effect(p["mediator_effect"], caused, s)
    pairs = [k for k, pair in enumerate(s.interactions) if medium in pair]
    if pairs:
        term = term + equations.interaction_terms(p, evaluation.inputs, s, np)[:, pairs].sum(1)
    return np.asarray(term)


def _mediator_contribution(evaluation: Evaluation, s: Structure, k: int) -> Array:
    """(draw, week, geo) effect of acting mediator ``k`` less the part that channels caused."""
    p, t, mediator = evaluation.parameters, evaluation.terms, acting_mediators(s)[k]
    state = t.states[:, mediator]
    for channel in range(s.n_channels):
        if s.paths:
            state = state - mediators_due_to_channel(p, s, t.paths, channel, np)[:, mediator]
    moved = lagged(state, s.mediator_lag[mediator] or 0, np)
    return np.asarray(p["mediator_effect"][:, k, None, None] * moved)


def _mediated_effect(effect: Array, changes: Array, s: Structure) -> Array:
    """(draw, week, geo) effect on the KPI of ``changes (draw, mediator, week, geo)``."""
    parts = [
        effect[:, k, None, None] * lagged(changes[:, i], s.mediator_lag[i] or 0, np)
        for k, i in enumerate(acting_mediators(s))
    ]
    return np.asarray(sum(parts, np.zeros_like(changes[:, 0])))


def _price_components(model: FittedModel, evaluation: Evaluation, mean: Array) -> Iterator[Array]:
    s, t = model.structure, evaluation.terms
    logs = equations.log_price_parts(evaluation.parameters, evaluation.inputs, s, np)
    if s.log_link:
        for price in range(logs.shape[-3]):
            yield -np.expm1(-logs[..., price, :, :]) * mean
        return
    log_factor = logs.sum(-3)
    flat = np.abs(log_factor) < 1e-12
    mean_factor = np.where(flat, 1.0, np.expm1(log_factor) / np.where(flat, 1.0, log_factor))
    baseline = sum(t.baseline.values()) * model.scales.kpi_unit
    for price in range(logs.shape[-3]):
        yield logs[..., price, :, :] * mean_factor * baseline
