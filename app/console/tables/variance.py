"""A comparison of plan and actual as tables for a terminal."""

from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.plan.plan_vs_actual_answer import PlanVersusActual


def rows_table(comparison: PlanVersusActual) -> Table:
    """The steps from the reference to the actual KPI, which add up."""
    rows = [(row.name, interval(row.amount)) for row in comparison.rows]
    rows.append(("actual", figure(comparison.actual)))
    rest = comparison.residual
    inside = "within" if rest.within else "outside"
    rows.append((f"expected model error (the residual is {inside})", interval(rest.expected)))
    title = f"plan versus actual, {comparison.start} to {comparison.end} ({comparison.unit})"
    return titled(title, ("", "mean and 90 % interval"), rows, right=(1,))


def parts_table(comparison: PlanVersusActual) -> Table:
    """The parts of execution and market, with planned and actual spend."""
    paid = {row.name: row for row in comparison.spend}
    rows = [
        (
            row.kind,
            row.name,
            interval(row.amount),
            figure(paid[row.name].planned) if row.name in paid else "",
            figure(paid[row.name].actual) if row.name in paid else "",
        )
        for row in (*comparison.execution, *comparison.market)
    ]
    heads = ("", "", "added", "planned spend", "actual spend")
    return titled("execution and market", heads, rows, right=(2, 3, 4))
