"""The words and numbers of what planners read: plain ones, of at most three significant digits."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from app.display.words import amount, listed
from app.display.words import money as written
from app.report.plan.words import GRADE_MEANS
from mmm.interval import Interval
from mmm.posterior.evidence import Grade, GradeNote
from mmm.posterior.fitted import FittedModel

_WEAK: dict[Grade, tuple[str, str]] = {
    "coincidence": ("could be coincidence", "could be coincidence"),
    "too_small": ("is too small to measure", "are too small to measure"),
    "do_not_use": ("should not be used", "should not be used"),
}
_TECHNICAL = re.compile(
    r"\b(KPI|gain|posterior|draw|CVaR|risk aversion|tail|optimal|binding|shadow price|marginal ROI"
    r"|identified|prior|R-hat|champion|verdict|horizon|cell)s?\b",
    re.IGNORECASE,
)
MINUS = "\N{MINUS SIGN}"


def money(value: float, currency: str | None, digits: int = 3) -> str:
    """An amount of money, such as "−€26,100"."""
    return written(value, currency, digits).replace("-", MINUS)


def number(value: float) -> str:
    """A number, such as "−1,230"."""
    return amount(value).replace("-", MINUS)


def brief(value: float) -> str:
    """A number as an axis has room for: "400k", "1.2m"."""
    size = abs(value)
    for unit, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if size >= unit and size >= 10.0 * 1e3:
            return f"{number(value / unit)}{letter}"
    return number(value)


def ratio(value: float) -> str:
    """A return, of two decimals: "1.91"; of three digits from 10 on."""
    return f"{value:.2f}".replace("-", MINUS) if abs(value) < 10.0 else number(value)


def share(value: float) -> str:
    """A share: "47 %", and "under 1 %"."""
    return "under 1 %" if 0.0 < value < 0.005 else f"{round(100 * value)} %".replace("-", MINUS)


def last_day(week: date) -> date:
    """The last day of the week that begins on ``week``."""
    return week + timedelta(days=6)


def upper(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def span(estimate: Interval, tell: Callable[[float], str] = number) -> str:
    """An interval: "12 to 34"."""
    return f"{tell(estimate.p5)} to {tell(estimate.p95)}"


def plain_reason(note: GradeNote) -> str:
    """The reason of a grade without words of the trade; where it cannot do without, what the grade
    means."""
    reason = note.reason.replace("the KPI", "sales")
    return GRADE_MEANS[note.grade] if _TECHNICAL.search(reason) else reason


def standing(model: FittedModel) -> str:
    """What the model is good for, in a sentence."""
    if model.verdict.status == "rejected":
        failed = sum(check.status == "rejected" for check in model.verdict.checks)
        return f"Not ready: {'one' if failed == 1 else failed} of its checks failed."
    things = list(_things_to_know(model))
    if not things:
        return "Ready to plan with."
    count = f"{len(things)} thing{'s' if len(things) > 1 else ''} to know"
    return f"Ready, with {count}: {'; '.join(things)}."


def _things_to_know(model: FittedModel) -> Iterator[str]:
    for grade, (one, several) in _WEAK.items():
        names = [x.name for x in model.levers if x.kind == "channel" and x.grade == grade]
        if names:
            yield f"{listed(names)} {several if len(names) > 1 else one}"
    if model.evidence is not None and model.evidence.unexplained_weeks:
        yield "some weeks of sales are unexplained"
    doubts = sum(check.status == "caution" for check in model.verdict.checks)
    if doubts:
        yield "one check asks for care" if doubts == 1 else f"{doubts} checks ask for care"
    if model.evidence is None:
        yield "it was made by an older release, which says nothing about evidence"
    if model.incomplete:
        yield "it was stopped early"
