"""Answers of the model as tables for a terminal."""

from rich.table import Table

from app.display.figures import NEGLIGIBLE, figure, interval, titled
from mmm.attribution.answers import Contributions
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Interval
from mmm.posterior.verdict import Verdict


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


def _percent(found: Interval) -> str:
    return f"{found.mean:.1%}  [{found.p5:.1%}, {found.p95:.1%}]"
