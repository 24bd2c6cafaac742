"""A stability report as tables for a terminal."""

from rich.markup import escape
from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.refit.report import StabilityReport

MOST_PARAMETERS = 10
TOLD = ("contribution", "roi")
"""Kinds that a channel's name needs beside it; parameters speak for themselves."""
CAUSES = {
    "by_restated": "by restated",
    "by_specification": "by spec",
    "by_new_weeks": "by new weeks",
}


def checks_table(found: StabilityReport) -> Table:
    """Every check with its advice."""
    rows = [("ok" if c.passed else c.status, c.name, c.message, c.advice) for c in found.checks]
    return titled(f"refit: {found.status}", ("", "check", "found", "advice"), rows, right=())


def moved_table(found: StabilityReport) -> Table:
    """Contributions, returns and prices, then the parameters that moved most."""
    heads = [item for item in found.moved if item.kind != "parameter"]
    rest = sorted(
        (item for item in found.moved if item.kind == "parameter"), key=lambda m: -abs(m.in_sd)
    )
    causes = [name for name in CAUSES if any(getattr(m, name) != 0.0 for m in found.moved)]
    rows = [
        (
            escape(
                f"{item.kind} {item.name}" if item.kind in ("contribution", "roi") else item.name
            ),
            interval(item.before),
            interval(item.after),
            f"{item.in_sd:+.2f}",
            f"{item.surprise:+.1f}",
            *(_part(getattr(item, name)) for name in causes),
        )
        for item in (*heads, *rest[:MOST_PARAMETERS])
    ]
    names = ("", "before", "after", "s.d.", "surprise", *(CAUSES[name] for name in causes))
    title = f"what moved, {found.start} to {found.end}"
    return titled(title, names, rows, right=tuple(range(1, len(names))))


def weeks_table(found: StabilityReport) -> Table:
    """The new weeks against their forecast, and what each moves by itself."""
    rows = [
        (
            str(week.week),
            figure(week.kpi),
            interval(week.forecast) if week.forecast else "",
            "" if week.z is None else f"{week.z:+.1f}",
            ", ".join(f"{move.name} {move.in_sd:+.2f}" for move in week.moves),
        )
        for week in found.new_weeks
    ]
    heads = ("week", "kpi", "forecast before", "z", "moves alone, s.d.")
    return titled("new weeks", heads, rows, right=(1, 2, 3))


def _part(value: float | None) -> str:
    return "?" if value is None else figure(value)
