"""The table of channels: today, plan, change, what the next 1,000 bring, and how that is known."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.contract.sharing.told_plan import ToldChannel
from app.report.asked import PlanStory
from app.report.markup import node, table, table_row
from app.report.plan.words import GRADE_MEANS, GROUPS
from mmm.posterior.evidence import GRADES

NEXT = "Next 1,000 bring, before their cost"
MEANS = {
    "do_now": "Pays by two models, even if part of each effect is coincidence.",
    "test_first": "One model would move these. Let a test decide.",
    "hold": "No change here is worth its risk.",
}


def channels_of(story: PlanStory) -> Element:
    """The card with the table, in the three groups of what to do."""
    told, words = story.told, story.words
    plan = f"Plan{f', {told.currency}' if told.currency else ''}"
    heads = ("Channel", "Today", plan, "Change", NEXT, "How we know")
    made = table(heads, (), "money")
    for body in _groups(story, heads):
        made.append(body)
    change = words.change(told.today, told.total)
    row = ("All", words.spend(told.today), words.spend(told.total), change, "", "")
    made.append(node("tfoot", table_row(heads, row)))
    return node("section", node("h3", "Channel by channel"), made, _grades(story), cls="card")


def _groups(story: PlanStory, heads: tuple[str, ...]) -> Iterator[Element]:
    for group, title in GROUPS:
        found = story.words.of(group)
        about = MEANS[group] if found else "Nothing."
        if group == "do_now" and story.body.has_target:
            title = "For the goal"
            about = "The plan that comes closest to the goal, whether it pays or not."
        further = [x.name for x in story.words.of("do_now") if story.words.after_test(x)]
        if group == "test_first" and not found and further:
            about = f"{', '.join(further)}, before going further than above."
        told = (title, " ", node("span", about, cls="quiet"))
        head = node("th", *told, colspan="6", scope="rowgroup")
        rows = [table_row(heads, _row(story, channel)) for channel in found]
        yield node("tbody", node("tr", head, cls="group"), *rows)


def _row(story: PlanStory, channel: ToldChannel) -> tuple[Element | str, ...]:
    words, grade = story.words, channel.grade
    beyond = "more than was ever seen in so many weeks: a guess" if channel.beyond else ""
    after = "; ".join(filter(None, (words.after_test(channel), _committed(story, channel.name))))
    mean, bracket, between = words.next_thousand(channel).partition("(")
    return (
        channel.name,
        words.spend(channel.today),
        _with_note(words.spend(channel.plan), beyond),
        _with_note(words.change(channel.today, channel.plan), after),
        _with_note(mean.strip(), bracket + between) if story.has_plan else "",
        "no record" if grade is None else node("span", grade.label, cls=f"grade {grade.grade}"),
    )


def _committed(story: PlanStory, name: str) -> str:
    stated = story.body.channels.get(name)
    if stated is None or not stated.committed:
        return ""
    return f"{story.words.spend(stated.committed)} is committed and stays"


def _with_note(told: str, note: str) -> Element:
    return node("div", told, node("span", note, cls="after") if note else None)


def _grades(story: PlanStory) -> Element | None:
    """What each grade in the table means."""
    found = {channel.grade.grade for channel in story.told.channels if channel.grade}
    told = [
        node("li", node("span", GRADES[grade], cls=f"grade {grade}"), f" {GRADE_MEANS[grade]}")
        for grade in GRADES
        if grade in found
    ]
    return node("ul", *told, cls="grades quiet") if told else None
