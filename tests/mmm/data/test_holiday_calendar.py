"""Public holidays by week, and the weeks before and after them."""

from datetime import date, timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from mmm.data.holiday_calendar import holiday_basis, holiday_names, window_labels
from mmm.errors import SpecError
from mmm.spec.environment import Holidays

MONDAY = date(2021, 1, 4)


def weeks_from(start: date, count: int) -> list[date]:
    return [start + timedelta(weeks=step) for step in range(count)]


def test_holidays_fall_in_their_weeks():
    weeks = weeks_from(date(2024, 12, 16), 3)
    labels = holiday_names(weeks, "DE", None, ())
    assert labels == ("Christmas Day", "New Year's Day", "Second Day of Christmas")
    counts = holiday_basis(weeks, "DE", None, labels)
    np.testing.assert_array_equal(counts, [[0, 1, 0], [0, 0, 1], [0, 1, 0]])


def test_a_week_holds_its_first_day_and_not_the_next_weeks():
    christmas_first = weeks_from(date(2024, 12, 18), 2)
    np.testing.assert_array_equal(
        holiday_basis(christmas_first, "US", None, ("Christmas Day",)), [[0, 1]]
    )


def test_a_subdivision_adds_its_own_holidays():
    weeks = weeks_from(MONDAY, 52)
    only_bavaria = {*holiday_names(weeks, "DE", "BY", ())} - {*holiday_names(weeks, "DE", None, ())}
    assert only_bavaria == {"All Saints' Day", "Corpus Christi", "Epiphany"}


def test_a_day_in_lieu_does_not_count_twice():
    """4 July 2021 was a Sunday, with Monday off: the week of the fourth alone."""
    weeks = weeks_from(date(2021, 6, 28), 2)
    np.testing.assert_array_equal(holiday_basis(weeks, "US", None, ("Independence Day",)), [[1, 0]])


def test_new_year_in_lieu_on_the_last_day_of_the_old_year_does_not_count_twice():
    weeks = weeks_from(date(2021, 12, 25), 2)
    np.testing.assert_array_equal(holiday_basis(weeks, "US", None, ("New Year's Day",)), [[0, 1]])


def test_a_holiday_that_the_law_moves_counts_where_it_is_kept():
    """Colombia keeps Epiphany 2024, a Saturday, on the Monday after."""
    weeks = weeks_from(date(2024, 1, 1), 2)
    np.testing.assert_array_equal(holiday_basis(weeks, "CO", None, ("Epiphany",)), [[0, 1]])


def test_swapped_days_and_estimates_leave_no_trace_in_the_names():
    labels = holiday_names(weeks_from(MONDAY, 520), "CN", None, ())
    assert "Chinese New Year (Spring Festival)" in labels
    assert not [label for label in labels if "substituted" in label or "estimated" in label]


def test_labels_hold_for_weeks_that_lack_the_holiday():
    labels = holiday_names(weeks_from(MONDAY, 104), "GB", "ENG", ())
    assert "Platinum Jubilee of Elizabeth II" in labels
    later = holiday_basis(weeks_from(date(2030, 1, 7), 52), "GB", "ENG", labels)
    assert later.shape == (len(labels), 52)
    assert later[labels.index("Platinum Jubilee of Elizabeth II")].sum() == 0.0
    assert later[labels.index("Boxing Day")].sum() == 1.0
    assert holiday_basis(weeks_from(MONDAY, 3), "GB", "ENG", ()).shape == (0, 3)


def test_names_select_and_are_sorted():
    names = ("Labor Day", "Christmas Day")
    assert holiday_names(weeks_from(MONDAY, 52), "US", None, names) == (
        "Christmas Day",
        "Labor Day",
    )


@pytest.mark.parametrize(
    ("country", "subdivision", "names", "where", "code", "says"),
    [
        ("de", None, (), "/holidays/country", "unknown", "DE"),
        ("DE", "by", (), "/holidays/subdivision", "unknown", "BY"),
        ("DE", "ZZZ", (), "/holidays/subdivision", "unknown", "there are"),
        ("DE", None, ("Good Friday", "Xmas Day"), "/holidays/names/1", "unknown", "Christmas Day"),
        ("DE", None, ("Christmas Day",), "/holidays/names/0", "not_in_window", "2021-01-04"),
    ],
)
def test_unknown_things_are_refused_with_what_is_near(
    country, subdivision, names, where, code, says
):
    with pytest.raises(SpecError) as refused:
        holiday_names(weeks_from(MONDAY, 20), country, subdivision, names)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == (where, code)
    assert says in issue.detail


def test_weeks_around_a_holiday_have_columns_of_their_own():
    """Christmas 2024 is in the fourth of these weeks, Second Day of Christmas beside it."""
    weeks = weeks_from(date(2024, 12, 2), 6)
    labels, offsets = ("Christmas Day", "New Year's Day"), (0, -2, -1, 1)
    found = holiday_basis(weeks, "DE", None, labels, offsets)
    by_label = dict(zip(window_labels(labels, offsets), found.tolist(), strict=True))
    assert by_label == {
        "Christmas Day": [0, 0, 0, 1, 0, 0],
        "New Year's Day": [0, 0, 0, 0, 1, 0],
        "Christmas Day, 2 weeks before": [0, 1, 0, 0, 0, 0],
        "New Year's Day, 2 weeks before": [0, 0, 1, 0, 0, 0],
        "Christmas Day, 1 week before": [0, 0, 1, 0, 0, 0],
        "New Year's Day, 1 week before": [0, 0, 0, 1, 0, 0],
        "Christmas Day, 1 week after": [0, 0, 0, 0, 1, 0],
        "New Year's Day, 1 week after": [0, 0, 0, 0, 0, 1],
    }


def test_a_window_reaches_past_both_ends_of_the_weeks():
    """A holiday after the last week still has weeks before it, one before the first still after."""
    weeks = weeks_from(date(2024, 12, 2), 2)
    before = holiday_basis(weeks, "DE", None, ("Christmas Day",), (-3, -2))
    np.testing.assert_array_equal(before, [[1, 0], [0, 1]])
    weeks = weeks_from(date(2025, 1, 6), 2)
    after = holiday_basis(weeks, "DE", None, ("Christmas Day",), (1, 2, 3))
    np.testing.assert_array_equal(after, [[0, 0], [1, 0], [0, 1]])


def test_days_of_one_holiday_are_counted_in_every_column():
    """Chinese New Year 2024 has days in two weeks, and so has each week of its window."""
    weeks = weeks_from(date(2024, 1, 29), 5)
    label = ("Chinese New Year (Spring Festival)",)
    own, before = holiday_basis(weeks, "CN", None, label, (0, -1))
    assert (own > 0.0).sum() == 2
    np.testing.assert_array_equal(before[:-1], own[1:])


def test_holidays_without_a_window_are_as_before():
    plain = Holidays(country="DE")
    assert plain.offsets == (0,)
    assert window_labels(("Epiphany",), plain.offsets) == ["Epiphany"]
    assert Holidays(country="DE", weeks_before=2, weeks_after=1).offsets == (0, -2, -1, 1)


@pytest.mark.parametrize("field", ["weeks_before", "weeks_after"])
@pytest.mark.parametrize("weeks", [-1, 7, 1.5])
def test_a_window_is_of_whole_weeks_up_to_six(field, weeks):
    with pytest.raises(ValidationError, match=field):
        Holidays.model_validate({"country": "DE", field: weeks})
