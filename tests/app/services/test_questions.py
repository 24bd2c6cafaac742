"""Questions that people ask of a plan: few moves, buyable amounts, a cut, a goal, money bought."""

from typing import Any

import pytest

from app.contract.moves import Moves
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import FrontierBody
from app.services.planning.allocate import allocate_model
from app.services.planning.frontier import frontier_points
from app.services.planning.responses import response_of
from app.services.planning.second_opinion import SecondModel, built_once
from optimizer.allocation import PROVED_GAP
from tests.app.services.test_moves import READY, WEEKS, body, graded, spends
from tests.mmm.evidence.levers import lever
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="module")
def model():
    return fake_model(draws=60)


def usual(model) -> float:
    return float(model.panel.array("spend")[-WEEKS:].sum())


def ask(model, **asked: Any) -> tuple[AllocationAnswer, Moves]:
    answer = allocate_model(model, body(model, **{"prove": False, **asked}))
    assert answer.moves is not None
    return answer, answer.moves


def test_moves_that_add_little_are_not_made(model):
    _, every = ask(graded(model), fewest_moves=1.0)
    _, few = ask(graded(model))
    told = few.fewest_moves
    assert told is not None
    assert told.moves == len(few.do_now) < len(every.do_now) == told.before
    assert told.kept >= told.share == 0.9
    assert f"These {told.moves} moves bring" in few.summary
    left_out = {m.channel for m in every.do_now} - {m.channel for m in few.do_now}
    reasons = {each.channel: each.why for each in few.hold}
    assert left_out <= set(reasons)
    assert all("adds little" in reasons[name] for name in left_out)
    assert few.plan is not None
    assert every.plan is not None
    assert few.plan.total == pytest.approx(every.plan.total)


def test_the_optimum_changes_few_channels_only_where_that_is_asked(model):
    plain, _ = ask(graded(model))
    assert plain.fewest_moves is None
    answer, _ = ask(graded(model), fewest_moves=0.8)
    assert answer.fewest_moves is not None
    assert answer.fewest_moves.moves < answer.fewest_moves.before
    assert answer.fewest_moves.best_found == pytest.approx(spends(plain.plan), abs=1.0)
    assert f"It changes {answer.fewest_moves.moves} channels where the best plan" in answer.summary


def test_a_cut_is_told_beside_an_even_cut(model):
    answer, told = ask(graded(model), budget={"change": -0.1})
    assert answer.plan.total == pytest.approx(0.9 * usual(model))
    assert told.plan is not None
    assert told.gain is not None
    assert told.even is not None
    assert told.plan.total == pytest.approx(0.9 * usual(model))
    assert told.gain.mean > told.even.mean
    assert "Cut evenly instead, the same total is expected to earn" in told.summary
    even = answer.versus_current.mean - answer.versus_proportional.mean
    assert answer.versus_proportional.mean > 0.0 > even
    assert answer.summary.count("Cut evenly instead") == 2
    _, more = ask(graded(model), budget={"change": 0.2})
    assert "Raised evenly instead" in more.summary
    _, same = ask(graded(model), budget={"change": 0.0})
    assert same.even is None
    assert "evenly" not in same.summary


def test_a_cut_of_what_is_held_does_no_more_harm_than_an_even_one(model):
    """Everything but one channel is held: to take the whole cut from it may be the worst of all."""
    names = ("tv", "radio", "mail")
    held = graded(model, **{name: lever(name, "do_not_use") for name in names})
    for change in (-0.05, -0.2):
        _, told = ask(held, budget={"change": change}, fewest_moves=1.0)
        assert told.gain is not None
        assert told.even is not None
        assert told.gain.mean >= told.even.mean - 1e-3 * abs(told.even.mean)


def test_amounts_are_multiples_and_their_cost_is_told(model):
    answer, told = ask(
        graded(model, mail=lever("mail", "do_not_use")), budget={"change": 0.0}, round_to=5
    )
    assert told.plan is not None
    assert told.rounding is not None
    assert answer.rounding is not None
    for plan in (answer.plan, told.plan):
        for amount in spends(plan).values():
            assert amount / 5 == pytest.approx(round(amount / 5), abs=1e-9)
        assert plan.total == pytest.approx(5 * (usual(model) // 5))
    held = next(each for each in told.plan.channels if each.name == "mail")
    assert abs(held.spend - held.current) < 5.0
    assert "mail" not in {move.channel for move in told.do_now}
    assert "Every total is a multiple of 5, which costs" in told.summary


def test_little_movement_is_told_beside_the_best_plans(model):
    answer, told = ask(graded(model), least_movement=0.1)
    assert answer.least_movement is not None
    assert answer.least_movement.moved < answer.least_movement.before
    assert answer.least_movement.kept >= 0.9 - 1e-6
    assert "raises and cuts together, where the best plan moves" in answer.summary
    assert told.fewest_moves is None


def test_a_goal_reads_as_amount_date_and_chances(model):
    outcome, _ = ask(graded(model))
    goal = round(outcome.outcome.p5)
    answer, _ = ask(
        graded(model),
        budget={"max": 2.0 * usual(model)},
        minimise="spend",
        conditions=[{"kind": "target", "kpi": goal, "probability": 0.5}],
    )
    (condition,) = answer.conditions
    assert condition.met
    end = body(model).horizon.start.toordinal() + 7 * WEEKS - 1
    last = type(body(model).horizon.start).fromordinal(end)
    assert "It is the least spend found with which sales reach" in answer.summary
    assert f"by {last} in" in answer.summary


def test_money_that_is_bought_already_is_told(model):
    _, told = ask(graded(model), channels={"tv": {"committed": 130.0}, "mail": {"fixed": 50.0}})
    why = {each.channel: each.why for each in told.hold}
    why |= {each.channel: each.why for each in told.test_first}
    why |= {each.channel: each.why for each in told.do_now}
    assert why["mail"].startswith("Its spend is fixed at 50.")
    assert told.plan is not None
    assert spends(told.plan)["tv"] >= 130.0 - 1e-6
    if spends(told.plan)["tv"] <= 130.1:
        assert "130 of it is committed and stays." in why["tv"]


def test_spend_until_the_next_unit_brings_too_little(model):
    answer, _ = ask(
        graded(model),
        budget={"max": 1.5 * usual(model)},
        conditions=[{"kind": "marginal_roi", "min": 2.5}],
    )
    (condition,) = answer.conditions
    assert (condition.kind, condition.met) == ("marginal_roi", True)
    told = [channel.marginal_roi.mean for channel in answer.plan.channels]
    assert min(told) == pytest.approx(condition.reached, rel=1e-6)
    assert min(told) >= 2.5 - 1e-6


def test_each_point_of_a_frontier_has_the_word_of_the_second_model(model):
    totals = (0.8 * usual(model), usual(model))
    plain = body(model, prove=False).model_dump(mode="json", exclude={"budget"})
    fields = {**plain, "totals": totals}
    asked = FrontierBody.model_validate({**fields, "budget": {"total": totals[0]}})
    second = SecondModel(READY, fake_model(draws=60, seed=3))
    response = response_of(model, asked, "value", None)
    points = [*frontier_points(response, asked, second=built_once(second))]
    for point, total in zip(points, totals, strict=True):
        alone = allocate_model(
            model, body(model, budget={"total": total}, prove=False), second=second
        )
        assert alone.second_model is not None
        assert point.second_model is not None
        assert point.spend == pytest.approx(spends(alone.plan))
        assert point.second_model == alone.second_model


def test_an_outcome_that_nobody_has_seen_is_never_called_optimal(model):
    """Proved within a thousandth for its draws, and yet no point of a frontier is "optimal"."""
    objective = {"kind": "expected"}
    total = 3.0 * usual(model)
    answer, _ = ask(graded(model), budget={"total": total}, objective=objective, prove=True)
    assert any("no data speak of such an outcome" in text for text in answer.warnings)
    assert answer.certificate.gap is not None
    assert answer.certificate.gap <= PROVED_GAP
    fields = {**body(model).model_dump(mode="json", exclude={"budget"}), "objective": objective}
    asked = FrontierBody.model_validate(
        {**fields, "budget": {"total": total}, "totals": [total, 1.1 * total]}
    )
    points = frontier_points(response_of(model, asked, "value", None), asked)
    assert {answer.status, *(point.status for point in points)} == {"feasible"}
