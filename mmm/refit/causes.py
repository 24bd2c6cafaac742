"""Which data moved a quantity, from the draws of both fits and without a third one.

Draws are weighted by importance, the weights smoothed (PSIS: Vehtari, Simpson, Gelman, Yao & Gabry
2024, Pareto smoothed importance sampling); k is their shape, and above ``LIMIT`` they say nothing.

    restated    draws before, weighted by p(restated weeks) / p(weeks as they were)
    new weeks   draws after less the same weighted by 1 / p(new weeks)
    one week    the same for the week alone

Where the specification is the same the new weeks are what restated numbers leave of the move.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from arviz_stats.base import array_stats

from mmm.data.panel import Panel
from mmm.data.panel_table import panel_to_table
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import Restatement, continued_panel
from mmm.refit.quantities import QuantityKey, quantities
from mmm.refit.weekly_density import weekly_log_density
from mmm.types import Array

LIMIT = 0.7


@dataclass(frozen=True)
class ImportanceWeights:
    """Normalised weights of draws, and the Pareto shape of the ratios they come from."""

    weights: Array
    k: float

    @property
    def usable(self) -> bool:
        """Whether averages under the weights can be trusted."""
        return self.k <= LIMIT


def importance_weights(log_ratio: Array) -> ImportanceWeights:
    """Smoothed weights of ``log_ratio (draw,)``."""
    if np.ptp(log_ratio) == 0.0:
        return ImportanceWeights(np.full(log_ratio.size, 1.0 / log_ratio.size), 0.0)
    logs, k = array_stats.psislw(log_ratio - log_ratio.max())
    weights = np.exp(logs - logs.max())
    shape = float(k)
    return ImportanceWeights(weights / weights.sum(), shape if np.isfinite(shape) else np.inf)


def restated_model(model: FittedModel, cells: Sequence[Restatement]) -> FittedModel | None:
    """``model`` with the restated numbers in its panel; None where a mediator's were restated,
    whose unseen weeks are draws."""
    columns = {mediator.column for mediator in model.spec.mediators}
    if any(cell.column in columns for cell in cells):
        return None
    table = panel_to_table(model.panel, model.spec)
    at = {place: row for row, place in enumerate(_places(model.panel))}
    for cell in cells:
        if cell.column in table.columns:
            table[cell.column] = table[cell.column].where(
                table.index != at[cell.week, cell.geo], cell.new
            )
    return replace(model, design=model.design.on_panel(continued_panel(model, table, model.spec)))


def means_if_restated(
    old: FittedModel, cells: Sequence[Restatement]
) -> tuple[dict[QuantityKey, float] | None, float]:
    """Means of the quantities had the numbers been the restated ones, and k; None if unknown."""
    moved = restated_model(old, cells)
    if moved is None:
        return None, np.inf
    ratio = (weekly_log_density(moved) - weekly_log_density(old)).sum(1)
    found = importance_weights(ratio)
    if not found.usable:
        return None, found.k
    means = {name: float(found.weights @ draws) for name, draws in quantities(moved).items()}
    return means, found.k


def _places(panel: Panel) -> list[tuple[object, str]]:
    return [(week, geo) for week in panel.weeks for geo in panel.geos]
