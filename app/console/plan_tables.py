"""Plans as tables for a terminal."""

from rich.table import Table

from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.display.figures import change, figure, interval, titled


def plan_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """Planned spend per channel, with current spend and marginal ROI."""
    rows = [
        (
            c.name,
            figure(c.spend),
            figure(c.current),
            change(c.change),
            interval(c.marginal_roi),
            "extrapolation" if c.beyond_observed else "",
        )
        for c in answer.plan.channels
    ]
    heads = ("channel", "plan", "current", "change", "marginal ROI", "")
    title = f"plan: {figure(answer.plan.total)} over {len(answer.plan.by_week)} weeks"
    return titled(title, heads, rows, right=(1, 2, 3, 4))


def gain_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """The gain of the plan, its comparison with other plans, and its risk."""
    current, mix = answer.versus_current, answer.versus_proportional
    rows = [
        ("gain over no spend, less cost", interval(answer.gain), ""),
        ("versus current", interval(current), f"{current.probability_better:.2f}"),
        ("versus proportional", interval(mix), f"{mix.probability_better:.2f}"),
        (f"mean of the worst {answer.risk.tail:.0%}", figure(answer.risk.cvar), ""),
        ("probability of a loss", f"{answer.risk.probability_of_loss:.2f}", ""),
    ]
    heads = (answer.gain_unit, "mean and 90 % interval", "probability better")
    return titled(_status(answer), heads, rows, right=(1, 2))


def _status(answer: AllocationAnswer | PlanEvaluation) -> str:
    """Which limits an evaluated plan violates, or how far an allocation is proven optimal."""
    if isinstance(answer, PlanEvaluation):
        return f"violates: {', '.join(answer.broken)}" if answer.broken else "satisfies all limits"
    certificate = answer.certificate
    gap = "" if certificate.gap is None else f", at most {certificate.gap:.2%} below the best plan"
    return f"{answer.status}; certificate: {certificate.kind}{gap}"
