"""Feasts that a specification has nothing for are found before the fit, named, and then silent."""

import numpy as np
import pandas as pd
import pytest

from mmm.checks.draft_events import with_recurring_weeks
from mmm.checks.prior import precheck
from mmm.checks.recurring_weeks import LIMIT, recurring_weeks
from mmm.data.design import design_of
from mmm.data.draft import draft_spec
from mmm.data.panel import build_panel
from mmm.spec.model import ModelSpec, parse_spec

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


def test_a_draft_has_the_lines_to_add() -> None:
    frame = sold(2, christmas=0.5)
    draft = with_recurring_weeks(draft_spec(frame), frame)
    events = parse_spec(draft.model).events
    assert events
    assert {day.month for day in events[0].weeks} == {12}
    assert any(note.startswith("events: ") for note in draft.notes)


def test_a_draft_to_be_completed_stays_as_it_is() -> None:
    frame = sold(3, christmas=0.5).drop(columns="tv_spend")
    draft = draft_spec(frame)
    assert with_recurring_weeks(draft, frame) is draft
