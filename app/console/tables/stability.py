"""A stability report as tables for a terminal."""

from rich.markup import escape
from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.refit.report import StabilityReport

MOST_PARAMETERS = 10
PREFIXED_KINDS = ("contribution", "roi")
"""Kinds that are printed before a channel's name; names of parameters need none."""
CAUSES = {
    "by_restated": "by restated",
    "by_specification": "by spec",
    "by_new_weeks": "by new weeks",
}


def checks_table(report: StabilityReport) -> Table:
    """Every check with its advice."""
    rows = [("ok" if c.passed else c.status, c.name, c.message, c.advice) for c in report.checks]
    return titled(f"refit: {report.status}", ("", "check", "result", "advice"), rows, right=())


def moved_table(report: StabilityReport) -> Table:
    """Contributions, returns and prices, then the parameters that moved most."""
    heads = [item for item in report.moved if item.kind != "parameter"]
    rest = sorted(
        (item for item in report.moved if item.kind == "parameter"), key=lambda m: -abs(m.in_sd)
    )
    causes = [name for name in CAUSES if any(getattr(m, name) != 0.0 for m in report.moved)]
    rows = [
        (
            escape(f"{item.kind} {item.name}" if item.kind in PREFIXED_KINDS else item.name),
            interval(item.before),
            interval(item.after),
            f"{item.in_sd:+.2f}",
            f"{item.surprise:+.1f}",
            *(_part(getattr(item, name)) for name in causes),
        )
        for item in (*heads, *rest[:MOST_PARAMETERS])
    ]
    names = ("", "before", "after", "s.d.", "surprise", *(CAUSES[name] for name in causes))
    title = f"changes, {report.start} to {report.end}"
    return titled(title, names, rows, right=tuple(range(1, len(names))))


def weeks_table(report: StabilityReport) -> Table:
    """The new weeks against their forecast, and how much each week alone changes the results."""
    rows = [
        (
            str(week.week),
            figure(week.kpi),
            interval(week.forecast) if week.forecast else "",
            "" if week.z is None else f"{week.z:+.1f}",
            ", ".join(f"{move.name} {move.in_sd:+.2f}" for move in week.moves),
        )
        for week in report.new_weeks
    ]
    heads = ("week", "KPI", "forecast", "z", "change due to this week, s.d.")
    return titled("new weeks", heads, rows, right=(1, 2, 3))


def _part(value: float | None) -> str:
    return "?" if value is None else figure(value)
