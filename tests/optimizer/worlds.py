"""Responses that know more than their draws: totals, noise, kpi, cells of geos and weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from optimizer.response import FloatArray
from tests.optimizer.fakes import names

MONDAY = date(2024, 7, 1)


@dataclass(frozen=True)
class Cell:
    channel: str
    geo: str | None = None
    week: date | None = None


@dataclass(frozen=True, eq=False)
class Sums:
    """response_s(b) = sum_c height_sc * log(1 + b_c / scale_c), and all that it may know.

    base: (draw,), outcome without own spend.  noise: (draw,), one draw of noise for each.
    """

    names: tuple[str, ...]
    height: FloatArray
    scale: FloatArray
    base: FloatArray
    noise: FloatArray
    cells: tuple[Cell, ...]
    observed_max: FloatArray
    weights: FloatArray | None = None
    concave: bool = True
    separable: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.height @ np.log1p(spend / self.scale)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.height / (self.scale + spend)

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        height = self.height[:, cell, None]
        scale = self.scale[cell]
        return height * np.log1p(levels / scale), height / (scale + levels)

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = self.curve(cell, levels)[1]
        return slope[:, 1:], slope[:, :-1]

    def total(self, spend: FloatArray) -> FloatArray:
        return self.base + self.draws(spend)

    def predictive(self, spend: FloatArray, seed: int) -> FloatArray:
        return self.total(spend) + np.roll(self.noise, seed)


@dataclass(frozen=True, eq=False)
class Valued:
    """A response in currency, each unit of its kpi worth `price`."""

    kpi: Sums
    price: float

    @property
    def names(self) -> tuple[str, ...]:
        return self.kpi.names

    @property
    def concave(self) -> bool:
        return True

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.price * self.kpi.draws(spend)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.price * self.kpi.jacobian(spend)


def sums(
    seed: int, cells: int = 2, draws: int = 300, layout: tuple[Cell, ...] | None = None
) -> Sums:
    """Currency near 1,000 to share; a base of 2,000 and noise of 60."""
    rng = np.random.default_rng(seed)
    spread = np.exp(rng.normal(0, rng.uniform(0.1, 0.5, cells), (draws, cells)))
    return Sums(
        names=tuple(str(k) for k in range(cells)) if layout else names(cells),
        height=rng.uniform(300, 900, cells) * spread,
        scale=rng.uniform(50, 400, cells),
        base=rng.normal(2000, 50, draws),
        noise=rng.normal(0, 60, draws),
        cells=layout or tuple(Cell(name) for name in names(cells)),
        observed_max=np.full(cells, 400.0),
    )


def by_week(channels: int, weeks: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(name, None, MONDAY + timedelta(weeks=week))
        for name in names(channels)
        for week in range(weeks)
    )


def by_geo(channels: int, geos: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(name, geo) for name in names(channels) for geo in geos)
