"""The new weeks of a refit: what the model before expected of each, and what each moved alone."""

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

SHOWN = 3


def new_weeks(
    old: FittedModel,
    new: FittedModel,
    forecast: Array | None,
    density: Array,
    before: Mapping[QuantityKey, Array],
    after: Mapping[QuantityKey, Array],
) -> tuple[NewWeek, ...]:
    """Every week after the last of ``old``; ``density (draw, new week)`` under ``new``."""
    first = len(old.panel.weeks)
    kpi = new.panel.array("kpi")[first:].sum(1)
    found = []
    for i, week in enumerate(new.panel.weeks[first:]):
        left_out = importance_weights(-density[:, i])
        drawn = None if forecast is None else forecast[:, i]
        found.append(
            NewWeek(
                week=week,
                kpi=float(kpi[i]),
                forecast=None if drawn is None else summarize(drawn),
                z=None if drawn is None else float((kpi[i] - drawn.mean()) / drawn.std()),
                pareto_k=left_out.k if np.isfinite(left_out.k) else None,
                moves=_moves(left_out.weights, before, after),
            )
        )
    return tuple(found)


def forecast_of(old: FittedModel, table: pd.DataFrame, seed: int) -> Array | None:
    """(draw, new week) kpi that ``old`` foretells, given what else the weeks of ``table`` hold.

    None where the table lacks a column that the model before needs, or has no new weeks.
    """
    columns = {column for column, _ in old.spec.column_pointers}
    if not columns <= {*table.columns}:
        return None
    world = observed_variables(continued_panel(old, table, old.spec))
    weeks = slice(len(old.panel.weeks), len(world.weeks))
    if weeks.start == weeks.stop:
        return None
    return np.asarray(predictive_draws(old, world, weeks, seed).sum(-1))


def _moves(
    weights: Array, before: Mapping[QuantityKey, Array], after: Mapping[QuantityKey, Array]
) -> tuple[WeekMove, ...]:
    """Mean of all draws less that without the week, for the headline quantities it moves most."""
    found = [
        WeekMove(
            kind=kind,
            name=name,
            in_sd=float((draws.mean() - weights @ draws) / before[kind, name].std()),
        )
        for (kind, name), draws in after.items()
        if kind in HEADLINES and (kind, name) in before
    ]
    return tuple(sorted(found, key=lambda move: -abs(move.in_sd))[:SHOWN])
