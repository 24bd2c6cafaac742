"""Sampled values become the quantities that they stand for, all draws at once.

A sampler moves in an unconstrained space and keeps its points. Parameters in natural units, and
what is derived from them, are computed afterwards, so that the machine code of a model is its
density alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import vectorize_graph

from mmm.inference.native.graph import Block
from mmm.ops.data_folding import AS_WRITTEN
from mmm.ops.plain_graphs import plain_graphs
from mmm.types import Array

CHUNK = 250
"""Draws at once, so that what lies between stays in memory: a draw of a large panel is 10 MB."""


@dataclass(frozen=True)
class Expansion:
    """The map from points of the unconstrained space of ``model`` to its quantities.

    ``blocks``: those of ``graph.blocks_of``.
    """

    model: pm.Model
    blocks: tuple[Block, ...]

    def __call__(self, points: Array) -> dict[str, Array]:
        """Every sampled and derived quantity (draw, ...) in natural units, by name, at ``points
        (draw, dimension)``; reads the numbers that the model's data nodes hold now.

        Raises ArithmeticError where a quantity is not finite.
        """
        parts = [self._at(points[at : at + CHUNK]) for at in range(0, len(points), CHUNK)]
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        if not all(np.isfinite(values).all() for values in found.values()):
            raise ArithmeticError("a draw has no finite parameters")
        return found

    def dims(self) -> Mapping[str, tuple[str, ...]]:
        """The dimensions of each quantity, without the draws."""
        named = self.model.named_vars_to_dims
        return {name: tuple(str(dim) for dim in named.get(name, ())) for name in self._names}

    def _at(self, points: Array) -> dict[str, Array]:
        values = [
            points[:, block.start : block.stop].reshape(len(points), *block.shape)
            for block in self.blocks
        ]
        return dict(zip(self._names, self._function(*values), strict=True))

    @property
    def _names(self) -> list[str]:
        return [str(item.name) for item in self._quantities]

    @property
    def _quantities(self) -> list[Any]:
        return [*self.model.free_RVs, *self.model.deterministics]

    @cached_property
    def _function(self) -> Any:
        values = [self.model.rvs_to_values[variable] for variable in self.model.free_RVs]
        draws = [pt.tensor(dtype="float64", shape=(None, *block.shape)) for block in self.blocks]
        quantities = self.model.replace_rvs_by_values(self._quantities)
        with plain_graphs():
            found = vectorize_graph(quantities, replace=dict(zip(values, draws, strict=True)))
            return pytensor.function(draws, found, mode=AS_WRITTEN, on_unused_input="ignore")
