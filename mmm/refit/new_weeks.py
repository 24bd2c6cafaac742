"""The new weeks of a refit: the previous model's forecast, and how far each week moves the fit."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mmm.data.timeline import observed_variables
from mmm.posterior.fitted import FittedModel
from mmm.posterior.predictive import predictive_draws
from mmm.refit.append_weeks import continued_panel
from mmm.refit.causes import importance_weights
from mmm.refit.quantities import HEADLINES, QuantityKey
from mmm.refit.report import NewWeek, WeekMove
from mmm.summarize import summarize
from mmm.types import Array

LISTED_MOVES = 3


def new_weeks(
    old: FittedModel,
    new: FittedModel,
    forecast: Array | None,
    density: Array,
    before: Mapping[QuantityKey, Array],
    after: Mapping[QuantityKey, Array],
) -> tuple[NewWeek, ...]:
    """Every week after the last of ``old``.

    ``forecast (draw, new week)``: KPI predicted by ``old``, None where there is none; ``density
    (draw, new week)``: log density under ``new``; ``before``, ``after``: draws of the quantities.
    """
    first = len(old.panel.weeks)
    kpi = new.panel.array("kpi")[first:].sum(1)
    weeks = []
    for i, week in enumerate(new.panel.weeks[first:]):
        left_out = importance_weights(-density[:, i])
        predicted = None if forecast is None else forecast[:, i]
        weeks.append(
            NewWeek(
                week=week,
                kpi=float(kpi[i]),
                forecast=None if predicted is None else summarize(predicted),
                z=None if predicted is None else _z_score(float(kpi[i]), predicted),
                pareto_k=left_out.k if np.isfinite(left_out.k) else None,
                moves=_moves(left_out.weights, before, after),
            )
        )
    return tuple(weeks)


def forecast_of(old: FittedModel, table: pd.DataFrame, seed: int) -> Array | None:
    """(draw, new week) KPI predicted by ``old``, given the other columns of ``table``.

    None where the table lacks a column that the previous model needs, or has no new weeks.
    """
    columns = {column for column, _ in old.spec.column_pointers}
    if not columns <= {*table.columns}:
        return None
    world = observed_variables(continued_panel(old, table, old.spec))
    weeks = slice(len(old.panel.weeks), len(world.weeks))
    if weeks.start == weeks.stop:
        return None
    return np.asarray(predictive_draws(old, world, weeks, seed).sum(-1))


def _z_score(kpi: float, predicted: Array) -> float:
    return float((kpi - predicted.mean()) / predicted.std())


def _moves(
    weights: Array, before: Mapping[QuantityKey, Array], after: Mapping[QuantityKey, Array]
) -> tuple[WeekMove, ...]:
    """The largest moves of headline quantities: mean of all draws less that without the week."""
    moves = [
        WeekMove(
            kind=kind,
            name=name,
            in_sd=float((draws.mean() - weights @ draws) / before[kind, name].std()),
        )
        for (kind, name), draws in after.items()
        if kind in HEADLINES and (kind, name) in before
    ]
    return tuple(sorted(moves, key=lambda move: -abs(move.in_sd))[:LISTED_MOVES])
