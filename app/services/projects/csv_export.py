"""Answers as CSV for spreadsheets.

A text cell that a spreadsheet would interpret as a formula (it starts with = + - @, a tab or a
carriage return) gets a leading apostrophe. Numbers are written unchanged.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from mmm.attribution.answers import ContributionReport
from mmm.interval import Interval

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

type Cell = str | float | int | None


def contributions_csv(
    answer: ContributionReport, standing: Mapping[str, Cell] | None = None
) -> str:
    """One line per component; with by=total, channels have spend and returns as well.

    ``standing``: cells about the model, such as its verdict, added to every line.
    """
    returns = {channel.name: channel for channel in answer.channels}
    lines = []
    for part in answer.components:
        line: dict[str, Cell] = {"name": part.name, "kind": part.kind}
        line |= {"week": part.week.isoformat()} if part.week else {}
        line |= {"geo": part.geo} if part.geo else {}
        line |= {"unit": answer.unit}
        line |= _interval("contribution", part.contribution) | _interval("share", part.share)
        if answer.by == "total":
            line |= _returns(returns.get(part.name) if part.kind == "channel" else None)
        lines.append(line | dict(standing or {}))
    return write_csv(lines)


def write_csv(lines: Iterable[Mapping[str, Cell]]) -> str:
    """CSV text with a header, from lines that have the same keys."""
    rows = [*lines]
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=[*rows[0]], lineterminator="\r\n")
        writer.writerow({name: safe(name) for name in rows[0]})
        writer.writerows({name: safe(cell) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def safe(cell: Cell) -> Cell:
    """The cell, escaped if a spreadsheet would interpret it as a formula."""
    dangerous = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if dangerous else cell


def _interval(name: str, interval: Interval | None) -> dict[str, Cell]:
    parts = ("mean", "p5", "p50", "p95")
    return {f"{name}_{part}": getattr(interval, part) if interval else None for part in parts}


def _returns(channel: Any) -> dict[str, Cell]:
    spend: dict[str, Cell] = {"spend": channel.spend if channel else None}
    roi, marginal = (channel.roi, channel.marginal_roi) if channel else (None, None)
    return spend | _interval("roi", roi) | _interval("marginal_roi", marginal)
