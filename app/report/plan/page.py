"""A told plan as one HTML page: self-contained, without a script, asking nothing of any host.

The page behind a link and the file to mail are the same rendering. Its policy allows one style
sheet, which it names by its hash; text of the tenant (names of channels and plans) is escaped.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.contract.sharing.told_plan import ToldPlan
from app.report.plan.words import GRADE_MEANS, GROUPS, NO_ODDS, PlanWords, day

WIDTH, MARGIN = 280.0, 6.0
"""Of the drawing of a range, in its own units."""


def page(plan: ToldPlan, until: datetime | None = None) -> str:
    """The page of a plan; ``until``: when the link that shows it ends."""
    words = PlanWords(plan)
    return _rendered(
        "plan.html",
        title=plan.name,
        plan=plan,
        words=words,
        groups=GROUPS,
        grades=[*_grades(plan)],
        mark=_marks(plan),
        no_odds=NO_ODDS,
        told_on=day(plan.told_at),
        until=day(until) if until else None,
    )


def ended() -> str:
    """The page of a link that shows nothing: ended, revoked, or never one."""
    sentences = (
        "The link has ended, was taken back, or is not complete.",
        "Ask whoever sent it for a new one.",
    )
    return notice("There is no plan here", sentences)


def notice(title: str, sentences: tuple[str, ...], link: tuple[str, str] | None = None) -> str:
    """A page that says one thing; ``link``: an address and its label."""
    return _rendered("notice.html", title=title, sentences=sentences, link=link)


@cache
def policy() -> str:
    """The content security policy of all these pages."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("app.report.plan", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _css() -> str:
    return files("app.report.plan").joinpath("plan.css").read_text("utf-8")


def _rendered(template: str, **values: object) -> str:
    return _environment().get_template(template).render(css=_css(), policy=policy(), **values)


def _grades(plan: ToldPlan) -> Iterator[tuple[str, str, str]]:
    """The grades of the plan's channels, each once, with what they mean, the strongest first."""
    labels = {each.grade.grade: each.grade.label for each in plan.channels if each.grade}
    for grade, means in GRADE_MEANS.items():
        if grade in labels:
            yield grade, labels[grade], means


def _marks(plan: ToldPlan) -> dict[str, float]:
    """Where zero, the range and its mean lie in the drawing."""
    extra = plan.extra
    low, high = min(0.0, extra.p5), max(0.0, extra.p95)
    across = (WIDTH - 2.0 * MARGIN) / ((high - low) or 1.0)
    values = {"zero": 0.0, "low": extra.p5, "mean": extra.mean, "high": extra.p95}
    return {name: round(MARGIN + across * (value - low), 1) for name, value in values.items()}
