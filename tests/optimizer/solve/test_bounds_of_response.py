"""The response is asked only at spends that its protocol and the limits allow."""

from dataclasses import dataclass

import numpy as np
import pytest

from optimizer import allocate, read_problem
from optimizer.response import FloatArray
from tests.optimizer.fakes import names

ROUNDING = 1e-12


@dataclass(eq=False)
class Guarded:
    """Hill curves, written to the letter: a spend below 0 or above `upper` is an error."""

    names: tuple[str, ...]
    height: FloatArray
    half: FloatArray
    power: FloatArray
    upper: float
    concave: bool = False
    separable: bool = True

    def draws(self, spend: FloatArray) -> FloatArray:
        return self._at(spend, slice(None))[0].sum(axis=1)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self._at(spend, slice(None))[1]

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._at(levels, [cell])

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope = self.curve(cell, levels)[1]
        p, h = self.power[:, [cell]], self.half[:, [cell]]
        peak = h * (np.maximum(p - 1, 0) / (p + 1)) ** (1 / p)
        top = self._at(np.clip(peak, levels[:-1], levels[1:]), [cell])[1]
        ends = slope[:, :-1], slope[:, 1:]
        return np.minimum(*ends), np.maximum(np.maximum(*ends), top)

    def _at(self, spend: FloatArray, cells: slice | list[int]) -> tuple[FloatArray, FloatArray]:
        assert spend.min() >= 0.0
        assert spend.max() <= self.upper * (1 + ROUNDING)
        half, power = self.half[:, cells], self.power[:, cells]
        ratio = (spend / half) ** power
        steep = (spend / half) ** (power - 1) / half
        height = self.height[:, cells]
        return height * ratio / (1 + ratio), height * power * steep / (1 + ratio) ** 2


def guarded(seed: int, cells: int, upper: float, *, concave: bool) -> Guarded:
    rng = np.random.default_rng(seed)
    height = rng.uniform(400, 1800, cells) * np.exp(rng.normal(0, 0.4, (100, cells)))
    half = rng.uniform(150, 600, cells) * np.exp(rng.normal(0, 0.15, (100, cells)))
    power = 1.0 if concave else rng.uniform(1.2, 3.5, cells)
    return Guarded(names(cells), height, half, np.broadcast_to(power, half.shape), upper, concave)


@pytest.mark.parametrize(
    "objective",
    [
        {"kind": "expected"},
        {"kind": "mean_cvar"},
        {"kind": "regret"},
        {"kind": "quantile", "level": 0.3},
        {"kind": "utility", "utility": "log", "wealth": 5000},
    ],
)
@pytest.mark.parametrize("concave", [True, False])
def test_the_response_is_never_asked_outside_its_bounds(objective: dict, concave: bool):
    for seed, cells, budget in (
        (1, 3, {"total": 1000}),
        (2, 2, {"max": 700}),
        (3, 4, {"total": 7}),
    ):
        upper = budget.get("total") or budget["max"]
        # A power of two above the budget ends the tables of curves.
        response = guarded(seed, cells, 2.0 ** np.ceil(np.log2(upper)), concave=concave)
        problem = read_problem({"budget": budget, "objective": objective, "stay": False})
        answer = allocate(problem, response, np.full(cells, upper / cells))
        assert answer.spend.min() >= 0.0


@pytest.mark.parametrize("seed", range(4))
def test_nor_in_the_proof_for_s_shaped_curves(seed: int):
    response = guarded(seed, 3, 1024.0, concave=False)
    problem = read_problem({"budget": {"total": 1000}, "stay": False})
    answer = allocate(problem, response, np.full(3, 1000 / 3))
    assert answer.certificate.gap is not None
    assert answer.spend.sum() == pytest.approx(1000)
