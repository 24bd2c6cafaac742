"""Answers of the model as tables for a terminal."""

from collections.abc import Mapping

from rich.table import Table

from app.display import words
from app.display.figures import NEGLIGIBLE, figure, interval, titled
from mmm.attribution.answers import ChannelReturn, ContributionReport, ResponseCurves
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Effect, Interval
from mmm.posterior.evidence import GradeNote
from mmm.posterior.verdict import Verdict


def verdict_table(verdict: Verdict) -> Table:
    """Every check of the verdict with its value, limit and advice."""
    rows = [
        ("ok" if c.passed else c.status, c.name, f"{c.value:.3g}", f"{c.limit:g}", c.advice)
        for c in verdict.checks
    ]
    heads = ("", "check", "value", "limit", "advice")
    title = f"verdict: {verdict.status}{' (draft)' if verdict.draft else ''}"
    return titled(title, heads, rows, right=(2, 3))


def components_table(answer: ContributionReport) -> Table:
    """The decomposition; negligible components are left out."""
    rows: list[tuple[str, ...]] = [
        (c.name, c.kind, interval(c.contribution), _percent(c.share))
        for c in answer.components
        if abs(c.share.mean) > NEGLIGIBLE
    ]
    heads = ["component", "kind", f"contribution ({answer.unit})", "share"]
    if answer.by != "total":
        places = [c.week or c.geo for c in answer.components if abs(c.share.mean) > NEGLIGIBLE]
        rows = [(str(place), *row) for place, row in zip(places, rows, strict=True)]
        heads = [answer.by, *heads]
    right = (len(heads) - 2, len(heads) - 1)
    return titled("contributions: mean and 90 % interval", heads, rows, right)


def returns_table(answer: ContributionReport) -> Table:
    """Spend, ROI and marginal ROI per channel."""
    grades = answer.evidence or {}
    rows = [
        (
            c.name,
            grades[c.name].label if c.name in grades else "",
            "no cost" if c.spend is None else figure(c.spend),
            _roi(c, grades.get(c.name)),
            "" if c.marginal_roi is None else interval(c.marginal_roi),
        )
        for c in answer.channels
    ]
    heads = ("channel", "evidence", "spend", "ROI", "marginal ROI")
    return titled(f"returns ({answer.roi_unit})", heads, rows, right=(2, 3, 4))


def _roi(channel: ChannelReturn, note: GradeNote | None) -> str:
    """The ROI, or all that is known of it where the channel is too small to measure."""
    if channel.roi is None:
        return ""
    if note is not None and note.at_most is not None:
        return f"at most {figure(note.at_most)}"
    return interval(channel.roi)


def curves_table(answer: ResponseCurves) -> Table:
    """Every point of each channel's curve."""
    rows = [
        (c.name, figure(p.spend), interval(p.contribution), interval(p.marginal))
        for c in answer.channels
        for p in c.points
    ]
    heads = ("channel", "spend a week", f"contribution a week ({answer.unit})", "of the next unit")
    return titled("response curves: mean and 90 % interval", heads, rows, right=(1, 2, 3))


def evidence_table(grades: Mapping[str, GradeNote]) -> Table:
    """The grade of each channel and of the price, with its reason."""
    rows = [(name, note.label, note.reason) for name, note in grades.items()]
    return titled("evidence", ("", "grade", "because"), rows, right=())


def effect_table(answer: CounterfactualAnswer) -> Table:
    """The effect of an intervention, in total and by causal path."""
    rows = [
        ("effect, including carryover after the window", interval(answer.effect)),
        ("effect within the window", interval(answer.effect_in_window)),
        ("without the intervention", interval(answer.baseline)),
        ("with the intervention", interval(answer.scenario)),
        ("probability of an increase", _probability(answer.effect)),
    ]
    spread = answer.uncertainty.scenario
    if spread.noise_sd > 0.0:
        parts = f"{figure(spread.parameter_sd)} and {figure(spread.noise_sd)}"
        rows.append(("s.d. with the intervention: parameters, noise", parts))
    if answer.money is not None:
        rows.append(("effect on revenue (currency)", interval(answer.money.revenue.effect)))
    if answer.money is not None and answer.money.profit is not None:
        rows.append(("effect on profit (currency)", interval(answer.money.profit.effect)))
    rows += [(f"  path {' > '.join(p.path)}", interval(p.effect)) for p in answer.by_path]
    return titled(f"what if ({answer.unit})", ("", "mean and 90 % interval"), rows, right=(1,))


def _probability(effect: Effect) -> str:
    probability = effect.probability_positive
    if probability is None:
        return "not told: its sign is assumed"
    return words.probability(probability)


def _percent(share: Interval) -> str:
    return f"{share.mean:.1%}  [{share.p5:.1%}, {share.p95:.1%}]"
