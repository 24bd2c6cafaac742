"""The queue of each kind of job: fits take minutes and a process of their own, queries seconds."""

from collections.abc import Mapping
from typing import Literal

FITS, QUERIES = "fits", "queries"
FITTED_KINDS = frozenset({"fit", "refit"})

Urgency = Literal["high", "normal", "low"]
PRIORITIES: Mapping[Urgency, int] = {"high": 1, "normal": 2, "low": 3}


def urgency_of(priority: int) -> Urgency:
    """The name of a stored priority."""
    return next(name for name, number in PRIORITIES.items() if number == priority)


def queue_of(kind: str) -> str:
    """The queue that jobs of ``kind`` wait in."""
    return FITS if kind in FITTED_KINDS else QUERIES
