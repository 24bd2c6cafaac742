"""Progress of a running fit: its stage, its share done, and the state of each chain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal[
    "validating",
    "compiling",
    "first_look",
    "warmup",
    "sampling",
    "postprocessing",
    "optimizing",
    "comparing",
    "testing",
    "storing",
]


@dataclass(frozen=True)
class ChainProgress:
    """One chain: draws done and total, both counting warm-up."""

    chain: int
    draws_done: int
    draws_total: int
    tuning: bool
    divergences: int


@dataclass(frozen=True)
class PartProgress:
    """One part of a test of a model: the share of it that is done, in [0, 1]."""

    part: str
    progress: float


@dataclass(frozen=True)
class Progress:
    """The state of a fit, or of a test with several parts: ``progress`` in [0, 1]; ``eta_seconds``
    is None while it is unknown."""

    stage: Stage
    progress: float
    eta_seconds: float | None = None
    chains: tuple[ChainProgress, ...] = ()
    parts: tuple[PartProgress, ...] = ()


ProgressCallback = Callable[[Progress], None]
