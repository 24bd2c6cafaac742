"""The table of moves to make now against the truth, by kind of world."""

from collections.abc import Iterable, Iterator

import numpy as np

from benchmarks.evidence_plans import HARM
from benchmarks.many_worlds import Record

MOVES_HEADS = (
    "kind",
    "worlds",
    "harmed",
    "worst %",
    "mean %",
    "possible %",
    "captured",
    "promised %",
    "came / promised",
    "good moves held back",
)


def moves_summary(found: list[Record], kinds: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """By kind and over all: worlds that the moves harm, what they gain of what is possible, what
    they promised, and how many moves towards the best plan wait for a test."""
    for kind in (*kinds, "all"):
        rows = [row["plan"]["now"] for row in found if kind in (row["kind"], "all")]
        if not rows:
            continue
        came, best, promised = (
            np.array([row[name] for row in rows]) for name in ("change", "best", "promised")
        )
        good, held = (sum(row[name] for row in rows) for name in ("good", "held_back"))
        yield (
            kind,
            str(len(rows)),
            str(int((came < HARM).sum())),
            f"{came.min():.1f}",
            f"{came.mean():.1f}",
            f"{best.mean():.1f}",
            f"{came.sum() / best.sum():.2f}" if best.sum() > 0.0 else "",
            f"{promised.mean():.1f}",
            f"{came.sum() / promised.sum():.2f}" if promised.sum() > 0.0 else "",
            f"{held} of {good}",
        )
