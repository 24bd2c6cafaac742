"""What a method of sampling hands over: draws of every sampled and derived quantity."""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from mmm.progress import ChainProgress

COMPILE_END, SAMPLE_END = 0.25, 0.95
"""Shares of a fit's progress at which the method begins and ends."""


@dataclass(frozen=True)
class MethodResult:
    """``draws`` hold (chain, draw, ...) by name; ``found`` what the method says of them, by the
    names of the verdict's checks; ``chains`` their last state."""

    sampler: str
    version: str
    draws: xr.Dataset
    found: Mapping[str, float]
    chains: tuple[ChainProgress, ...] = ()
