"""Many issues of cells as one for each column and kind."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mmm.errors import Issue

MOST_NAMED = 10
"""Places of further cells that an issue names."""
_CELL = re.compile(r"^/data/rows/\d+/(.*)$")
_PLACE = re.compile(r"^(\w+) (\d+)\b")


@dataclass
class _Kind:
    """The issues of one column that have the same code."""

    first: Issue
    places: list[str] = field(default_factory=list)
    count: int = 0


def one_per_column(issues: Iterable[Issue]) -> Iterator[Issue]:
    """``issues`` with those of cells told once for each column and code, at the first of them.

    The first keeps its place and sentence, which begins with "row 14" or "line 14"; the others are
    counted, and some of their places named.
    """
    kinds: dict[tuple[str, str], _Kind] = {}
    for position, issue in enumerate(issues):
        cell = _CELL.match(issue.pointer)
        key = (cell[1], issue.code) if cell else ("", str(position))
        if key not in kinds:
            kinds[key] = _Kind(issue)
            continue
        kind = kinds[key]
        kind.count += 1
        place = _PLACE.match(issue.detail)
        if place and len(kind.places) < MOST_NAMED:
            kind.places.append(place[2])
    return (_told(kind) for kind in kinds.values())


def _told(kind: _Kind) -> Issue:
    if not kind.count:
        return kind.first
    place = _PLACE.match(kind.first.detail)
    unit = place[1] if place else "row"
    others = f"{kind.count} more {unit}{'s' * (kind.count > 1)}"
    if kind.places:
        named = ", ".join(kind.places)
        others += f" ({named}{', ...' if kind.count > len(kind.places) else ''})"
    return replace(kind.first, detail=f"{kind.first.detail}; the same in {others}")
