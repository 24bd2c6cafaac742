"""What a run of the load saw, and the table of it."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from benchmarks.load_questions import MIX

MEBIBYTE = 1024 * 1024


@dataclass
class Seen:
    """Seconds of every question by kind, how often its callers were told to come again, failures
    by kind and status, and bytes of the API's memory."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)


def report(seen: Seen, before: int, after: int, seconds: float) -> str:
    """Print the table; its summary in one line."""
    print("| kind | count | told to come again | p50 ms | p95 ms | max ms |")
    print("|---|---|---|---|---|---|")
    for kind, times in sorted(seen.seconds.items()):
        cells = [1000 * quantile(times, share) for share in (0.5, 0.95, 1.0)]
        counts = f"| {kind} | {len(times)} | {seen.told[kind]} | "
        print(counts + " | ".join(f"{cell:.0f}" for cell in cells) + " |")
    held = [size / MEBIBYTE for size in (before, max(seen.memory), after)]
    print("API memory, MiB: {:.0f} before, {:.0f} at most, {:.0f} after".format(*held))
    print("errors:", dict(seen.errors) or "none")
    print("told to come again:", dict(seen.told) or "none")
    print("of these without an answer when time was up:", seen.unanswered)
    lag, slow = (1000 * quantile(seen.seconds[kind], 0.95) for kind in ("livez", "what-if"))
    calls = sum(len(seen.seconds[kind]) for kind in MIX)
    return (
        f"{calls} calls in {seconds:.0f} s, {seen.errors.total()} errors, "
        f"{seen.told.total()} told to come again, what-if p95 {slow:.0f} ms, "
        f"livez p95 {lag:.0f} ms, memory {held[0]:.0f} to {held[1]:.0f} MiB"
    )


def quantile(values: list[float], share: float) -> float:
    """The smallest value that so large a share does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else math.nan
