"""The rows of a decomposition of the fitted mean, per draw, week and geo, in kpi units.

Identity link, factor F = price_factor, baseline B:

    channel c, rival k   its do-zero contrast over all its paths: F * (media_c + mediated by c + its
                         interactions), F = 1 where prices act on the baseline
    mediator m           what it brings beyond what channels caused of it
    price j              (F - 1) * B split over prices by their share of log F:
                         (F - 1) * B * log F_j / log F
    baseline parts       level, trend, season, ... at the reference prices; controls

Log link: every row but the level is the contrast to the mean without its term, mean * (1 -
exp(-term)); the level is the mean with all other terms at zero.

The rows add up to the mean; ``interaction`` is what products and joint terms leave over.
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


def labels(model: FittedModel) -> list[tuple[str, str]]:
    """Name and kind of every row, in the order of ``decomposed``."""
    s, draws = model.structure, model.posterior.draws
    found = [("level", "baseline")]
    found += [("trend", "baseline")] * (s.trend != "none")
    found += [("season", "baseline")] * bool(s.yearly)
    found += [("holidays", "baseline")] * ("holiday" in draws)
    found += [("shock", "baseline")] * ("shock" in draws)
    found += [("demand", "demand")] * ("demand" in draws)
    found += [(name, "event") for name in s.events]
    found += [(m.name, "channel" if m.own else "rival_spend") for m in s.media[: s.n_direct]]
    found += [(s.mediators[i], "mediator") for i in acting_mediators(s)]
    found += [("price", "price")] * s.has_price
    found += [(f"{name}.price", "rival_price") for name in s.priced_rivals]
    found += [(s.controls[i], "control") for i in s.acting_controls]
    found += [("noise_carried_over", "noise")] * s.ar
    return [*found, ("interaction", "interaction")]


def decomposed(model: FittedModel, found: Evaluation) -> Iterator[Array]:
    """Each row as (draw, week, geo) kpi units, the remainder last."""
    mean = expected_kpi(model, found)
    rest = mean.copy()
    for part in _parts(model, found, mean):
        rest -= part
        yield part
    yield np.where(np.abs(rest) <= 1e-9 * np.abs(mean), 0.0, rest)


def channel_terms(model: FittedModel, found: Evaluation) -> Array:
    """(draw, channel, week, geo) what each channel adds over all its paths, in scaled units."""
    s = model.structure
    return np.stack([_of_medium(found, s, c) for c in range(s.n_channels)], axis=1)


def channel_slopes(model: FittedModel, found: Evaluation, along: Array | None = None) -> Array:
    """(draw, channel, week, geo) derivative of ``channel_terms`` when the channel's exposure moves
    by ``along (medium, week, geo)``; by default to the log of all its spend."""
    s, p, d = model.structure, found.parameters, found.inputs
    slope = media_curve_derivatives(p, d, s, np, along)
    moved = slope * equations.media_coefficients(p, d, s, np)
    direct = moved[:, : s.n_channels]
    if s.paths:
        through = [
            _through(
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


def _parts(model: FittedModel, found: Evaluation, mean: Array) -> Iterator[Array]:
    s, t, unit = model.structure, found.terms, model.scales.kpi_unit
    inner = t.price_factor if s.price_acts_on_all and not s.log_link else 1.0

    def contrast(term: Array, factor: Array | float = 1.0) -> Array:
        if s.log_link:
            return np.asarray(-np.expm1(-term) * mean)
        return np.asarray(term * factor * unit)

    for name, term in _baseline(found, s):
        whole = name == "level" and s.log_link
        yield np.asarray(np.exp(term) * unit + 0.0 * mean) if whole else contrast(term)
    for medium in range(s.n_direct):
        yield contrast(_of_medium(found, s, medium), inner)
    for k, _ in enumerate(acting_mediators(s)):
        yield contrast(_own_part(found, s, k), inner)
    if s.has_price_factor:
        yield from _prices(model, found, mean)
    for k, _ in enumerate(s.acting_controls):
        yield contrast(_one(found, "control_effect", k))
    if s.ar:
        yield contrast(t.ar)


def _baseline(found: Evaluation, s: Structure) -> Iterator[tuple[str, Array]]:
    baseline = found.terms.baseline
    for name in ("level", "trend", "season", "holidays", "shock", "demand"):
        if name in baseline:
            yield name, baseline[name]
    for k, name in enumerate(s.events):
        yield name, _one(found, "event_effect", k)


def _one(found: Evaluation, name: str, k: int) -> Array:
    """(draw, week, geo) one coefficient's term."""
    values = found.terms.linear[name].values[..., k : k + 1, :, :]
    one = weighted_sum(found.parameters[name][..., k : k + 1], LinearTerm(name, values))
    return np.asarray(one + 0.0 * found.terms.price_factor)


def _of_medium(found: Evaluation, s: Structure, medium: int) -> Array:
    """(draw, week, geo) everything that a channel's or rival's spend brings, in scaled units."""
    p, t = found.parameters, found.terms
    term = t.media[..., medium, :, :]
    if s.paths and medium < s.n_channels:
        brought = mediators_due_to_channel(p, s, t.paths, medium, np)
        term = term + _through(p["mediator_effect"], brought, s)
    pairs = [k for k, pair in enumerate(s.interactions) if medium in pair]
    if pairs:
        term = term + equations.interaction_terms(p, found.inputs, s, np)[:, pairs].sum(1)
    return np.asarray(term)


def _own_part(found: Evaluation, s: Structure, k: int) -> Array:
    """(draw, week, geo) an acting mediator's effect less what channels caused of it."""
    p, t, mediator = found.parameters, found.terms, acting_mediators(s)[k]
    state = t.states[:, mediator]
    for channel in range(s.n_channels):
        if s.paths:
            state = state - mediators_due_to_channel(p, s, t.paths, channel, np)[:, mediator]
    moved = lagged(state, s.mediator_lag[mediator] or 0, np)
    return np.asarray(p["mediator_effect"][:, k, None, None] * moved)


def _through(effect: Array, brought: Array, s: Structure) -> Array:
    """(draw, week, geo) effect on the kpi of changes ``brought (draw, mediator, week, geo)``."""
    parts = [
        effect[:, k, None, None] * lagged(brought[:, i], s.mediator_lag[i] or 0, np)
        for k, i in enumerate(acting_mediators(s))
    ]
    return np.asarray(sum(parts, np.zeros_like(brought[:, 0])))


def _prices(model: FittedModel, found: Evaluation, mean: Array) -> Iterator[Array]:
    s, t = model.structure, found.terms
    logs = equations.log_price_parts(found.parameters, found.inputs, s, np)
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
