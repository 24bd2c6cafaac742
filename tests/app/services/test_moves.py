"""What a plan comes to: moves now, moves to test first, channels to hold, by their evidence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from app.contract.documents import SecondModelDocument
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.second_opinion import NO_SECOND_MODEL, SecondModel
from mmm.plan.discount import discounted
from mmm.posterior.evidence import Finding
from tests.mmm.evidence.levers import lever, with_levers
from tests.mmm.fakes import RICH, fake_model

NAMES = ("tv", "search", "radio", "mail")
READY = SecondModelDocument(status="ready", structure="another", reason=None, operation_id=None)
WEEKS = 6


@pytest.fixture(scope="module")
def model():
    return fake_model(draws=60)


def graded(model, **grades):
    """The model with every channel seen, but for those that are given."""
    levers = [grades.get(name) or lever(name, "seen") for name in NAMES]
    return with_levers(model, *levers)


def body(model, **asked: Any) -> AllocateBody:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    usual = float(model.panel.array("spend")[-WEEKS:].sum())
    document = {
        "horizon": {"start": start, "weeks": WEEKS},
        "budget": {"total": usual},
        "reference": "last_weeks",
        "explore": True,
        "stay": False,
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.05},
        **asked,
    }
    fields = AllocateBody.model_fields
    return AllocateBody.model_validate({k: v for k, v in document.items() if k in fields})


def moves(model, second=None, **asked):
    heard = NO_SECOND_MODEL if second is None else SecondModel(READY, second)
    answer = allocate_model(model, body(model, **asked), second=heard)
    assert answer.moves is not None
    return answer, answer.moves


def spends(plan):
    return {channel.name: channel.spend for channel in plan.channels}


def currents(plan):
    return {channel.name: channel.current for channel in plan.channels}


def test_moves_add_up_to_a_plan_within_the_limits(model):
    answer, told = moves(graded(model))
    plan = spends(told.plan)
    assert sum(plan.values()) == pytest.approx(answer.plan.total)
    moved = {move.channel: move for move in told.do_now}
    assert moved
    for name, today in currents(told.plan).items():
        if name in moved:
            assert (moved[name].from_spend, moved[name].to) == pytest.approx((today, plan[name]))
        else:
            assert plan[name] == pytest.approx(today, abs=2e-3 * answer.plan.total)
    documented = told.model_dump(mode="json")["do_now"][0]
    assert set(documented) == {"channel", "from", "to", "why"}
    assert told.summary.startswith("Do now: ")


@pytest.mark.parametrize("grade", ["too_small", "do_not_use"])
def test_what_is_not_known_is_held_and_tested_first(model, grade):
    free, _ = moves(graded(model))
    changes = {c.name: abs(c.spend - c.current) for c in free.plan.channels}
    name = max(changes, key=lambda each: changes[each])
    answer, told = moves(graded(model, **{name: lever(name, grade, prior_share=0.9)}))
    assert spends(told.plan)[name] == pytest.approx(currents(told.plan)[name])
    asked = next(each for each in told.test_first if each.channel == name)
    assert asked.if_good == pytest.approx(spends(answer.plan)[name])
    assert asked.if_not == pytest.approx(currents(told.plan)[name])
    assert asked.why.startswith(lever(name, grade, prior_share=0.9).label)
    assert asked.worth_knowing is not None
    assert told.cost_of_waiting > 0.0


def test_a_channel_that_returns_less_than_it_costs_at_most_may_be_cut(model):
    """Its fitted effect is nothing: the model cuts it, and so do the moves, but for its raise."""
    nothing = discounted(model, {"mail": np.zeros(60)})
    small = lever("mail", "too_small", prior_share=0.9, at_most=0.4)
    _, told = moves(graded(nothing, mail=small))
    cut = next(move for move in told.do_now if move.channel == "mail")
    assert cut.to == pytest.approx(0.0, abs=1.0)
    assert "at most 0.40" in cut.why
    many = discounted(model, {"mail": np.full(60, 50.0)})
    _, told = moves(graded(many, mail=small))
    assert all(move.channel != "mail" for move in told.do_now)
    _, told = moves(graded(nothing, mail=lever("mail", "too_small", prior_share=0.9, at_most=1.4)))
    assert all(move.channel != "mail" for move in told.do_now)


def test_a_pair_that_cannot_be_told_apart_moves_as_one(model):
    found = (Finding(code="partner", grade="coincidence", detail="As one."),)
    pair = {
        name: lever(name, "coincidence", findings=found, partner=other)
        for name, other in (("tv", "radio"), ("radio", "tv"))
    }
    _, told = moves(graded(model, **pair))
    now, today = spends(told.plan), currents(told.plan)
    assert now["tv"] / now["radio"] == pytest.approx(today["tv"] / today["radio"], rel=1e-5)


def test_caution_moves_less_onto_what_could_be_coincidence(model):
    """The channel that gains most loses money once half of its effect may be none."""
    _, told = moves(graded(model))
    gains = {c.name: c.spend - c.current for c in told.plan.channels}
    name = max(gains, key=lambda each: gains[each])
    weak = lever(name, "coincidence", status="assumed", plausible=3.0)
    _, doubted = moves(graded(model, **{name: weak}))
    assert spends(doubted.plan)[name] < spends(told.plan)[name] - 1.0


def test_moves_are_best_for_the_worst_of_both_models(model):
    """A second model in which the winner earns nothing keeps money off it."""
    _, alone = moves(graded(model), second=model)
    gains = {c.name: c.spend - c.current for c in alone.plan.channels}
    name = max(gains, key=lambda each: gains[each])
    rival = discounted(model, {name: np.zeros(60)})
    answer, told = moves(graded(model), second=rival)
    assert spends(told.plan)[name] <= currents(told.plan)[name] + 1.0
    assert told.second_model is None or told.second_model >= 0.5
    assert name in [each.channel for each in told.test_first]
    assert answer.plan == moves(graded(model))[0].plan


def test_odds_are_withheld_where_the_moves_rest_on_coincidence(model):
    weak = {name: lever(name, "coincidence", status="assumed", plausible=0.1) for name in NAMES}
    _, told = moves(graded(model, **weak))
    if told.do_now:
        assert told.chances_in_20 is None
        assert "no odds" in told.summary
    _, seen = moves(graded(model))
    assert seen.chances_in_20 is not None
    assert seen.chances_in_20 <= 19


def test_where_everything_is_held_the_present_plan_stays(model):
    held = {name: lever(name, "do_not_use") for name in NAMES}
    answer, told = moves(graded(model, **held))
    assert told.do_now == ()
    assert told.chances_in_20 is None
    assert told.summary.startswith("Keep the present plan")
    assert {each.channel for each in (*told.hold, *told.test_first)} == set(NAMES)
    assert answer.plan.total == pytest.approx(told.plan.total)


def test_limits_that_break_what_is_held_keep_its_mix_or_say_so(model):
    held = {name: lever(name, "do_not_use") for name in NAMES}
    usual = body(model).budget.total
    assert usual is not None
    _, told = moves(graded(model, **held), budget={"total": 1.5 * usual})
    for name, today in currents(told.plan).items():
        assert spends(told.plan)[name] == pytest.approx(1.5 * today)
    limits = {"tv": {"max": 10.0}}
    _, told = moves(graded(model, **held), channels=limits)
    assert told.plan is None
    assert told.do_now == ()
    assert "The limits leave no plan" in told.summary


def test_a_model_without_a_record_is_not_graded_but_its_moves_are_cautious(model):
    answer, told = moves(replace(model, evidence=None))
    assert answer.evidence is None
    assert told.plan is not None
    assert all("Seen" not in move.why for move in told.do_now)


def test_a_held_channel_keeps_its_geos_where_these_are_decided():
    model = fake_model(geos=2, draws=30)
    _, told = moves(
        graded(model, tv=lever("tv", "do_not_use")),
        phasing={"geos": "optimised"},
    )
    rows = [cell for cell in told.plan.cells if cell.channel == "tv"]
    assert len(rows) == 2
    for row in rows:
        assert row.spend == pytest.approx(row.current)


def test_of_a_given_plan_the_moves_go_as_far_as_can_be_defended(model):
    """Between today's plan and the given one, channel by channel; what is held stays."""
    usual = {c.name: c.current for c in allocate_model(model, body(model)).plan.channels}
    given = {name: 2.0 * spend for name, spend in usual.items()} | {"tv": 0.5 * usual["tv"]}
    asked = {
        "horizon": body(model).horizon,
        "reference": "last_weeks",
        "plan": given,
        "explore": True,
    }
    held = graded(model, mail=lever("mail", "do_not_use"))
    told = evaluation(held, EvaluatePlanBody.model_validate(asked)).moves
    assert told is not None
    assert told.plan is not None
    for name, now in spends(told.plan).items():
        low, high = sorted((usual[name], given[name]))
        assert low - 1e-6 * high <= now <= high * (1.0 + 1e-6)
    assert spends(told.plan)["mail"] == pytest.approx(usual["mail"])
    assert any(each.channel == "mail" and each.if_good == given["mail"] for each in told.test_first)


def test_an_owned_channel_costs_nothing_and_is_no_move():
    letters = {"name": "letters", "column": "queries", "cost": "none"}
    model = fake_model({**RICH, "channels": [*RICH["channels"], letters]}, draws=60)
    levers = [lever(name, "seen") for name in NAMES]
    _, told = moves(with_levers(model, *levers, lever("letters", "do_not_use")))
    assert told.do_now
    named = {each.channel for each in (*told.do_now, *told.test_first, *told.hold)}
    assert named <= set(NAMES)


def test_a_channel_under_test_stays_until_the_test_is_over(model):
    seen = graded(model)
    start = seen.panel.weeks[-1] + timedelta(weeks=1)
    _, free = moves(seen)
    moved = next(move.channel for move in free.do_now)
    answer, told = moves(seen, under_test={moved: start + timedelta(weeks=2)})
    assert moved not in {move.channel for move in told.do_now}
    reasons = [each.why for each in (*told.hold, *told.test_first) if each.channel == moved]
    assert [why for why in reasons if "A test of it runs until " in why]
    assert spends(told.plan)[moved] == pytest.approx(
        next(c.current for c in answer.plan.channels if c.name == moved), rel=1e-6
    )
    _, over = moves(seen, under_test={moved: start - timedelta(days=1)})
    assert moved in {move.channel for move in over.do_now}
