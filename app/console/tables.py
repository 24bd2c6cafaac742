"""Answers as tables for a terminal."""

from rich.table import Table

from app.console.figures import NEGLIGIBLE, change, figure, interval, titled
from app.services.evaluate_plan import PlanEvaluation
from app.services.plans import AllocationAnswer
from mmm.contribution import Contributions
from mmm.interval import Interval
from mmm.question import CounterfactualAnswer
from mmm.verdict import Verdict


def verdict_table(verdict: Verdict) -> Table:
    """Every check with its value, limit and advice."""
    rows = [
        ("ok" if c.passed else c.status, c.name, f"{c.value:.3g}", f"{c.limit:g}", c.advice)
        for c in verdict.checks
    ]
    heads = ("", "check", "value", "limit", "advice")
    title = f"verdict: {verdict.status}{' (draft)' if verdict.draft else ''}"
    return titled(title, heads, rows, right=(2, 3))


def components_table(found: Contributions) -> Table:
    """The decomposition; rows that are nothing but rounding are left out."""
    rows: list[tuple[str, ...]] = [
        (c.name, c.kind, interval(c.contribution), _percent(c.share))
        for c in found.components
        if abs(c.share.mean) > NEGLIGIBLE
    ]
    heads = ["component", "kind", f"contribution ({found.unit})", "share"]
    if found.by != "total":
        places = [c.week or c.geo for c in found.components if abs(c.share.mean) > NEGLIGIBLE]
        rows = [(str(place), *row) for place, row in zip(places, rows, strict=True)]
        heads = [found.by, *heads]
    right = (len(heads) - 2, len(heads) - 1)
    return titled("contributions: mean and 90 % interval", heads, rows, right)


def returns_table(found: Contributions) -> Table:
    """ROI and marginal ROI."""
    rows = [
        (c.name, figure(c.spend), interval(c.roi), interval(c.marginal_roi)) for c in found.channels
    ]
    heads = ("channel", "spend", "ROI", "marginal ROI")
    return titled(f"returns ({found.roi_unit})", heads, rows, right=(1, 2, 3))


def effect_table(found: CounterfactualAnswer) -> Table:
    """The effect of an intervention, and its parts by path."""
    rows = [
        ("effect, carry-out counted", interval(found.effect)),
        ("effect within the window", interval(found.effect_in_window)),
        ("without the intervention", interval(found.baseline)),
        ("with it", interval(found.scenario)),
        ("probability of an increase", f"{found.effect.probability_positive:.2f}"),
    ]
    spread = found.uncertainty.scenario
    if spread.noise_sd > 0.0:
        parts = f"{figure(spread.parameter_sd)} and {figure(spread.noise_sd)}"
        rows.append(("s.d. with it: of parameters, of noise", parts))
    if found.money is not None:
        rows.append(("effect on revenue (currency)", interval(found.money.revenue.effect)))
    if found.money is not None and found.money.profit is not None:
        rows.append(("effect on profit (currency)", interval(found.money.profit.effect)))
    rows += [(f"  path {' > '.join(p.path)}", interval(p.effect)) for p in found.by_path]
    return titled(f"what if ({found.unit})", ("", "mean and 90 % interval"), rows, right=(1,))


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


def _percent(found: Interval) -> str:
    return f"{found.mean:.1%}  [{found.p5:.1%}, {found.p95:.1%}]"
