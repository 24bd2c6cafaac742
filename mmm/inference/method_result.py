"""The result of a sampling method: draws of every sampled and derived quantity."""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from mmm.progress import ChainProgress

COMPILE_END, SAMPLE_END = 0.25, 0.95
"""Shares of a fit's progress at which the method begins and ends."""


@dataclass(frozen=True)
class MethodResult:
    """Draws and diagnostics of one method: ``draws`` are (chain, draw, ...) by name;
    ``diagnostics`` are keyed by the names of the verdict's checks; ``chains`` is the last state of
    each chain."""

    sampler: str
    version: str
    draws: xr.Dataset
    diagnostics: Mapping[str, float]
    chains: tuple[ChainProgress, ...] = ()
