"""The last part, in the words of the trade: checks, notes, and how the model was made."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.report.asked import PlanStory
from app.report.markup import behind, bullets, node, paragraph, table
from app.report.replayed import replayed_of
from mmm.posterior.fitted import FittedModel
from mmm.posterior.verdict import DRAFT_NOTE

VERDICTS = {
    "trusted": "All checks passed.",
    "caution": "Usable with caution: see what each check advises.",
    "rejected": "The checks failed: do not base budget decisions on these numbers.",
}


def checks_of(model: FittedModel, story: PlanStory | None) -> Element:
    """The whole part."""
    return node(
        "section",
        node("h2", "Checks"),
        paragraph(VERDICTS[model.verdict.status], cls="lead"),
        paragraph(DRAFT_NOTE) if model.verdict.draft else None,
        _advice(model),
        replayed_of(model),
        behind(f"All {len(model.verdict.checks)} checks", _table(model)),
        *_drawers(model, story),
        id="checks",
    )


def _advice(model: FittedModel) -> Element | None:
    """What to do about the checks that did not pass."""
    open_checks = [check for check in model.verdict.checks if not check.passed]
    if not open_checks:
        return None
    return bullets(
        node("span", node("strong", f"{c.message}."), f" {c.advice}" if c.advice else "")
        for c in open_checks
    )


def _table(model: FittedModel) -> Element:
    rows = [
        (
            "passed" if c.passed else c.status,
            c.message,
            f"{c.value:.3g}",
            f"{c.limit:.3g}",
            c.advice,
        )
        for c in model.verdict.checks
    ]
    return table(("", "check", "value", "limit", "advice"), rows, "data text")


def _drawers(model: FittedModel, story: PlanStory | None) -> Iterator[Element]:
    if model.notes:
        yield behind("Notes of the fit", bullets(model.notes))
    if story is not None:
        yield behind(
            "The plan in the words of the optimizer",
            paragraph(story.answer.summary),
            bullets(story.answer.warnings) if story.answer.warnings else None,
        )
    method, panel = model.method, model.panel
    facts = (
        ("data", f"{len(panel.weeks)} weeks from {panel.weeks[0]} to {panel.weeks[-1]}"),
        ("geos", str(len(panel.geos))),
        ("draws", f"{model.posterior.n_draws:,}"),
        ("sampler", f"{method.sampler} {method.version} ({method.path})"),
        ("seconds of the fit", f"{method.seconds:.0f}"),
    )
    yield behind("How the model was made", table(("", "value"), facts))
    yield behind(
        "Diagnostics",
        table(("", "value"), [(name, f"{x:.3g}") for name, x in model.diagnostics.items()]),
    )
