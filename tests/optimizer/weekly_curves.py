"""Separable responses as a fitted model would be: sums over weeks of shifted saturation curves."""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.response import FloatArray
from tests.optimizer.fakes import names


@dataclass(frozen=True, eq=False)
class Weekly:
    """curve_c(b) = sum_t height_sct * (hill(carry_sct + b unit_sct) - hill(carry_sct))

    hill(x) = x^p / (half^p + x^p), of slope p below its inflection and after it falling; the draws
    are (draw, cell, week) throughout; half and power (draw, cell, 1).
    """

    names: tuple[str, ...]
    height: FloatArray
    carry: FloatArray
    unit: FloatArray
    half: FloatArray
    power: FloatArray
    concave: bool = False
    separable: bool = True
    key: str | None = None

    def draws(self, spend: FloatArray) -> FloatArray:
        gains = [self.curve(cell, np.array([level]))[0] for cell, level in enumerate(spend)]
        return np.asarray(np.hstack(gains).sum(axis=1))

    def jacobian(self, spend: FloatArray) -> FloatArray:
        slopes = [self.curve(cell, np.array([level]))[1] for cell, level in enumerate(spend)]
        return np.hstack(slopes)

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        height, carry, unit = self.height[:, cell], self.carry[:, cell], self.unit[:, cell]
        at = carry[:, None, :] + levels[None, :, None] * unit[:, None, :]
        start = self._hill(cell, carry[:, None, :])[0]
        value, slope = self._hill(cell, at)
        value = (height[:, None] * (value - start)).sum(-1)
        return value, (height[:, None] * unit[:, None] * slope).sum(-1)

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        height, carry, unit = self.height[:, cell], self.carry[:, cell], self.unit[:, cell]
        at = carry[:, None, :] + levels[None, :, None] * unit[:, None, :]
        slope = self._hill(cell, at)[1]
        power = np.maximum(self.power[:, cell, None], 1.0)
        half = self.half[:, cell, None]
        peak = half * ((power - 1) / (power + 1)) ** (1 / power)
        steepest = self._hill(cell, np.clip(peak, at[:, :-1], at[:, 1:]))[1]
        worth = height[:, None] * unit[:, None]
        low = (worth * np.minimum(slope[:, :-1], slope[:, 1:])).sum(-1)
        return low, (worth * steepest).sum(-1)

    def _hill(self, cell: int, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        half, power = self.half[:, cell, None], self.power[:, cell, None]
        ratio = (x / half) ** power
        value = ratio / (1 + ratio)
        steep = power / half * (x / half) ** (power - 1) / (1 + ratio) ** 2
        return value, steep


def weekly_response(
    seed: int,
    cells: int = 4,
    draws: int = 200,
    weeks: int = 6,
    *,
    power: tuple[float, float] = (0.8, 3.0),
    label: tuple[str, ...] | None = None,
) -> Weekly:
    """Currency near 1,000 for four cells that share 1,000: thresholds of different size."""
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.05, 0.5, cells)[:, None]
    height = rng.uniform(400, 1500, (cells, 1)) * np.exp(
        rng.normal(0, 1, (draws, cells, 1)) * spread
    )
    return Weekly(
        names=label or names(cells),
        height=height * rng.dirichlet(np.full(weeks, 5.0), cells),
        carry=rng.uniform(0, 30, (cells, weeks)) * np.exp(rng.normal(0, 0.2, (draws, cells, 1))),
        unit=rng.dirichlet(np.full(weeks, 5.0), (draws, cells)) * weeks,
        half=rng.uniform(80, 500, (cells, 1)) * np.exp(rng.normal(0, 0.2, (draws, cells, 1))),
        power=rng.uniform(*power, (cells, 1)) * np.exp(rng.normal(0, 0.1, (draws, cells, 1))),
    )


def concave_response(seed: int, cells: int = 4, draws: int = 200) -> Weekly:
    """As ``weekly_response``, every draw concave."""
    response = weekly_response(seed, cells, draws)
    return replace(response, power=np.minimum(response.power, 1.0), concave=True)
