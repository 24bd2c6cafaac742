"""The geos of a panel whose cells may be products in them: names, and sums over the products."""

from collections.abc import Sequence

import numpy as np

from mmm.data.panel import CELL_SEPARATOR
from mmm.types import Array


def region_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The geo of every cell, each once, in the order of the panel."""
    return tuple(dict.fromkeys(_region(cell) for cell in cells))


def by_region(cells: Sequence[str], values: Array) -> Array:
    """(..., geo) sums of ``values (..., cell)`` over the products of each geo."""
    own = np.array([_region(cell) for cell in cells])
    return np.stack(
        [values[..., own == name].sum(axis=-1) for name in region_names(cells)], axis=-1
    )


def _region(cell: str) -> str:
    return cell.partition(CELL_SEPARATOR)[0]
