"""What more or less money would bring: the best plan of the model alone at several totals."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from app.contract.frontier_answers import FrontierPoint
from app.report.asked import PlanStory
from app.report.markup import figure, node, table
from app.report.plot import Frame, amounts, legend
from app.report.words import number, span

HEIGHT = 240
_ROOM = 1.06
ABOUT = (
    "The best mix at each total, as the model alone sees it, whatever the evidence: a reason to "
    "talk about the total, not a promise."
)


def frontier(story: PlanStory) -> Element:
    """The card of the totals around today's."""
    points, told, earned = story.frontier, story.told, story.words.earned
    what = "Sales" if told.counted in ("sales", "units") else told.counted.capitalize()
    rows = [
        (
            story.words.spend(each.total),
            earned(each.gain.mean),
            span(each.gain, earned),
            "" if each.marginal_roi is None else _next(each.marginal_roi, story),
        )
        for each in points
    ]
    where = f", {told.currency}" if told.currency else ""
    x = amounts(
        min(0.97 * each.total for each in points),
        max(1.03 * each.total for each in points),
        f"spend over these weeks{where}",
    )
    y = amounts(
        min(0.0, *(each.gain.p5 for each in points)),
        _ROOM * max(each.gain.p95 for each in points),
        f"{story.answer.gain_unit} through media{', less their cost' if told.in_money else ''}",
    )
    frame = Frame(x, y)
    mean = [(each.total, each.gain.mean) for each in points]
    marks = [
        frame.band(
            [(each.total, each.gain.p5) for each in points],
            [(each.total, each.gain.p95) for each in points],
            "var(--band)",
        ),
        frame.line(mean, "var(--accent)"),
        frame.dots(mean, "var(--accent)", 7.0),
        frame.upright(told.today),
    ]
    keys = (
        ("expected", "var(--accent)", "line"),
        ("range of 90 %", "var(--band)", "area"),
        (f"today's total, {story.words.spend(told.today)}", "var(--ink)", "dash"),
    )
    title = _title(points, story)
    drawing = node("div", legend(keys), frame.drawn(title, marks, HEIGHT))
    data = table(("Total", what, "Likely", "Next 1,000 bring"), rows)
    return node("section", figure(title, drawing, data, about=ABOUT), cls="card")


def _next(unit: float, story: PlanStory) -> str:
    size = float(f"{1000.0 * unit:.2g}")
    return story.words.spend(size) if story.told.in_money else number(size)


def _title(points: Sequence[FrontierPoint], story: PlanStory) -> str:
    """What the most money would add, or, where the limits allow no more, what the least saves."""
    here = min(points, key=lambda each: abs(each.total - story.told.today))
    there = points[-1] if points[-1].total > 1.01 * here.total else points[0]
    change, by = there.gain.mean - here.gain.mean, there.total - here.total
    step = f"{story.words.spend(abs(by))} {'more' if by >= 0.0 else 'less'} on media"
    size = story.words.earned(abs(change))
    verb = "add" if change >= 0.0 else "lose"
    if not story.told.in_money:
        return f"{step} would {verb} {size}"
    return f"{step} would {verb} {size} of {story.told.counted}, its own cost counted"
