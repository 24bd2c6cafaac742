"""Plan against actual as tables for a terminal."""

from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.plan.variance_answer import PlanVersusActual


def rows_table(found: PlanVersusActual) -> Table:
    """From the reference to the actual kpi; the rows add up."""
    rows = [(row.name, interval(row.amount)) for row in found.rows]
    rows.append(("actual", figure(found.actual)))
    rest = found.residual
    inside = "within" if rest.within else "outside"
    rows.append((f"what the model may miss (it is {inside})", interval(rest.expected)))
    title = f"plan against actual, {found.start} to {found.end} ({found.unit})"
    return titled(title, ("", "mean and 90 % interval"), rows, right=(1,))


def parts_table(found: PlanVersusActual) -> Table:
    """What execution and market are made of, with the spend planned and paid."""
    paid = {row.name: row for row in found.spend}
    rows = [
        (
            row.kind,
            row.name,
            interval(row.amount),
            figure(paid[row.name].planned) if row.name in paid else "",
            figure(paid[row.name].actual) if row.name in paid else "",
        )
        for row in (*found.execution, *found.market)
    ]
    heads = ("", "", "added", "spend planned", "spend paid")
    return titled("execution and market", heads, rows, right=(2, 3, 4))
