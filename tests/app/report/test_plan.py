"""The plan of a report is the answer of ``allocate``: one question, one answer."""

import re
from functools import cache

import pytest

from app.report import render
from app.report.asked import LEVELS, TOTALS, level_of
from app.report.words import money
from app.services.planning.allocate import allocate_model
from app.services.planning.units import gain_words
from tests.app.report.stories import PARTS, Read, answered, asker, brand, usual


@cache
def first_part() -> str:
    return " ".join(Read(render(brand(), usual())).parts[PARTS[0]].split())


def test_the_plan_is_the_answer_of_allocate() -> None:
    answer = allocate_model(brand(), usual().body, second=asker().second)
    assert answer == usual().answer
    assert answer.moves is not None
    assert answer.moves.plan is not None
    told = usual().told
    assert told.extra == answer.moves.gain
    assert (told.chances_in_20, told.second) == (
        answer.moves.chances_in_20,
        answer.moves.second_model,
    )
    spend = {each.name: each.spend for each in answer.moves.plan.channels}
    assert {each.name: each.plan for each in told.channels} == spend
    per_unit = {each.name: each.marginal_roi for each in answer.moves.plan.channels}
    assert {each.name: each.per_unit for each in told.channels} == per_unit


def test_the_usual_question_is_the_workbenchs() -> None:
    body = usual().body
    assert (body.horizon.weeks, body.budget.change, body.prove) == (13, 0.0, False)
    assert body.objective.model_dump()["risk_aversion"] == 0.7
    assert level_of(body) == 2


def test_every_move_and_what_it_brings_is_on_the_page() -> None:
    moves, earned = usual().answer.moves, usual().words.earned
    assert moves is not None
    assert moves.gain is not None
    assert moves.do_now
    for move in moves.do_now:
        assert f"{move.channel} by {money(abs(move.to - move.from_spend), 'EUR')}" in first_part()
    assert earned(moves.gain.mean) in first_part()
    between = f"{earned(moves.gain.p5)} and {earned(moves.gain.p95)}"
    assert f"Likely between {between}" in first_part()
    assert moves.by_time is not None
    assert f"Inside these weeks: {earned(moves.by_time.inside.mean)} (" in first_part()
    assert f"Later: {earned(moves.by_time.later.mean)} (" in first_part()
    assert f"in {moves.chances_in_20} of 20 cases" in first_part()
    for held in moves.hold:
        assert held.channel in re.findall(r"Leave (.*?) as", first_part())[0]


def test_dots_count_the_chances_of_both_models() -> None:
    page = render(brand(), usual())
    moves = usual().answer.moves
    assert moves is not None
    assert moves.chances_in_20 is not None
    assert moves.second_model is not None
    second = min(19, max(1, round(20 * moves.second_model)))
    assert page.count('class="full"') == moves.chances_in_20 + second
    assert page.count('class="open"') == 40 - moves.chances_in_20 - second


def test_what_caution_costs_is_what_allocate_answers_at_each_level() -> None:
    risk = LEVELS[0][0]
    body = usual().body
    bold = body.objective.model_copy(update={"risk_aversion": risk})
    answer = asker().answer(body.model_copy(update={"objective": bold}))
    assert answer.moves is not None
    assert usual().levels[0] == answer.moves.gain
    assert usual().levels[2] == usual().told.extra
    for _, name, _ in LEVELS:
        assert name in first_part()


def test_the_frontier_meets_the_plan_of_the_model_at_todays_total() -> None:
    points = usual().frontier
    assert [round(point.total / usual().told.today, 6) for point in points] == [*TOTALS]
    here = points[TOTALS.index(1.0)]
    assert here.gain.mean == pytest.approx(usual().answer.gain.mean, rel=1e-3)


def test_what_was_asked_is_told_with_what_came_of_it() -> None:
    story = answered(
        budget={"change": -0.1},
        fewest_moves=0.8,
        round_to=5000,
        channels={"tv": {"committed": 150_000}, "outdoor": {"fixed": 45_000}},
    )
    text = " ".join(Read(render(brand(), story)).parts[PARTS[0]].split())
    moves = story.answer.moves
    words = gain_words(brand(), story.body.objective)
    assert moves is not None
    assert moves.even is not None
    assert moves.rounding is not None
    assert "What was asked" in text
    assert f"Cut evenly instead, to {words.difference(moves.even.mean)}".lower() in text.lower()
    assert "Keep 80%" in text
    assert "Multiples of €5,000" in text
    assert "costs nothing" in text.lower() or words.size(moves.rounding.cost) in text
    assert "€150,000 is committed and stays" in text
    assert "Leave tv as it is, to the nearest €5,000; outdoor is fixed at €45,000." in text
    assert re.search(r"Spend of outdoor fixed €45,000", text)


def test_little_movement_is_told() -> None:
    story = answered(least_movement=0.05)
    little = story.answer.least_movement
    assert little is not None
    text = Read(render(brand(), story)).parts[PARTS[0]]
    assert "As little money moved as possible" in text
    assert f"{story.words.spend(little.moved)} moves" in text
    assert story.words.spend(little.before) in text


def test_a_goal_shows_the_plan_that_reaches_it() -> None:
    goal = {"kind": "target", "kpi": 480_000, "probability": 0.8}
    story = answered(budget={"max": 900_000}, minimise="spend", conditions=[goal])
    text = " ".join(Read(render(brand(), story)).parts[PARTS[0]].split())
    spend = {each.name: each.spend for each in story.answer.plan.channels}
    assert {each.name: each.plan for each in story.told.channels} == pytest.approx(spend)
    odds = asker().odds(story.body, story.answer)
    assert (story.told.extra, story.told.chances_in_20) == (odds.gain, odds.chances_in_20)
    assert f"Inside these weeks: {story.words.earned(odds.by_time.inside.mean)} (" in text
    assert "It is the least spend found with which sales reach 480,000 units" in text
    (condition,) = story.answer.conditions
    assert condition.met
    assert "16 of 20 cases" in text
    assert "reached" in text


def test_a_condition_out_of_reach_is_told_as_missed() -> None:
    goal = {"kind": "target", "kpi": 900_000, "probability": 0.9}
    least = {"kind": "marginal_roi", "min": 1.1}
    story = answered(budget={"max": 700_000}, conditions=[goal, least])
    text = " ".join(Read(render(brand(), story)).parts[PARTS[0]].split())
    assert not story.answer.conditions[0].met
    assert "Not every goal can be reached" in text
    assert "18 of 20 cases 0 of 20 cases 18 cases of 20 short missed" in text
    assert "The last 1 spent in a channel brings at least 1.1" in text
