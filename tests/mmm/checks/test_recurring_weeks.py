"""Feasts that a specification has nothing for are found before the fit, named, and then silent."""

import numpy as np
import pandas as pd
import pytest

from mmm.checks.prior import precheck
from mmm.checks.recurring_weeks import LIMIT, recurring_weeks
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.spec.model import ModelSpec

SPEC = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "week",
    "channels": ["tv_spend"],
}


def sold(seed: int, christmas: float, weeks: int = 160) -> pd.DataFrame:
    """Weekly sales with a season, noise of 4 % and ``christmas`` more in the two weeks before it;
    in half of these weeks tv is on too."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2021-01-04", periods=weeks, freq="W-MON")
    feast = np.array([day.month == 12 and 10 <= day.day <= 23 for day in dates])
    season = 0.1 * np.sin(2.0 * np.pi * np.arange(weeks) / 52.18)
    tv = 1000.0 * rng.gamma(2.0, 0.5, weeks) * (1.0 + feast)
    sales = 1e5 * (1.0 + season + christmas * feast + 0.04 * rng.standard_normal(weeks))
    return pd.DataFrame({"week": dates, "sales": sales, "tv_spend": tv})


def design(frame: pd.DataFrame, **more: object):
    spec = ModelSpec.model_validate(SPEC | more)
    return design_of(spec, build_panel(frame, spec))


@pytest.mark.parametrize("seed", range(5))
def test_a_missing_feast_is_found_and_silent_once_its_weeks_are_named(seed: int) -> None:
    frame = sold(seed, christmas=0.5)
    found = recurring_weeks(design(frame))
    assert found is not None
    assert found.z > LIMIT
    strongest = found.groups[0]
    assert {day.month for day in strongest} == {12}
    assert len({day.year for day in strongest}) == 3
    assert recurring_weeks(design(frame, events=found.events())) is None
    window = {"country": "US", "names": ["Christmas Day"], "weeks_before": 2}
    assert recurring_weeks(design(frame, holidays=window)) is None


def rising(seed: int, lifts: dict[int, float]) -> pd.DataFrame:
    """Sales without a feast, but for ``lifts`` of the weeks of the year, counted from the first."""
    frame = sold(seed, 0.0)
    week = np.round(np.arange(len(frame)) % (365.2425 / 7.0)).astype(int) % 52
    lift = np.array([lifts.get(int(k), 0.0) for k in week])
    return frame.assign(sales=frame["sales"] * (1.0 + lift))


@pytest.mark.parametrize("seed", range(3))
def test_weeks_next_to_each_other_are_one_event_named_by_its_window(seed: int) -> None:
    """The weakest of five weeks belongs to the window all the same."""
    found = recurring_weeks(design(rising(seed, {20: 0.4, 21: 0.4, 22: 0.15, 23: 0.4, 24: 0.4})))
    assert found is not None
    (event,) = found.events()
    assert event["name"] == f"recurring {found.sentence.partition('(')[2].partition(';')[0]}"
    assert "to" in str(event["name"])
    weeks = [pd.Timestamp(day) for day in found.groups[0]]
    of_last_year = [day for day in weeks if day.year == 2023]
    assert len(of_last_year) == 5
    assert (of_last_year[-1] - of_last_year[0]).days == 28


def test_the_turn_of_the_year_does_not_part_an_event() -> None:
    found = recurring_weeks(design(rising(4, {50: 0.4, 51: 0.4, 0: 0.4, 1: 0.4})))
    assert found is not None
    assert len(found.events()) == 1


def test_weeks_that_rise_and_weeks_that_fall_are_two_events() -> None:
    found = recurring_weeks(design(rising(5, {20: 0.5, 21: 0.5, 22: -0.4, 23: -0.4})))
    assert found is not None
    assert [len({day.year for day in group}) for group in found.groups] == [3, 3]


def test_a_season_alone_is_no_feast() -> None:
    assert not [seed for seed in range(100) if recurring_weeks(design(sold(seed, 0.0)))]


def test_less_than_two_years_cannot_say() -> None:
    assert recurring_weeks(design(sold(0, christmas=0.5, weeks=90))) is None


def test_the_check_of_a_specification_speaks_before_the_fit() -> None:
    frame = sold(1, christmas=0.5)
    spec = ModelSpec.model_validate(SPEC)
    checked = precheck(spec, build_panel(frame, spec))
    assert checked.recurring is not None
    assert any("Dec" in sentence and "events" in sentence for sentence in checked.warnings)
