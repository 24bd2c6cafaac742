"""Plans as tables for a terminal."""

from rich.table import Table

from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.display.figures import change, figure, interval, titled


def plan_table(found: AllocationAnswer | PlanEvaluation) -> Table:
    """The plan beside today."""
    rows = [
        (
            c.name,
            figure(c.spend),
            figure(c.current),
            change(c.change),
            interval(c.marginal_roi),
            "beyond observed" if c.beyond_observed else "",
        )
        for c in found.plan.channels
    ]
    heads = ("channel", "plan", "current", "change", "marginal ROI", "")
    title = f"the plan: {figure(found.plan.total)} over {len(found.plan.by_week)} weeks"
    return titled(title, heads, rows, right=(1, 2, 3, 4))


def gain_table(found: AllocationAnswer | PlanEvaluation) -> Table:
    """What the plan gains, against what it is compared with, and the risk in it."""
    current, mix = found.versus_current, found.versus_proportional
    rows = [
        ("gain over no spend, less cost", interval(found.gain), ""),
        ("versus current", interval(current), f"{current.probability_better:.2f}"),
        ("versus proportional", interval(mix), f"{mix.probability_better:.2f}"),
        (f"mean of the worst {found.risk.tail:.0%}", figure(found.risk.cvar), ""),
        ("probability of a loss", f"{found.risk.probability_of_loss:.2f}", ""),
    ]
    heads = (found.gain_unit, "mean and 90 % interval", "probability better")
    return titled(_certified(found), heads, rows, right=(1, 2))


def _certified(found: AllocationAnswer | PlanEvaluation) -> str:
    if isinstance(found, PlanEvaluation):
        return "keeps every limit" if not found.broken else f"breaks: {', '.join(found.broken)}"
    certificate = found.certificate
    gap = "" if certificate.gap is None else f", at most {certificate.gap:.2%} below the best plan"
    return f"{found.status}; certificate: {certificate.kind}{gap}"
