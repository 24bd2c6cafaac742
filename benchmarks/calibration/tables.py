"""The tables of what ``python -m benchmarks.calibration`` has measured, as lines of Markdown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import binom

from benchmarks.calibration.bands import uniform_band
from benchmarks.many_worlds import Record, stored_records

FALSE_ALARM = 0.05
"""Of the whole table of ranks: each of its bands has a level of one less its part of this."""
DISAGREE = 1.05
"""R-hat from which on the chains of a fit are told not to agree."""


def prior_table(out: Path) -> list[str]:
    """Ranks of prior worlds against simultaneous bands."""
    records = [r for r in stored_records(out) if r["table"] == "prior"]
    if not records:
        return []
    names, n = list(records[0]["ranks"]), len(records)
    points = records[0]["draws"] + 1
    band = uniform_band(n, points, 1.0 - FALSE_ALARM / len(names))
    apart = sum(r["diagnostics"]["r_hat"] > DISAGREE for r in records)
    lines = [
        f"{n} prior worlds, {apart} of them with an R-hat above {DISAGREE}; bands of level "
        f"{band.level:.3f} each",
        "",
        "| quantity | mean rank (uniform: 0.50) | below p5 | above p95 | inside its band |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        uniform = np.array([(r["ranks"][name] + 1) / points for r in records])
        low, high = np.mean(uniform <= 0.05), np.mean(uniform > 0.95)
        inside = "yes" if band.holds(uniform) else "**no**"
        lines.append(f"| {name} | {uniform.mean():.2f} | {low:.1%} | {high:.1%} | {inside} |")
    return lines


def known_table(out: Path) -> list[str]:
    """Truths below p5 and above p95, by kind of world and quantity."""
    rows: dict[tuple[str, str], list[Record]] = defaultdict(list)
    worlds: dict[str, int] = defaultdict(int)
    for record in stored_records(out):
        if "rows" in record:
            worlds[record["table"]] += 1
            for row in record["rows"]:
                rows[record["table"], row["quantity"]].append(row)
                if row["quantity"] == "contribution":
                    rows["graded", _told(row["grade"])].append(row)
    lines = [
        "| worlds | quantity | intervals | truth below p5 | truth above p95 | inside |",
        "|---|---|---|---|---|---|",
    ]
    for (table, quantity), found in rows.items():
        if table != "graded":
            lines.append(f"| {table} ({worlds[table]}) | {quantity} | {_ends(found)} |")
    for (table, grade), found in rows.items():
        if table == "graded":
            lines.append(f"| all | contribution, {grade} | {_ends(found)} |")
    return lines if len(lines) > 2 else []


def _told(grade: str | None) -> str:
    return "graded seen" if grade == "seen" else "graded lower"


def _ends(rows: Sequence[Record]) -> str:
    low = np.mean([row["truth"] < row["p5"] for row in rows])
    high = np.mean([row["truth"] > row["p95"] for row in rows])
    return f"{len(rows)} | {low:.0%} | {high:.0%} | {1.0 - low - high:.0%}"


def blind_table(out: Path) -> list[str]:
    """Blind tests inside the 50 and the 90 % interval, with what chance allows."""
    records = [r for r in stored_records(out) if r["table"] == "blind"]
    if not records:
        return []
    lines = ["| interval | tests | inside | honest ones, 99 times in 100 |", "|---|---|---|---|"]
    for share in (0.5, 0.9):
        inside = _inside(records, share)
        low, high = (int(binom.ppf(p, len(records), share)) for p in (0.005, 0.995))
        lines.append(f"| {share:.0%} | {len(records)} | {inside} | {low} to {high} |")
    return lines


def _inside(records: Iterable[Record], share: float) -> int:
    edge = (1.0 - share) / 2.0
    return sum(edge <= record["below"] <= 1.0 - edge for record in records)
