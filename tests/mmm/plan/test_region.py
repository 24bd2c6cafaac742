"""What data support over a window of a plan's length and season."""

from datetime import date, timedelta

import numpy as np
import pytest

from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.region import MULTIPLE, seen_over
from mmm.plan.response import plan_response
from tests.mmm.fakes import fake_model

FIRST = date(2020, 1, 6)


def dates(first, count):
    return tuple(first + timedelta(weeks=step) for step in range(count))


def test_the_most_of_any_window_with_its_weeks():
    weekly = np.ones(30)
    weekly[10:13] = (5.0, 9.0, 4.0)
    seen = seen_over(weekly, dates(FIRST, 30), dates(FIRST + timedelta(weeks=30), 3))
    assert seen.most == 18.0
    assert (seen.first, seen.last) == (dates(FIRST, 30)[10], dates(FIRST, 30)[12])
    assert seen.supported == pytest.approx(MULTIPLE * 18.0)
    assert not seen.scaled
    assert seen.in_season is None


def test_windows_at_the_same_time_of_year():
    weekly = np.ones(120)
    weekly[70:74] = 50.0
    weekly[16:20] = 3.0
    start = FIRST + timedelta(weeks=120)
    near = seen_over(weekly, dates(FIRST, 120), dates(start, 4))
    assert near.most == 200.0
    assert near.in_season == 200.0
    later = seen_over(weekly, dates(FIRST, 120), dates(start + timedelta(weeks=20), 4))
    assert later.in_season == 4.0


def test_a_short_history_is_scaled():
    weekly = np.zeros(40)
    weekly[36:] = (2.0, 4.0, 2.0, 4.0)
    seen = seen_over(weekly, dates(FIRST, 40), dates(FIRST + timedelta(weeks=40), 8))
    assert seen.scaled
    assert seen.most == 24.0
    nothing = seen_over(np.zeros(40), dates(FIRST, 40), dates(FIRST + timedelta(weeks=40), 8))
    assert nothing.most == 0.0


@pytest.mark.parametrize(
    "granularity",
    [Granularity(), Granularity(geos="optimised"), Granularity(weeks="optimised")],
    ids=["channels", "geos", "weeks"],
)
@pytest.mark.parametrize("weeks", [4, 65])
def test_todays_plan_is_inside(granularity, weeks):
    model = fake_model(geos=2, draws=4)
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=weeks)
    response = plan_response(model, horizon, granularity=granularity)
    region = response.supported
    assert region is not None
    assert (response.current <= region.cells * (1 + 1e-12)).all()
    for name, total in response.named(response.current).items():
        assert total <= region.channels[name] * (1 + 1e-12)
    assert response.current.sum() <= region.total * (1 + 1e-12)


def test_a_response_that_explores_declares_no_region():
    model = fake_model(draws=4)
    horizon = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=4)
    response = plan_response(model, horizon, assumed=Assumptions(explore=True))
    assert response.supported is None
    assert response.region.total > 0.0
