"""The first part: what to do, and how sure."""

from xml.etree.ElementTree import Element

from app.display.words import listed
from app.report.asked import NoPlan, PlanStory
from app.report.beside import beside_the_plan
from app.report.channels import channels_of
from app.report.markup import behind, node, paragraph
from app.report.plan.words import GROUPS, NO_ODDS, day
from app.report.plot import ROW, Axis, Frame, strip
from app.report.words import last_day, share
from mmm.posterior.fitted import FittedModel

DOTS = 20


def what_to_do(story: PlanStory) -> Element:
    """The whole part."""
    cards = (
        node(
            "section",
            node("h3", _title(story, group, name)),
            paragraph(_sentence(story, group)),
            cls="card",
        )
        for group, name in GROUPS
    )
    return node(
        "section",
        node("h2", "What to do, and how sure"),
        paragraph(f"{story.words.period}, beside {_beside(story)}.", cls="lead"),
        node("div", *cards, cls="moves"),
        _outcome(story),
        channels_of(story),
        *beside_the_plan(story),
        id="do",
    )


def _title(story: PlanStory, group: str, name: str) -> str:
    """The heading of a group: what reaches a goal need not be worth doing."""
    return "For the goal" if group == "do_now" and story.body.has_target else name


def no_plan(model: FittedModel, why: NoPlan) -> Element:
    """The part where there is no plan: the reason, and of failed checks what to do first."""
    title = "This model is not ready to plan with" if why.failed else "There is no plan"
    failed = [check for check in model.verdict.checks if check.status == "rejected"]
    reasons = node("ul", *(node("li", f"{c.message}. {c.advice}") for c in failed))
    return node(
        "section",
        node("h2", "What to do, and how sure"),
        node(
            "section",
            node("h3", title),
            paragraph(f"{why.reason} What to do first:" if why.failed else why.reason),
            reasons if why.failed else None,
            behind("What was said", paragraph(why.detail)) if why.detail else None,
            cls="card stop",
        ),
        id="do",
    )


def _sentence(story: PlanStory, group: str) -> str:
    if group == "do_now" and not story.has_plan:
        return "Nothing yet: the limits leave no plan that the evidence allows."
    if group == "do_now" and story.body.has_target:
        reached = all(each.met for each in story.answer.conditions)
        aim = "To reach the goal" if reached else "To come closest to the goal"
        headline = story.words.headline
        return headline if story.words.loses else f"{aim}: {headline}"
    if group == "hold" and story.body.round_to is not None:
        return _held_to(story, story.body.round_to)
    return story.words.sentence(next(each for each, _ in GROUPS if each == group))


def _held_to(story: PlanStory, step: float) -> str:
    """What stays where amounts are multiples, so that what stays moves to the nearest."""
    held = [each.name for each in story.words.of("hold")]
    limits, spend = story.body.channels, story.words.spend
    fixed = {n: limits[n].fixed for n in held if n in limits and limits[n].fixed is not None}
    told = [f"{name} is fixed at {spend(amount or 0.0)}" for name, amount in fixed.items()]
    still = [name for name in held if name not in fixed]
    if still:
        they_are = "they are" if len(still) > 1 else "it is"
        told.insert(0, f"Leave {listed(still)} as {they_are}, to the nearest {spend(step)}")
    return f"{'; '.join(told)}." if told else "Nothing."


def _beside(story: PlanStory) -> str:
    """What today's plan is, with its weeks where it repeats some."""
    reference = story.answer.reference
    if reference is None or reference.start is None or reference.end is None:
        return story.words.beside
    return f"{story.words.beside} ({day(reference.start)} to {day(last_day(reference.end))})"


def _outcome(story: PlanStory) -> Element:
    words = story.words
    figures = node("p", "No change of today's plan can be defended yet.")
    if words.changed:
        figures = node(
            "div",
            node(
                "div",
                paragraph(words.extra, cls="name"),
                paragraph(words.earned(story.told.extra.mean), cls="big"),
                _range(story),
                paragraph(f"{words.span} {words.carefully}", cls="quiet"),
                paragraph(words.when, cls="quiet") if words.when else None,
            ),
            _chances(story),
            cls="figures",
        )
    return node(
        "section",
        node("h3", "What it brings, and how sure"),
        paragraph(words.advice, cls="advice") if words.advice else None,
        figures,
        paragraph(f"{words.totals}{_left_out(story)}", cls="quiet"),
        cls="card",
    )


def _left_out(story: PlanStory) -> str:
    """How much of what can be defended the moves bring, where some were left out."""
    few = story.answer.moves.fewest_moves if story.answer.moves else None
    if few is None or few.moves >= few.before or story.body.has_target:
        return ""
    made = "This one change brings" if few.moves == 1 else f"These {few.moves} changes bring"
    return f" {made} {share(few.kept)} of what all {few.before} that pay would."


def _range(story: PlanStory) -> Element:
    extra = story.told.extra
    low, high = min(0.0, extra.p5), max(0.0, extra.p95)
    room = 0.03 * ((high - low) or 1.0)
    frame = Frame(Axis(low - room, high + room, ()), ROW)
    bar = frame.line([(extra.p5, 0.5), (extra.p95, 0.5)], "var(--accent)", 6.0)
    bar.set("class", "stroke faint")
    dot = frame.dots([(extra.mean, 0.5)], "var(--accent)", 13.0)
    return node("div", strip(frame.x, [bar, dot], story.words.span, even=0.0), cls="range")


def _chances(story: PlanStory) -> Element:
    told, second = story.told, story.words.second_in_20
    if told.chances_in_20 is None:
        return node("div", paragraph("Chances", cls="name"), paragraph(NO_ODDS), cls="odds")
    if second is not None:
        beside = [
            _dots(second, "dots small"),
            paragraph(f"in {second} of 20 by a second model, built differently", cls="quiet"),
        ]
    else:
        opinion = story.answer.second_model
        pending = opinion is not None and opinion.status == "pending"
        why = "is still being made." if pending else "was not there to ask."
        beside = [paragraph(f"A second model {why}", cls="quiet")]
    return node(
        "div",
        paragraph("Better than today's plan", cls="name"),
        _dots(told.chances_in_20, "dots"),
        paragraph(f"in {told.chances_in_20} of 20 cases, ", node("em", "if the model is right")),
        *beside,
        cls="odds",
    )


def _dots(count: int, cls: str) -> Element:
    places = (
        node(
            "circle",
            cx=f"{15 * (at % 10) + 7.5:g}",
            cy=f"{15 * (at // 10) + 7.5:g}",
            r="5.4",
            cls="full" if at < count else "open",
        )
        for at in range(DOTS)
    )
    label = f"{count} of {DOTS}"
    return node("svg", *places, viewBox="0 0 150 30", cls=cls, role="img", aria_label=label)
