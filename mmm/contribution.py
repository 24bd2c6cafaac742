"""Who caused what: decomposition of the fitted mean, ROI and marginal ROI.

In kpi units, per draw, week and geo (identity link, factor F = price_factor, baseline B):

    channel c, rival k   its do-zero contrast: F * media_c (F = 1 where prices act on baseline)
    price j              (F - 1) * B split over prices by their share of log F:
                         (F - 1) * B * log F_j / log F
    baseline parts       level, trend, season, shock at the reference prices; controls

The rows add up to the mean; ``interaction`` is what products of terms would leave over (none in an
additive model).
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import numpy as np

from mmm import equations
from mmm.answers import Answer
from mmm.evaluate import Evaluation, evaluate, media_factor
from mmm.fitted import FittedModel
from mmm.interval import Interval, summarize
from mmm.returns import ChannelReturn, returns
from mmm.timeline import observed
from mmm.types import Array
from mmm.value import value_unit

By = Literal["total", "week", "geo"]


class Component(Answer):
    """One row of the decomposition; ``share`` is of the fitted mean of the same week or geo."""

    name: str
    kind: str
    week: date | None = None
    geo: str | None = None
    contribution: Interval
    share: Interval


class Contributions(Answer):
    """The decomposition and the channels' returns over the observed weeks."""

    unit: str
    roi_unit: str
    by: By
    components: tuple[Component, ...]
    channels: tuple[ChannelReturn, ...]


def contributions(model: FittedModel, by: By = "total") -> Contributions:
    """Decomposition of the observed weeks by total, week or geo, with every channel's return."""
    labels = _labels(model)
    draws = decomposition(model, by)
    total = draws.sum(1, keepdims=True)
    share = draws / np.where(total == 0.0, np.nan, total)
    rows = [
        Component(
            name=name,
            kind=kind,
            **place,
            contribution=summarize(draws[:, row, cell]),
            share=summarize(share[:, row, cell]),
        )
        for cell, place in enumerate(_places(model, by))
        for row, (name, kind) in enumerate(labels)
    ]
    return Contributions(
        unit=model.kpi_unit,
        roi_unit=f"{value_unit(model.spec)} per currency",
        by=by,
        components=tuple(rows),
        channels=tuple(returns(model)),
    )


def decomposition(model: FittedModel, by: By) -> Array:
    """(draw, row, cell) contributions in kpi units; cells are one total, the weeks or the geos."""
    axes = {"total": (-2, -1), "week": (-1,), "geo": (-2,)}[by]

    def rows(found: Evaluation) -> Array:
        parts = list(_rows(model, found))
        reduced = np.stack([part.sum(axes) for part in parts], axis=1)
        return reduced.reshape(*reduced.shape[:2], -1)

    return evaluate(model, observed(model.panel), rows)


def _labels(model: FittedModel) -> list[tuple[str, str]]:
    """Name and kind of every row, in the order of ``_rows``."""
    s = model.structure
    rows = [("level", "baseline")]
    rows += [("trend", "baseline")] * s.has_trend
    rows += [("season", "baseline")] * bool(s.yearly)
    rows += [("shock", "baseline")] * ("shock" in model.posterior.draws)
    rows += [(medium.name, "channel" if medium.own else "rival_spend") for medium in s.media]
    rows += [("price", "price")] * s.has_price
    rows += [(f"{name}.price", "rival_price") for name in s.priced_rivals]
    rows += [(name, "control") for name in s.controls]
    return [*rows, ("interaction", "interaction")]


def _rows(model: FittedModel, found: Evaluation) -> Iterator[Array]:
    """Each row as (draw, week, geo) kpi units, the remainder last."""
    t, s, unit = found.terms, model.structure, model.scales.kpi_unit
    mean = equations.mean(t, s) * unit
    rest = mean.copy()
    for part in _parts(model, found):
        rest -= part
        yield part
    yield np.where(np.abs(rest) <= 1e-9 * np.abs(mean), 0.0, rest)


def _parts(model: FittedModel, found: Evaluation) -> Iterator[Array]:
    t, s, unit = found.terms, model.structure, model.scales.kpi_unit
    yield t.level * unit
    if s.has_trend:
        yield t.trend * unit
    if s.yearly:
        yield t.season * unit
    if "shock" in model.posterior.draws:
        yield t.shock * unit
    factor = media_factor(model, t)
    for medium in range(len(s.media)):
        yield t.media[..., medium, :, :] * factor
    if s.has_price_factor:
        yield from _price_parts(model, found)
    for position in range(len(s.controls)):
        effect = found.parameters["control_effect"][:, position, None, None]
        yield effect * found.inputs.control[position] * unit


def _price_parts(model: FittedModel, found: Evaluation) -> Iterator[Array]:
    t = found.terms
    logs = equations.log_price_parts(found.parameters, found.inputs, model.structure, np)
    log_factor = logs.sum(-3)
    flat = np.abs(log_factor) < 1e-12
    mean_factor = np.where(flat, 1.0, np.expm1(log_factor) / np.where(flat, 1.0, log_factor))
    baseline = (t.level + t.trend + t.season + t.shock) * model.scales.kpi_unit
    for price in range(logs.shape[-3]):
        yield logs[..., price, :, :] * mean_factor * baseline


def _places(model: FittedModel, by: By) -> list[dict[str, date | str]]:
    if by == "week":
        return [{"week": week} for week in model.panel.weeks]
    return [{"geo": geo} for geo in model.panel.geos] if by == "geo" else [{}]
