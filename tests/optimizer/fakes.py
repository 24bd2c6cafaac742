"""Responses as dataclasses of arrays: what a fitted model would be to the optimizer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optimizer.response import FloatArray


@dataclass(frozen=True, eq=False)
class Log:
    """response_s(b) = sum_c height_sc * log(1 + b_c / scale_c): concave in every draw."""

    names: tuple[str, ...]
    height: FloatArray
    scale: FloatArray
    concave: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.height @ np.log1p(spend / self.scale)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.height / (self.scale + spend)


@dataclass(frozen=True, eq=False)
class Hill:
    """response_s(b) = sum_c height_sc * b^p / (half^p + b^p): S-shaped where the power p > 1."""

    names: tuple[str, ...]
    height: FloatArray
    half: FloatArray
    power: FloatArray

    def draws(self, spend: FloatArray) -> FloatArray:
        ratio = (spend / self.half) ** self.power
        return (self.height * ratio / (1 + ratio)).sum(axis=1)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        ratio = (spend / self.half) ** self.power
        steep = (spend / self.half) ** (self.power - 1) / self.half
        return self.height * self.power * steep / (1 + ratio) ** 2


@dataclass(frozen=True, eq=False)
class Fixed:
    """Returns what it was given, right or wrong."""

    names: tuple[str, ...]
    draws_given: ArrayLike
    jacobian_given: ArrayLike

    def draws(self, spend: FloatArray) -> FloatArray:  # noqa: ARG002
        return np.asarray(self.draws_given)

    def jacobian(self, spend: FloatArray) -> FloatArray:  # noqa: ARG002
        return np.asarray(self.jacobian_given)


def names(cells: int) -> tuple[str, ...]:
    return ("tv", "radio", "search", "social", "print", "outdoor", "email", "video")[:cells]


def log_response(seed: int, cells: int = 4, draws: int = 400, *, concave: bool = True) -> Log:
    """Currency near 1,000: heights with uneven means and uneven uncertainty."""
    rng = np.random.default_rng(seed)
    spread = np.exp(rng.normal(0, rng.uniform(0.05, 0.6, cells), (draws, cells)))
    height = rng.uniform(200, 900, cells) * spread
    return Log(names(cells), height, rng.uniform(50, 400, cells), concave)


def hill_response(seed: int, cells: int = 4, draws: int = 300) -> Hill:
    """Currency near 1,000: S-shaped, thresholds of different size."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(400, 1500, cells) * np.exp(rng.normal(0, 0.3, (draws, cells)))
    half = rng.uniform(80, 500, cells) * np.exp(rng.normal(0, 0.2, (draws, cells)))
    power = np.broadcast_to(rng.uniform(1.2, 4, cells), (draws, cells)).copy()
    return Hill(names(cells), height, half, power)
