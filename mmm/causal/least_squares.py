"""Least squares with many columns and very many cells, by way of the columns' products.

With unit columns X and a target t, G = X'X and its pseudo-inverse G^+:

    residual         t - X G^+ X't, and once more on the residual, which recovers the digits that
                     the square of the condition number costs
    sum of squares   t't - t'X G^+ X't, for any choice of columns from products computed once
"""

from collections.abc import Iterable, Mapping

import numpy as np

from mmm.types import Array

RELATIVE_RANK = 1e-12
"""Eigenvalues of G below this share of the largest count as zero."""


def unit_columns(columns: Array) -> Array:
    """``columns (cell, column)`` that are not zero, each of length one."""
    size = np.linalg.norm(columns, axis=0)
    return np.asarray(columns[:, size > 0.0] / size[size > 0.0])


def residuals(columns: Array, values: Array) -> tuple[Array, int]:
    """``values (cell, ...)`` less what ``columns (cell, column)`` explain, and their rank."""
    unit = unit_columns(columns)
    products = unit.T @ unit
    inverse = np.linalg.pinv(products, rcond=RELATIVE_RANK, hermitian=True)
    left = values - unit @ (inverse @ (unit.T @ values))
    left = left - unit @ (inverse @ (unit.T @ left))
    return np.asarray(left), int(np.linalg.matrix_rank(products, RELATIVE_RANK, hermitian=True))


class SumsOfSquares:
    """Residual sums of squares of named targets on named blocks of columns."""

    def __init__(self, blocks: Mapping[str, Array], targets: Mapping[str, Array]) -> None:
        """``blocks (column, cell)`` and ``targets (cell,)`` by name; names are distinct."""
        rows = {**blocks, **{name: values[None] for name, values in targets.items()}}
        stacked = np.concatenate(list(rows.values()))
        size = np.linalg.norm(stacked, axis=1)
        unit = stacked / np.where(size > 0.0, size, 1.0)[:, None]
        self._products = unit @ unit.T
        ends = np.cumsum([len(block) for block in rows.values()])
        self._at = {
            name: np.arange(end - len(block), end)[size[end - len(block) : end] > 0.0]
            for (name, block), end in zip(rows.items(), ends, strict=True)
        }
        self._squares = {name: float(values @ values) for name, values in targets.items()}

    def unexplained(self, target: str, blocks: Iterable[str]) -> float:
        """The sum of squares of ``target`` that the columns of ``blocks`` leave."""
        own, parts = self._at[target], [self._at[name] for name in blocks]
        if not own.size or not sum(part.size for part in parts):
            return self._squares[target]
        chosen = np.concatenate(parts)
        inner = self._products[np.ix_(chosen, chosen)]
        inverse = np.linalg.pinv(inner, rcond=RELATIVE_RANK, hermitian=True)
        with_target = self._products[chosen, own[0]]
        return self._squares[target] * max(1.0 - float(with_target @ inverse @ with_target), 0.0)
