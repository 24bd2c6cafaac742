"""Posterior: the named draws of a fit, as plain arrays with their dimensions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import xarray as xr

from mmm.types import Array, IndexArray

CHUNK_CELLS = 4_000_000


@dataclass(frozen=True)
class Posterior:
    """The draws of every parameter: ``dataset`` holds them as (chain, draw, ...), without the
    innovations z."""

    dataset: xr.Dataset

    @property
    def tree(self) -> xr.DataTree:
        """The draws as ArviZ takes them: the group ``posterior``, (chain, draw, ...)."""
        return xr.DataTree.from_dict({"posterior": self.dataset})

    @property
    def n_draws(self) -> int:
        """Draws over all chains."""
        return int(self.dataset.sizes["chain"] * self.dataset.sizes["draw"])

    @cached_property
    def draws(self) -> Mapping[str, Array]:
        """Every parameter as float64 (draw, ...), chain after chain."""
        return {
            str(name): np.asarray(values.to_numpy(), dtype=np.float64).reshape(
                self.n_draws, *values.shape[2:]
            )
            for name, values in self.dataset.data_vars.items()
        }

    def subset(self, chosen: IndexArray) -> Self:
        """The draws at the positions ``chosen``, as one chain."""
        held = {
            name: (("chain", "draw", *self.dataset[name].dims[2:]), values[chosen][None])
            for name, values in self.draws.items()
        }
        return replace(self, dataset=xr.Dataset(held))

    def thinned(self, most: int) -> Self:
        """About ``most`` of the draws, evenly spaced over every chain; all if there are fewer."""
        step = max(1, self.n_draws // most)
        return replace(self, dataset=self.dataset.isel(draw=slice(None, None, step)))

    def chunks(self, cells: int) -> Iterator[dict[str, Array]]:
        """The draws in slices small enough that ``cells`` numbers per draw fit in memory."""
        size = max(1, CHUNK_CELLS // max(cells, 1))
        for start in range(0, self.n_draws, size):
            yield {name: values[start : start + size] for name, values in self.draws.items()}
