"""Today's plan: last weeks, last year's weeks, or given amounts; one for plans and what-ifs."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.counterfactual.reference import ReferenceChoice, reference_plan
from mmm.errors import QueryError
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.response import plan_response
from tests.mmm.fakes import fake_model

WEEK = timedelta(weeks=1)


def horizon(model, weeks):
    return Horizon(start=model.panel.weeks[-1] + WEEK, weeks=weeks)


@pytest.mark.parametrize(("weeks", "kind"), [(59, "last_weeks"), (60, "last_year")])
def test_the_default_is_last_year_where_the_data_reach_back_60_weeks(weeks, kind):
    model = fake_model(weeks=weeks, draws=3)
    assert reference_plan(model, 8).kind == kind


def test_last_years_weeks_are_those_52_weeks_earlier():
    model = fake_model(weeks=70, geos=2, draws=3)
    reference = reference_plan(model, 8, ReferenceChoice("last_year"))
    start = model.panel.weeks[-1] + WEEK
    assert reference.start == start - 52 * WEEK
    assert reference.end == start - 45 * WEEK
    np.testing.assert_array_equal(reference.spend, model.panel.array("spend")[18:26])


@pytest.mark.parametrize("weeks", [8, 70, 130])
def test_the_last_weeks_end_with_the_last_one_and_repeat_a_short_history(weeks):
    model = fake_model(weeks=60, draws=3)
    reference = reference_plan(model, weeks, ReferenceChoice("last_weeks"))
    past = model.panel.array("spend")
    for ahead in range(1, weeks + 1):
        np.testing.assert_array_equal(reference.spend[-ahead], past[-1 - (ahead - 1) % 60])
    assert reference.start == model.panel.weeks[max(60 - weeks, 0)]
    assert reference.end == model.panel.weeks[-1]


def test_more_than_a_year_ahead_repeats_last_year():
    model = fake_model(weeks=70, draws=3)
    spend = reference_plan(model, 60, ReferenceChoice("last_year")).spend
    np.testing.assert_array_equal(spend[52:], spend[:8])


def test_given_totals_keep_the_usual_weeks_and_given_weeks_the_usual_geos():
    model = fake_model(weeks=60, geos=2, draws=3)
    first, *others = model.structure.channels
    given = {first: tuple(float(week) for week in range(8))} | dict.fromkeys(others, 100.0)
    spend = reference_plan(model, 8, ReferenceChoice("given", given)).spend
    usual = reference_plan(model, 8).spend
    np.testing.assert_allclose(spend[..., 0].sum(1), np.arange(8.0))
    by_geo = usual[..., 0].sum(0) / usual[..., 0].sum()
    np.testing.assert_allclose(spend[..., 0], np.outer(np.arange(8.0), by_geo))
    for c in range(1, len(others) + 1):
        total = usual[..., c].sum()
        expected = 100.0 * usual[..., c] / total if total > 0.0 else spend[..., c]
        np.testing.assert_allclose(spend[..., c], expected)
        assert spend[..., c].sum() == pytest.approx(100.0)


def test_a_plan_is_measured_against_its_reference_and_phased_like_it():
    model = fake_model(weeks=70, geos=2, draws=5)
    choices = ReferenceChoice("last_weeks"), ReferenceChoice("last_year")
    for choice, rows in zip(choices, (slice(62, 70), slice(18, 26)), strict=True):
        assumed = Assumptions(reference=choice)
        response = plan_response(model, horizon(model, 8), assumed=assumed)
        past = model.panel.array("spend")[rows]
        np.testing.assert_allclose(response.current, past.sum((0, 1)))
        np.testing.assert_allclose(response.plan(response.current), past)
        cells = plan_response(
            model, horizon(model, 8), assumed=assumed, granularity=Granularity(weeks="optimised")
        )
        np.testing.assert_allclose(cells.plan(cells.current).sum(1), past.sum(1))


@pytest.mark.parametrize(
    ("weeks", "choice", "pointer", "detail"),
    [
        (50, ReferenceChoice("last_year"), "/reference", "the data have 50 weeks"),
        (60, ReferenceChoice("given"), "/reference_spend", "say what tv"),
        (60, ReferenceChoice("given", {"x": 1.0}), "/reference_spend/x", "no channel 'x'"),
        (60, ReferenceChoice("given", {"tv": (1.0,)}), "/reference_spend/tv", "1 weeks"),
        (60, ReferenceChoice("given", {"tv": -1.0}), "/reference_spend/tv", "at least 0"),
        (60, ReferenceChoice(None, {"tv": 1.0}), "/reference_spend", 'with "reference": "given"'),
    ],
)
def test_a_wrong_reference_is_refused_by_its_field(weeks, choice, pointer, detail):
    with pytest.raises(QueryError) as refused:
        reference_plan(fake_model(weeks=weeks, draws=3), 8, choice)
    found = next(issue for issue in refused.value.issues if issue.pointer == pointer)
    assert detail in found.detail


@pytest.mark.parametrize("weeks", [55, 70])
@pytest.mark.parametrize("kind", [None, "last_weeks"])
def test_a_what_if_and_a_plan_start_from_the_same_spend(weeks, kind):
    model = fake_model(weeks=weeks, geos=2, draws=5)
    coming = horizon(model, 8)
    question = {
        "window": {"start": coming.start, "end": coming.start + 7 * WEEK},
        "do": [{"variable": "price", "scale": 1.0}],
        "reference": kind,
    }
    told = answer(model, Counterfactual.model_validate(question))
    assumed = Assumptions(reference=ReferenceChoice(kind))
    response = plan_response(model, coming, assumed=assumed)
    outcome = response.outcome(response.current)
    assert told.baseline.mean == pytest.approx(outcome.mean(), rel=1e-9)
    start = response.reference.start
    expected = "same weeks of last year" if weeks == 70 and kind is None else f"from {start}"
    assert any(expected in line and "tv" in line for line in told.warnings)


def test_a_reference_of_a_window_within_the_data_is_refused():
    model = fake_model(draws=3)
    weeks = model.panel.weeks
    question = {
        "window": {"start": weeks[10], "end": weeks[20]},
        "do": [{"variable": "tv", "scale": 0.0}],
        "reference": "last_weeks",
    }
    with pytest.raises(QueryError, match="within the data"):
        answer(model, Counterfactual.model_validate(question))
