"""Goals and conditions of a plan: what is wanted, what is reached, and the room that is left."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import zip_longest
from xml.etree.ElementTree import Element

from app.contract.plan_details import ConditionDocument
from app.display.words import chances, in_unit
from app.report.asked import PlanStory
from app.report.markup import node, paragraph, table
from app.report.plan.words import day
from app.report.words import number, share, upper
from app.services.planning.insights import goals_reached
from optimizer.problem.conditions import CvarFloor, StatedCondition, Target

CASES = 20
LEAST = "It is the least spend found with which"
CHANCES = frozenset({"target", "not_worse"})


def goals(story: PlanStory) -> Element:
    """The card of goals and conditions, with a sentence for each goal that is reached."""
    heads = ("Goal", "Wanted", "Reached", "Room left", "")
    made = table(heads, [*_rows(story)], "goals")
    reached = [
        paragraph(
            f"{LEAST if goal.least_spend else 'With this plan'} sales reach {goal.amount} by "
            f"{day(goal.end)} in {chances(goal.probability, tested=False)} cases, if the model is "
            "right."
        )
        for goal in goals_reached(story.model, story.body, story.answer)
    ]
    missed = [each for each in story.answer.conditions if not each.met]
    told = paragraph("Not every goal can be reached: the plan comes as close as was found.")
    about = None
    if not story.body.has_target:
        about = paragraph(
            "Judged for the best plan of the model alone under these conditions.", cls="quiet"
        )
    lead = [told] if missed else []
    return node(
        "section", node("h3", "Goals and conditions"), *lead, *reached, made, about, cls="card"
    )


def _rows(story: PlanStory) -> Iterator[tuple[str, ...]]:
    stated = story.body.conditions
    for condition, asked in zip_longest(story.answer.conditions, stated):
        if condition is not None:
            tell = _teller(condition, story)
            met = "reached" if condition.met else "missed"
            wanted, reached = tell(condition.wanted), tell(condition.reached)
            yield _what(condition, asked, story), wanted, reached, _room(condition, story), met


def _what(condition: ConditionDocument, asked: StatedCondition | None, story: PlanStory) -> str:
    if isinstance(asked, Target):
        end = story.body.horizon.start + timedelta(weeks=story.body.horizon.weeks, days=-1)
        return f"Sales of {in_unit(asked.kpi, story.answer.outcome_unit)} by {day(end)}"
    if isinstance(asked, CvarFloor):
        over = "more than today's plan" if asked.risk_on == "gain_over_current" else "earned"
        return f"In the worst {share(asked.tail)} of cases, on average {over}"
    return {
        "roi": "Each 1 spent returns at least",
        "marginal_roi": "The last 1 spent in a channel brings at least",
        "not_worse": "Not worse than today's plan",
    }.get(condition.kind, upper(condition.condition))


def _teller(condition: ConditionDocument, story: PlanStory) -> Callable[[float], str]:
    if condition.kind in CHANCES:
        return lambda value: f"{min(CASES, round(CASES * value))} of {CASES} cases"
    if condition.kind == "cvar":
        return story.words.earned
    return number


def _room(condition: ConditionDocument, story: PlanStory) -> str:
    if condition.kind in CHANCES:
        cases = round(CASES * abs(condition.slack))
        if not cases:
            return "less than a case"
        told = f"{cases} case{'s' if cases != 1 else ''} of {CASES}"
    else:
        told = _teller(condition, story)(abs(condition.slack))
    return told if condition.slack >= 0.0 else f"{told} short"
