"""What a problem states is done or refused, never accepted and left out."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimizer import Infeasible, InvalidProblem, Status, allocate, read_problem
from optimizer.response import FloatArray
from tests.optimizer.worlds import Sums, by_week, sums

WEEKS = 4
CURRENT = np.full(2 * WEEKS, 100.0)


@dataclass(frozen=True, eq=False)
class After(Sums):
    """Sums by week that know the spend of the week before."""

    last_observed: dict[str, float] | None = None


def weekly(tv: float = 60.0, radio: float = 100.0) -> After:
    base = sums(3, 2 * WEEKS, layout=by_week(2, WEEKS))
    last = {"tv": tv, "radio": radio}
    fields = {name: getattr(base, name) for name in base.__dataclass_fields__}
    return After(**fields, last_observed=last)


def refused(data: dict, response: Sums) -> InvalidProblem:
    with pytest.raises(InvalidProblem) as caught:
        allocate(read_problem({"budget": {"total": 800}, **data}), response, CURRENT)
    return caught.value


def solved(data: dict, response: Sums) -> FloatArray:
    problem = read_problem({"budget": {"total": 800}, "stay": False, **data})
    return allocate(problem, response, CURRENT).spend.reshape(2, WEEKS)


@pytest.mark.parametrize("upper", ["max", "fixed"])
def test_a_channel_that_could_never_be_on_is_refused(upper: str):
    bounds = {upper: 50, "on_off": {"min_when_on": 60}}
    problem = read_problem({"budget": {"total": 800}, "channels": {"tv": bounds}})
    with pytest.raises(InvalidProblem, match="min_when_on of 60 is more than") as caught:
        allocate(problem, sums(1), np.array([400.0, 400.0]))
    assert caught.value.issues[0].pointer == "/channels/tv/on_off/min_when_on"


def test_a_ramp_binds_from_the_last_observed_week():
    for ramp, low, high in (
        ({"max_change": 0.2}, 48.0, 72.0),
        ({"max_step": 5}, 55.0, 65.0),
        ({"max_change": 2.0, "max_step": 90}, 0.0, 150.0),
    ):
        first = solved({"ramps": [{"channel": "tv", **ramp}]}, weekly())[0, 0]
        assert low - 1e-6 <= first <= high + 1e-6
    together = solved({"ramps": [{"max_step": 20}]}, weekly()).sum(axis=0)
    assert 140.0 - 1e-6 <= together[0] <= 180.0 + 1e-6
    unknown = solved(
        {"ramps": [{"channel": "tv", "max_step": 5}]}, replace(weekly(), last_observed=None)
    )
    assert np.abs(np.diff(unknown[0])).max() <= 5 + 1e-6


def test_a_ramp_that_the_last_observed_week_makes_impossible_names_its_numbers():
    cells = [{"channel": "tv", "week": str(weekly().cells[0].week), "min": 100}]
    problem = read_problem(
        {"budget": {"total": 800}, "cells": cells, "ramps": [{"channel": "tv", "max_step": 5}]}
    )
    with pytest.raises(Infeasible, match="maximum of 65 for tv in the first week"):
        allocate(problem, weekly(), CURRENT)


def test_a_relative_ramp_beside_a_week_of_zero_is_refused():
    week = str(weekly().cells[1].week)
    ramp = {"ramps": [{"channel": "tv", "max_change": 0.3}]}
    dark = {"cells": [{"channel": "tv", "week": week, "max": 0}]}
    issue = refused({**ramp, **dark}, weekly()).issues[0]
    assert (issue.pointer, issue.code) == ("/ramps/0/max_change", "relative_to_zero")
    assert "max_step" in issue.detail
    assert refused(ramp, weekly(tv=0.0)).issues[0].code == "relative_to_zero"
    off = solved({**ramp, **dark, "channels": {"tv": {"fixed": 0}}}, weekly(tv=0.0))
    assert off[0].sum() == 0.0
    in_money = solved({"ramps": [{"channel": "tv", "max_step": 150}], **dark}, weekly())
    assert in_money[0, 1] == 0.0
    assert in_money[0].sum() > 0.0


def test_every_condition_that_is_not_met_is_told():
    data = {"budget": {"total": 800}, "target": {"kpi": 1e6, "probability": 0.5}, "min_roi": 50.0}
    objective = {"kind": "expected", "on": "value"}
    response = sums(1)
    problem = read_problem({**data, "objective": objective})
    valued = replace(response)
    object.__setattr__(valued, "kpi", response)
    answer = allocate(problem, valued, np.array([400.0, 400.0]))
    assert answer.status is Status.CONDITION_UNMET
    assert [(result.kind, result.met) for result in answer.conditions] == [
        ("target", False),
        ("roi", False),
    ]
    assert all(result.slack < 0 for result in answer.conditions)


def test_a_relative_change_from_zero_is_of_the_usual_active_spend():
    response = sums(1)
    object.__setattr__(response, "usual_active", np.array([500.0, 200.0]))
    idle = np.array([800.0, 0.0])
    limits = {"radio": {"max_change": 0.3}}
    problem = read_problem({"budget": {"total": 800}, "stay": False, "channels": limits})
    answer = allocate(problem, response, idle)
    assert 140.0 - 1e-6 <= answer.spend[1] <= 260.0 + 1e-6
    assert any("relative to the 200" in line for line in answer.warnings)
    for low, high in ((0.0, 139.0), (261.0, 800.0)):
        bounds = {"radio": {"max_change": 0.3, "min": low, "max": high}}
        with pytest.raises(Infeasible, match="30 % from the usual active 200"):
            allocate(read_problem({"budget": {"total": 800}, "channels": bounds}), response, idle)
    active = allocate(problem, response, np.array([700.0, 100.0]))
    assert 70.0 - 1e-6 <= active.spend[1] <= 130.0 + 1e-6
    never = sums(1)
    for usual in (None, np.zeros(2)):
        object.__setattr__(never, "usual_active", usual)
        with pytest.raises(InvalidProblem, match="gets nothing today") as caught:
            allocate(problem, never, idle)
        assert caught.value.issues[0].pointer == "/channels/radio/max_change"
