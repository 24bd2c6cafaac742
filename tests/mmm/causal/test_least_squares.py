"""Residuals and sums of squares by the columns' products agree with a regression carried out."""

import numpy as np
import pytest

from mmm.causal.least_squares import SumsOfSquares, residuals

CELLS = 500


def columns(seed: int, *, near: float = 0.3) -> np.ndarray:
    """Twelve columns of very different size; two pairs are alike but for ``near``."""
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((CELLS, 12))
    drawn[:, 1] = drawn[:, 0] + near * drawn[:, 1]
    drawn[:, 3] = drawn[:, 2] + near * drawn[:, 3]
    return drawn * np.logspace(-4, 4, 12)


@pytest.mark.parametrize("near", [0.3, 1e-3])
def test_residuals_are_those_of_least_squares(near: float) -> None:
    design = columns(1, near=near)
    values = np.random.default_rng(2).standard_normal((CELLS, 3))
    left, rank = residuals(design, values)
    unit = design / np.linalg.norm(design, axis=0)
    expected = values - unit @ np.linalg.lstsq(unit, values)[0]
    np.testing.assert_allclose(left, expected, atol=1e-8)
    assert rank == 12


def test_columns_that_repeat_or_are_zero_change_nothing() -> None:
    design = columns(3)
    values = np.random.default_rng(4).standard_normal(CELLS)
    more = np.column_stack([design, design[:, 0], np.zeros(CELLS)])
    left, rank = residuals(more, values)
    np.testing.assert_allclose(left, residuals(design, values)[0], atol=1e-8)
    assert rank == 12


def test_sums_of_squares_on_any_choice_of_blocks() -> None:
    design = columns(5)
    target = np.random.default_rng(6).standard_normal(CELLS) + design[:, 4] / 1e2
    blocks = {"a": design[:, :3].T, "b": design[:, 3:8].T, "c": design[:, 8:].T}
    sums = SumsOfSquares(blocks, {"y": target})
    for chosen in (["a"], ["a", "c"], ["b"], ["a", "b", "c"]):
        kept = np.concatenate([blocks[name] for name in chosen]).T
        expected = float(np.sum(residuals(kept, target)[0] ** 2))
        assert sums.unexplained("y", chosen) == pytest.approx(expected, rel=1e-7)
    assert sums.unexplained("y", []) == pytest.approx(float(target @ target))
