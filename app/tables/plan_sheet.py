"""A plan as a planner's sheet: a row for each channel, committed part and assumption by week, and
for each region where the plan has them.

What is read of it again is the same plan.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.tables.sheet import Cell, Json, Sheet, clean

ALL = ""
"""The region of a row that holds for all of them."""


def plan_sheet(request: Json, answer: Json) -> Sheet:
    """The sheet of a request of evaluate-plan; a channel's total has the weeks of its answer."""
    start = date.fromisoformat(str(request["horizon"]["start"]))
    weeks = [start + timedelta(weeks=number) for number in range(request["horizon"]["weeks"])]
    committed = request.get("committed") or {}
    rows: list[tuple[str, str, Cell, list[float]]] = []
    for name, amounts in request["plan"].items():
        by_week = _by_week(name, amounts, answer)
        bought = committed.get(name) or [0.0] * len(weeks)
        for geo, shares in _shares(name, by_week, request).items():
            whole = [clean(a * share) for a, share in zip(by_week, shares, strict=True)]
            mine = [clean(part * share) for part, share in zip(bought, shares, strict=True)]
            free = [clean(amount - part) for amount, part in zip(whole, mine, strict=True)]
            if any(mine):
                rows.append((name, geo, "yes", mine))
            if any(free) or not any(mine):
                rows.append((name, geo, None, free))
    for name, numbers in (request.get("future") or {}).items():
        if not isinstance(numbers, str):
            rows.append((name, ALL, None, [*numbers]))
    dates = [week.isoformat() for week in weeks]
    if any(geo != ALL for _, geo, _, _ in rows):
        cells = ((name, geo or None, mark, *row) for name, geo, mark, row in rows)
        return Sheet("sheet", ("name", "region", "committed", *dates), (*cells,))
    plain = ((name, mark, *row) for name, _, mark, row in rows)
    return Sheet("sheet", ("name", "committed", *dates), (*plain,))


def _shares(name: str, by_week: Sequence[float], request: Json) -> Mapping[str, list[float]]:
    """Region -> its share of a channel's spend in each week."""
    phasing = request.get("phasing") or {}
    places: Mapping[str, Sequence[float]] = (phasing.get("weeks_by_geo") or {}).get(name) or {}
    split: Mapping[str, float] = (phasing.get("split") or {}).get(name) or {}
    if places:
        sums = [sum(amounts) for amounts in zip(*places.values(), strict=True)]
        return {
            geo: [amount / (whole or 1.0) for amount, whole in zip(amounts, sums, strict=True)]
            for geo, amounts in places.items()
        }
    if split:
        return {geo: [part / sum(split.values())] * len(by_week) for geo, part in split.items()}
    return {ALL: [1.0] * len(by_week)}


def _by_week(name: str, amounts: float | Sequence[float], answer: Json) -> list[float]:
    if isinstance(amounts, int | float):
        return [week["spend"][name] for week in answer["plan"]["by_week"]]
    return [*amounts]
