"""Tables and targets of fits side by side (``fit_vs_peers``)."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from benchmarks.first_table import OWN, Record

MEASURES = {
    "ess_min_per_second": "min ESS per fit second",
    "ess_min_per_sampling_second": "min ESS per sampling second",
    "wall_seconds": "new process to stored model, s",
    "peak_mb": "peak memory, MB",
}


@dataclass(frozen=True)
class Target:
    """``measure`` of this project over a peer's is at least (or at most) ``bound``."""

    world: str
    peer: str
    measure: str
    bound: float
    at_least: bool = True

    def met(self, ratio: float) -> bool:
        return ratio >= self.bound if self.at_least else ratio <= self.bound


TARGETS = (
    Target("national", "pymc-marketing", "ess_min_per_second", 10.0),
    Target("national", "meridian", "ess_min_per_second", 10.0),
    Target("national", "pymc-marketing", "ess_min_per_sampling_second", 10.0),
    Target("national", "pymc-marketing", "wall_seconds", 0.5, at_least=False),
    Target("national", "pymc-marketing", "second_fit_seconds", 1.0 / 6.0, at_least=False),
    Target("regional", "pymc-marketing", "ess_min_per_second", 8.0),
)


def medians(records: list[Record]) -> dict[str, dict[str, float]]:
    """Median of every measure by tool."""
    tools = dict.fromkeys(record["tool"] for record in records)
    return {
        tool: {
            name: median(record[name] for record in records if record["tool"] == tool)
            for name in MEASURES
            if all(name in record for record in records if record["tool"] == tool)
        }
        for tool in tools
    }


def ratio_of(middle: dict[str, dict[str, float]], peer_name: str, measure: str) -> float | None:
    """This project's measure over the peer's; a second fit is set against the peer's process."""
    theirs = "wall_seconds" if measure == "second_fit_seconds" else measure
    ours, other = middle[OWN].get(measure), middle.get(peer_name, {}).get(theirs)
    return None if ours is None or not other else ours / other


def speed_missed(world: str, middle: dict[str, dict[str, float]]) -> Iterator[str]:
    """What falls short of its target, with the ratio seen."""
    for target in TARGETS:
        ratio = ratio_of(middle, target.peer, target.measure)
        if target.world == world and ratio is not None and not target.met(ratio):
            sign = "at least" if target.at_least else "at most"
            yield (
                f"{target.measure} is {ratio:.2f} times that of {target.peer}, "
                f"{sign} {target.bound:.2f} wanted"
            )


def speed_table(middle: dict[str, dict[str, float]]) -> Iterator[str]:
    """Markdown: medians, and in brackets this project's over the peer's."""
    yield "| | " + " | ".join(middle) + " |"
    yield "|---|" + "---|" * len(middle)
    names = MEASURES | {"second_fit_seconds": "second fit in a running service, s"}
    for measure, title in names.items():
        cells = []
        for tool, found in middle.items():
            ratio = ratio_of(middle, tool, measure) if tool != OWN else None
            value = f"{found[measure]:.1f}" if measure in found else "-"
            cells.append(value + (f" ({ratio:.2f})" if ratio is not None else ""))
        yield f"| {title} | " + " | ".join(cells) + " |"


def quality_table(records: list[Record], tools: list[str]) -> Iterator[str]:
    """Markdown: means over worlds by size and tool."""
    yield "| world | tool | MAPE | 90 % coverage | 90 % interval score |"
    yield "|---|---|---|---|---|"
    for size in dict.fromkeys(record["size"] for record in records):
        for tool in tools:
            error, coverage, score = (
                _values(records, size, tool, name).mean()
                for name in ("mape", "coverage_90", "interval_score_90")
            )
            yield f"| {size} | {tool} | {error:.2f} | {coverage:.2f} | {score:.2f} |"


def quality_missed(records: list[Record], tools: list[str]) -> Iterator[str]:
    """Error above the best peer's plus a standard error, coverage off, a wider interval score."""
    for size in dict.fromkeys(record["size"] for record in records):
        ours = {
            name: _values(records, size, OWN, name)
            for name in ("mape", "coverage_90", "interval_score_90")
        }
        if not 0.8 <= ours["coverage_90"].mean() <= 0.98:
            yield f"{size}: coverage {ours['coverage_90'].mean():.2f}"
        for tool in tools[1:]:
            apart = ours["mape"] - _values(records, size, tool, "mape")
            error = apart.std(ddof=1) / np.sqrt(apart.size) if apart.size > 1 else 0.0
            if apart.mean() > error:
                yield f"{size}: error {apart.mean():.3f} above {tool}'s (s.e. {error:.3f})"
            theirs = _values(records, size, tool, "interval_score_90").mean()
            if ours["interval_score_90"].mean() >= theirs:
                mine = ours["interval_score_90"].mean()
                yield f"{size}: interval score {mine:.2f}, {tool} {theirs:.2f}"


def _values(records: list[Record], size: str, tool: str, name: str) -> np.ndarray[Any, Any]:
    chosen = [item for item in records if item["size"] == size and item["tool"] == tool]
    return np.array([item[name] for item in chosen])
