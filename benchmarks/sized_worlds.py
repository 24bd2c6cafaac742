"""The worlds of ``worlds.py`` with one geo as known-truth worlds of evidence: nothing is wrong."""

from dataclasses import dataclass

import numpy as np

from benchmarks.worlds import World, make
from benchmarks.wrong_worlds import KnownWorld
from mmm.types import Array

SIZES = ("small", "national")


@dataclass(frozen=True)
class SizedWorld(KnownWorld):
    """``world``: the same with geos."""

    world: World

    @property
    def channels(self) -> tuple[str, ...]:
        """Names in the order of ``contribution``."""
        return tuple(self.world.channels)

    def response(self, spend: Array) -> Array:
        """(week,) what media add with ``spend (week, channel)``."""
        return np.asarray(self.world.response(spend[:, None, :]).sum(1))


def sized_world(size: str, seed: int) -> SizedWorld:
    """The world of this size and seed."""
    world = make(size, seed)
    return SizedWorld(size, world.frame, world.contribution, world.truth.spend.sum(1), world)
