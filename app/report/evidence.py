"""The third part: the record of evidence on each channel and on the price."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.display.words import listed
from app.report.markup import bullets, node, paragraph, table
from app.report.plan.words import GRADE_MEANS, day
from app.report.words import last_day, money, number, share, span
from mmm.checks.assess import check_lift_tests
from mmm.posterior.evidence import LOWER_GRADES, LeverEvidence
from mmm.posterior.fitted import FittedModel


def evidence_of(model: FittedModel) -> Element:
    """The whole part."""
    if model.evidence is None:
        told = (
            "An older release made this model. Fit it again, and each channel says how it is known."
        )
        records: list[Element] = [paragraph(told)]
    else:
        records = [
            paragraph(
                "How each effect is known, and what keeps it from being known better.", cls="lead"
            ),
            node("div", *(_record(model, lever) for lever in model.levers), cls="records"),
            *_unexplained(model),
        ]
    return node("section", node("h2", "Evidence"), *records, *_tests(model), id="evidence")


def _record(model: FittedModel, lever: LeverEvidence) -> Element:
    facts = [node("div", node("dt", name), node("dd", told)) for name, told in _facts(model, lever)]
    others = [each.detail for each in lever.findings if each.detail != lever.reason]
    return node(
        "article",
        node(
            "h3",
            "Price" if lever.kind == "price" else lever.name,
            " ",
            node("span", lever.label, cls=f"grade {lever.grade}"),
        ),
        paragraph(lever.reason),
        paragraph(GRADE_MEANS[lever.grade]) if lever.grade in LOWER_GRADES else None,
        bullets(others) if others else None,
        node("dl", *facts),
        cls="card",
    )


def _facts(model: FittedModel, lever: LeverEvidence) -> Iterator[tuple[str, str]]:
    currency = model.spec.currency
    if lever.kind == "channel":
        low, high = (money(each, currency) for each in lever.observed)
        yield "Seen", f"{low} to {high} in a week with spend"
    else:
        yield "Seen", f"{number(lever.observed[0])} to {number(lever.observed[1])}"
    if lever.spend_share is not None:
        yield "Share of spend", share(lever.spend_share)
    if lever.weeks is not None:
        yield "Rests on", f"about {number(round(lever.weeks))} weeks"
    if lever.at_most is not None:
        yield "Return", f"at most {number(lever.at_most)}"
    if lever.tests:
        narrowed = ""
        if lever.narrowed_to is not None:
            narrowed = f"; they leave {share(lever.narrowed_to)} of the range's width"
        yield "Lift tests", f"{listed(lever.tests)}{narrowed}"
    elif lever.kind == "channel":
        yield "Lift tests", "none"
    yield "By the declared causes", lever.status_reason


def _unexplained(model: FittedModel) -> Iterator[Element]:
    weeks = model.evidence.unexplained_weeks if model.evidence else ()
    if weeks:
        yield node("h3", "Weeks without a cause")
        yield bullets(
            f"{day(each.start)} to {day(last_day(each.end))}: {each.detail}" for each in weeks
        )


def _tests(model: FittedModel) -> Iterator[Element]:
    """Lift tests as measured, beside what the model expects of the same experiment."""
    checks = check_lift_tests(model)
    if not checks:
        return
    heads = ("test", "measured", "standard error", "model", "range", "apart")
    rows = [
        (
            each.name,
            number(each.lift),
            number(each.sd),
            number(each.predicted.mean),
            span(each.predicted),
            f"{number(each.z)} standard errors",
        )
        for each in checks
    ]
    about = (
        "What each test measured (its error includes that it was measured elsewhere), and what the "
        "model expects of the same experiment."
    )
    made = table(heads, rows)
    yield node("section", node("h3", "Lift tests"), paragraph(about, cls="quiet"), made, cls="card")
