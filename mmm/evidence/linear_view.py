"""A fitted model as one linear regression around its posterior mean, for tests of its effects.

The columns are each lever's fitted contribution and the held series of
``causal.effect_regression``; least squares of the KPI on them gives every lever a coefficient near
one. With G = X'X and its inverse, for the column of a lever c,

    residual of c on the other columns = X G^-1 e_c / (G^-1)_cc       s.e. = sigma sqrt((G^-1)_cc)

(Frisch, Waugh and Lovell). A test adds a column to X and asks whether its coefficient is zero.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mmm.causal.effect_regression import EffectRegressions
from mmm.causal.least_squares import residuals
from mmm.posterior.fitted import FittedModel
from mmm.priors.table import Z95
from mmm.types import Array

LEAST_REMAINING = 1e-9
"""A column of which less remains beside the others is explained by them."""


class Estimate(NamedTuple):
    """A least-squares coefficient with its standard error."""

    value: float
    se: float

    @property
    def t(self) -> float:
        """The coefficient in standard errors; zero where it is certain."""
        return float(self.value / self.se) if self.se > 0.0 else 0.0


@dataclass(frozen=True)
class LinearView:
    """The regression of the KPI on all levers and held series; a cell is a week of a geo.

    ``weeks``: of the cells, which lack the first week where the noise is AR(1). ``geos``: cells of
    a week.
    """

    regressions: EffectRegressions
    weeks: tuple[date, ...]
    geos: int

    @property
    def levers(self) -> tuple[str, ...]:
        """The channels, and the price where there is one."""
        return tuple(self.regressions.own)

    @cached_property
    def week(self) -> NDArray[np.intp]:
        """(cell,) position of each cell's week."""
        return np.repeat(np.arange(len(self.weeks)), self.geos)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """(column,) the block that each column belongs to."""
        held = self.regressions.held
        return tuple(name for name, block in held.items() for _ in range(len(block)))

    @cached_property
    def columns(self) -> Array:
        """(cell, column) all columns, each of length one; columns of zeros stay so."""
        columns = np.concatenate(list(self.regressions.held.values())).T
        size = np.linalg.norm(columns, axis=0)
        return np.asarray(columns / np.where(size > 0.0, size, 1.0))

    @cached_property
    def inverse(self) -> Array:
        """(column, column) pseudo-inverse of X'X."""
        return np.asarray(np.linalg.pinv(self.columns.T @ self.columns, hermitian=True))

    @cached_property
    def freedom(self) -> int:
        """Degrees of freedom of the residual."""
        return max(
            len(self.columns)
            - int(np.linalg.matrix_rank(self.columns.T @ self.columns, hermitian=True)),
            1,
        )

    @cached_property
    def residual(self) -> Array:
        """(cell,) least-squares residual of the KPI on all columns."""
        return self.beside_all(self.regressions.kpi)

    @property
    def sigma(self) -> float:
        """Standard deviation of the residual."""
        return float(np.sqrt(self.residual @ self.residual / self.freedom))

    def mean_effect(self, lever: str) -> Array:
        """(cell,) the lever's contribution at the posterior mean."""
        return np.asarray(self.regressions.held[lever][0])

    def beside_all(self, values: Array) -> Array:
        """``values (cell, ...)`` less what all columns explain of it."""
        return np.asarray(values - self.columns @ (self.inverse @ (self.columns.T @ values)))

    def beside_others(self, lever: str) -> Array:
        """(cell,) the lever's contribution less what the other columns explain of it; zeros where
        they explain all of it."""
        position = self.names.index(lever)
        precision = self.inverse[position, position]
        if not precision > 0.0:
            return np.zeros(len(self.columns))
        own = self.columns @ self.inverse[:, position] / precision
        return np.asarray(own * np.linalg.norm(self.mean_effect(lever)))

    def strength(self, lever: str) -> Estimate:
        """Coefficient of the lever's own contribution: one where the fit has the data's size."""
        own = self.beside_others(lever)
        size = float(own @ own)
        if not size > LEAST_REMAINING * float(self.mean_effect(lever) @ self.mean_effect(lever)):
            return Estimate(0.0, 0.0)
        return Estimate(float(own @ self.regressions.kpi) / size, self.sigma / size**0.5)

    def joint_strength(self, lever: str, partner: str) -> Estimate:
        """Coefficient of the contributions of two levers together, as one column."""
        others = self.columns[:, [name not in (lever, partner) for name in self.names]]
        both = self.mean_effect(lever) + self.mean_effect(partner)
        target = np.column_stack([both, self.regressions.kpi])
        left, _ = residuals(others, target)
        own, kpi = left.T
        size = float(own @ own)
        if not size > LEAST_REMAINING * float(both @ both):
            return Estimate(0.0, 0.0)
        return Estimate(float(own @ kpi) / size, self.sigma / size**0.5)

    def added(self, column: Array) -> Estimate:
        """Coefficient of one more ``column (cell,)``; zeros where the others explain it."""
        own = self.beside_all(column)
        size = float(own @ own)
        if not size > LEAST_REMAINING * float(column @ column):
            return Estimate(0.0, 0.0)
        value = float(own @ self.residual) / size
        left = max(float(self.residual @ self.residual) - value**2 * size, 0.0)
        return Estimate(value, float(np.sqrt(left / max(self.freedom - 1, 1) / size)))

    def p_value(self, estimate: Estimate) -> float:
        """Two-sided p-value of an added column's coefficient."""
        return float(2.0 * stats.t.sf(abs(estimate.t), max(self.freedom - 1, 1)))

    def changed_without(self, left_out: str) -> tuple[str, ...]:
        """The levers whose coefficient leaves its 90 % interval where the column of ``left_out``
        is not there."""
        coefficients = self.inverse @ (self.columns.T @ self.regressions.kpi)
        gone = self.names.index(left_out)
        precision = float(self.inverse[gone, gone])
        if not precision > 0.0:
            return ()
        changed = []
        for lever in self.levers:
            own = self.names.index(lever)
            change = float(self.inverse[own, gone]) / precision * float(coefficients[gone])
            error = self.sigma * float(np.sqrt(max(self.inverse[own, own], 0.0)))
            if lever != left_out and abs(change) > Z95 * error:
                changed.append(lever)
        return tuple(changed)

    def by_week(self, values: Array) -> Array:
        """(week, ...) sums of ``values (cell, ...)`` over the cells of a week."""
        return values.reshape(len(self.weeks), self.geos, *values.shape[1:]).sum(1)


def linear_view(model: FittedModel, regressions: EffectRegressions) -> LinearView:
    """The linear view of ``model`` on the ``regressions`` of its total effects."""
    geos = len(model.panel.geos)
    n_weeks = regressions.kpi.size // geos
    return LinearView(regressions, model.panel.weeks[-n_weeks:], geos)
