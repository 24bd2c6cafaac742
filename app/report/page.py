"""The page: what to do and how sure, what happened, evidence, and the checks last.

One HTML file without a script, which asks nothing of the network. What comes from the user (names
of columns, of channels, of tests) is text of the tree of elements, never markup.
"""

from importlib.resources import files
from xml.etree.ElementTree import Element

from app.report.asked import NoPlan, PlanStory
from app.report.checks import checks_of
from app.report.decide import no_plan, what_to_do
from app.report.evidence import evidence_of
from app.report.happened import what_happened
from app.report.known import known_of
from app.report.markup import node, page_of, paragraph
from app.report.plan.words import day
from app.report.words import last_day, standing
from mmm.posterior.fitted import FittedModel

PARTS = (
    ("do", "What to do"),
    ("happened", "What happened"),
    ("evidence", "Evidence"),
    ("checks", "Checks"),
)

DRAFT = (
    "A draft: every number here is approximate. Fit the model in full before deciding about money."
)


def render(model: FittedModel, plan: PlanStory | NoPlan, name: str | None = None) -> str:
    """The whole page as HTML text.

    ``name``: of the model, for the heading.
    """
    story = plan if isinstance(plan, PlanStory) else None
    draft = "Draft: " if model.verdict.draft else ""
    title = f"{draft}{name or f'What drives {model.spec.kpi.column}'}"
    main = node(
        "main",
        node(
            "header",
            node("h1", title),
            paragraph(DRAFT, cls="card stop") if model.verdict.draft else None,
            paragraph(_facts(model), cls="lead"),
            _contents(),
        ),
        what_to_do(plan) if isinstance(plan, PlanStory) else no_plan(model, plan),
        what_happened(known_of(model)),
        evidence_of(model),
        checks_of(model, story),
        _footer(),
    )
    return page_of(node("html", _head(title), node("body", main), lang="en"))


def _facts(model: FittedModel) -> str:
    weeks, geos = model.panel.weeks, len(model.panel.geos)
    regions = f" in {geos} regions" if geos > 1 else ""
    until = f"{len(weeks)} weeks{regions}, {day(weeks[0])} to {day(last_day(weeks[-1]))}."
    return f"{until} {standing(model)}"


def _contents() -> Element:
    links = (node("a", told, href=f"#{part}") for part, told in PARTS)
    return node("nav", *links)


def _head(title: str) -> Element:
    style = files("app.report").joinpath("style.css").read_text("utf-8")
    return node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", f"{title} (Prudent)"),
        node("style", style),
    )


def _footer() -> Element:
    about = (
        "Effects are causal under the declared model. Ranges hold 90 of 100 possible values. "
        "Made by Prudent."
    )
    return node("footer", paragraph(about, cls="quiet"))
