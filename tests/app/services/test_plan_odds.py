"""A given plan is judged as moves are: the same figures for the plan of the moves themselves."""

import numpy as np
import pytest

from app.contract.plan_requests import GivenPlan
from app.services.planning.evaluate_plan import with_profiles
from app.services.planning.moves.causal import causal_response, own_phasing
from app.services.planning.plan_odds import plan_odds
from mmm.errors import QueryError
from mmm.plan.discount import discounted
from tests.app.services.test_moves import NAMES, body, graded, moves, spends
from tests.mmm.evidence.levers import lever
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="module")
def model():
    return fake_model(draws=60)


def judged(model, plan, second=None, after="zero", split=None):
    asked = body(model, after=after)
    fields = {name: getattr(asked, name) for name in GivenPlan.model_fields if name != "plan"}
    plain = GivenPlan.model_construct(**{**fields, "plan": plan})
    phasing = plain.phasing.model_copy(update={"split": split or {}})
    given = with_profiles(plain.model_copy(update={"phasing": phasing}))
    response, today = (
        causal_response(model, second, each, given.objective.response_unit)
        for each in (given, own_phasing(given))
    )
    return plan_odds(model, given, response, today)


def usual_weeks(model):
    """Today's plan by channel, week by week."""
    response = causal_response(model, None, body(model), "value")
    weekly = response.plan(response.current).sum(1)
    return {name: tuple(weekly[:, at].tolist()) for at, name in enumerate(response.channels)}


@pytest.mark.parametrize("after", ["zero", "continue"])
def test_the_plan_of_the_moves_has_the_figures_of_the_moves(model, after) -> None:
    seen = graded(model)
    _, told = moves(seen, after=after)
    assert told.do_now
    found = judged(seen, spends(told.plan), after=after)
    assert found.gain.mean == pytest.approx(told.gain.mean, rel=1e-9)
    assert found.chances_in_20 == told.chances_in_20
    assert found.probability_better == told.probability_better
    assert found.second_model is None
    assert found.by_time.later.mean == pytest.approx(told.by_time.later.mean, rel=1e-9)
    for now, channel in zip(told.plan.channels, found.channels, strict=True):
        assert channel.marginal_roi.mean == pytest.approx(now.marginal_roi.mean, rel=1e-9)


@pytest.mark.parametrize("after", ["zero", "continue"])
def test_when_the_gain_comes_agrees_with_the_model_evaluated_week_by_week(model, after) -> None:
    whole = graded(model)
    asked = body(whole, after=after)
    plan = {name: 1.3 * sum(weeks) for name, weeks in usual_weeks(whole).items()}
    found = judged(whole, plan, after=after)
    response = causal_response(whole, None, asked, "value")
    spend = np.array([plan[name] for name in response.channels])
    response = response.continuing(spend)
    extra = float(spend.sum() - response.current.sum())
    inside = response.inside(spend) - response.inside(response.current) - extra
    assert found.by_time.inside.mean == pytest.approx(inside.mean(), rel=1e-9)
    assert found.by_time.inside.p95 == pytest.approx(np.quantile(inside, 0.95), rel=1e-9)
    together = found.by_time.inside.mean + found.by_time.later.mean
    assert together == pytest.approx(found.gain.mean, rel=1e-9)
    assert found.by_time.later.mean > 0.0


def test_the_less_favourable_of_two_models_is_told(model) -> None:
    seen = graded(model)
    draws = seen.posterior.n_draws
    half = discounted(seen, {name: np.full(draws, 0.5) for name in NAMES})
    _, told = moves(seen, second=half, after="zero")
    found = judged(seen, spends(told.plan), second=half)
    assert found.gain.mean == pytest.approx(told.gain.mean, rel=1e-9)
    assert found.second_model == told.second_model


def test_no_odds_where_the_moved_money_rests_on_coincidence(model) -> None:
    doubtful = graded(model, tv=lever("tv", "coincidence"))
    current = {c.name: c.current for c in judged(doubtful, dict.fromkeys(NAMES, 1.0)).channels}
    found = judged(doubtful, {**current, "tv": 1.2 * current["tv"]})
    assert (found.chances_in_20, found.probability_better) == (None, None)
    firm = judged(doubtful, {**current, "search": 1.2 * current["search"]})
    assert firm.chances_in_20 is not None
    assert firm.chances_in_20 <= 19


def test_todays_plan_earns_nothing_over_itself(model) -> None:
    current = {c.name: c.current for c in judged(model, dict.fromkeys(NAMES, 1.0)).channels}
    found = judged(model, current)
    assert found.gain.mean == pytest.approx(0.0, abs=1e-9 * found.reference_total)
    assert found.total == pytest.approx(found.reference_total)
    assert found.chances_in_20 is None


def test_todays_own_weeks_earn_nothing_over_todays_plan(model) -> None:
    found = judged(model, usual_weeks(model))
    assert found.gain.mean == pytest.approx(0.0, abs=1e-9 * found.reference_total)
    assert found.chances_in_20 is None


def test_weeks_are_judged_against_todays_own_weeks(model) -> None:
    seen, weeks = graded(model), usual_weeks(model)
    at_once = (sum(weeks["tv"]), *(0.0 for _ in weeks["tv"][1:]))
    found = judged(seen, {**weeks, "tv": at_once})
    assert found.total == pytest.approx(found.reference_total)
    assert found.gain.p95 < 0.0
    assert found.chances_in_20 == 1


def test_regions_are_judged_against_todays_own_regions() -> None:
    model = graded(fake_model(draws=60, geos=2))
    current = {c.name: c.current for c in judged(model, dict.fromkeys(NAMES, 1.0)).channels}
    found = judged(model, current, split={"tv": {"r0": 1.0, "r1": 0.0}})
    assert abs(found.gain.mean) > 1e-3 * found.reference_total
    assert found.chances_in_20 is not None


def test_a_plan_that_omits_a_channel_is_refused(model) -> None:
    with pytest.raises(QueryError) as refused:
        judged(model, {"tv": 1.0})
    assert refused.value.issues[0].code == "missing_channel"
