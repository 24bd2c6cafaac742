"""The data that moved a quantity, from the draws of both fits and without a third fit.

Draws get Pareto smoothed importance weights (PSIS: Vehtari, Simpson, Gelman, Yao & Gabry 2024,
Pareto smoothed importance sampling); k is the Pareto shape, and above ``LIMIT`` the weights are
unreliable.

    restated    draws before, weighted by p(restated weeks) / p(weeks as they were)
    new weeks   draws after less the same weighted by 1 / p(new weeks)
    one week    the same for the week alone

Where the specification is the same, the new weeks explain what restated numbers do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from arviz_stats.base import array_stats

from mmm.data.panel import Panel
from mmm.data.panel_to_table import panel_to_table
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import Restatement, continued_panel
from mmm.refit.quantities import QuantityKey, quantities
from mmm.refit.weekly_density import weekly_log_density
from mmm.types import Array

LIMIT = 0.7


@dataclass(frozen=True)
class ImportanceWeights:
    """Normalised importance weights of draws, and the Pareto shape k of their ratios."""

    weights: Array
    k: float

    @property
    def usable(self) -> bool:
        """Whether averages under the weights are reliable."""
        return self.k <= LIMIT


def importance_weights(log_ratio: Array) -> ImportanceWeights:
    """Smoothed weights of ``log_ratio (draw,)``."""
    if np.ptp(log_ratio) == 0.0:
        return ImportanceWeights(np.full(log_ratio.size, 1.0 / log_ratio.size), 0.0)
    logs, k = array_stats.psislw(log_ratio.max() - log_ratio)  # takes minus the log ratio
    weights = np.exp(logs - logs.max())
    shape = float(k)
    return ImportanceWeights(weights / weights.sum(), shape if np.isfinite(shape) else np.inf)


def restated_model(model: FittedModel, cells: Sequence[Restatement]) -> FittedModel | None:
    """``model`` with the restated numbers in its panel.

    None where a mediator was restated: its unobserved weeks are draws.
    """
    columns = {mediator.column for mediator in model.spec.mediators}
    if any(cell.column in columns for cell in cells):
        return None
    table = panel_to_table(model.panel, model.spec)
    row_of = {key: row for row, key in enumerate(_row_keys(model.panel))}
    for cell in cells:
        if cell.column in table.columns:
            table[cell.column] = table[cell.column].where(
                table.index != row_of[cell.week, cell.geo], cell.new
            )
    return replace(model, design=model.design.on_panel(continued_panel(model, table, model.spec)))


def means_if_restated(
    old: FittedModel, cells: Sequence[Restatement]
) -> tuple[dict[QuantityKey, float] | None, float]:
    """Means of the quantities if the data had been the restated numbers, and k.

    None in place of the means where they cannot be estimated.
    """
    restated = restated_model(old, cells)
    if restated is None:
        return None, np.inf
    ratio = (weekly_log_density(restated) - weekly_log_density(old)).sum(1)
    weighting = importance_weights(ratio)
    if not weighting.usable:
        return None, weighting.k
    means = {name: float(weighting.weights @ draws) for name, draws in quantities(restated).items()}
    return means, weighting.k


def _row_keys(panel: Panel) -> list[tuple[object, str]]:
    return [(week, geo) for week in panel.weeks for geo in panel.geos]
