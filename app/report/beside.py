"""Beside the plan: what was asked, goals, what is in the way, what caution costs, other totals."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.display.asked import asked_rows
from app.display.obstacles import STEP, obstacles
from app.report.asked import LEVELS, PlanStory, level_of
from app.report.frontier import frontier
from app.report.goals import goals
from app.report.markup import bullets, node, paragraph, table
from app.report.words import upper
from app.services.planning.units import gain_words

_SMALL = 0.02
"""Share of what is expected below which a difference between two attitudes is none."""
_FEWEST_POINTS = 3


def beside_the_plan(story: PlanStory) -> Iterator[Element]:
    """The cards under the table of channels."""
    asked = asked_rows(story.answer, story.body, gain_words(story.model, story.body.objective))
    if asked:
        heads = ("What was asked", "How far", "What came of it")
        rows = [tuple(upper(each) for each in row) for row in asked]
        yield node(
            "section", node("h3", "What was asked"), table(heads, rows, "words stacked"), cls="card"
        )
    if story.answer.conditions:
        yield goals(story)
    yield node("div", *_two(story), cls="two")
    if len(story.frontier) >= _FEWEST_POINTS:
        yield frontier(story)


def _two(story: PlanStory) -> Iterator[Element]:
    if len(story.levels) > 1:
        yield _caution(story)
    yield _in_the_way(story)


def _in_the_way(story: PlanStory) -> Element:
    found = obstacles(story.answer.binding, gain_words(story.model, story.body.objective))
    if not found:
        told: list[Element] = [paragraph("Nothing: no limit keeps a better plan away.")]
    else:
        items = [node("span", node("strong", f"{each.what}."), f" {each.worth}.") for each in found]
        step = story.words.spend(STEP)
        about = (
            f"Worth as the model alone sees it, near the plan; {step} is an example, not advice."
        )
        told = [bullets(items, "obstacles"), paragraph(about, cls="quiet")]
    return node("section", node("h3", "What is in the way"), *told, cls="card")


def _caution(story: PlanStory) -> Element:
    here = level_of(story.body)
    assert here is not None
    if all(each.p5 == each.p95 == 0.0 for each in story.levels.values()):
        told = "Nothing: however careful or bold, the answer is to keep today's plan."
        return node("section", node("h3", "What caution costs"), paragraph(told), cls="card")
    _, name, means = LEVELS[here]
    levels = table(
        ("Level", "Expected", "In a bad case"),
        [
            (LEVELS[at][1], story.words.earned(each.mean), story.words.earned(each.p5))
            for at, each in story.levels.items()
        ],
        "levels",
    )
    rows = levels.findall("tbody/tr")
    for at, row in zip(story.levels, rows, strict=True):
        if at == here:
            row.set("class", "here")
    return node(
        "section",
        node("h3", "What caution costs"),
        paragraph(f"{name}: {means}. {_price_of(story, here)}"),
        levels,
        paragraph(
            f"{story.words.extra} over today's plan. A bad case: only 1 in 20 is worse.",
            cls="quiet",
        ),
        cls="card",
    )


def _price_of(story: PlanStory, here: int) -> str:
    """What the attitude of the plan gives up beside the boldest, and what it keeps."""
    mine, bold = story.levels.get(here), story.levels.get(0)
    if mine is None or bold is None or here == 0:
        return ""
    cost, kept = bold.mean - mine.mean, mine.p5 - bold.p5
    small = _SMALL * max(abs(bold.mean), abs(mine.mean))
    if abs(cost) <= small and abs(kept) <= small:
        return "Here it makes little difference."
    gives = "gives up" if cost >= 0.0 else "adds"
    better = "better" if kept >= 0.0 else "worse"
    return (
        f"Beside {LEVELS[0][1]} it {gives} about {story.words.earned(abs(cost))} of what is "
        f"expected, and a bad case is {story.words.earned(abs(kept))} {better}."
    )
