"""Bases of time: kinks, the kernel that the waves approximate, and public holidays by week."""

from datetime import date, timedelta

import numpy as np
import pytensor.tensor as pt
import pytest

from mmm.data.time_basis import (
    holiday_basis,
    holiday_names,
    piecewise_basis,
    smooth_basis,
    smooth_size,
    spectral_sd,
    window_units,
)
from mmm.errors import SpecError

MONDAY = date(2021, 1, 4)


def weeks_from(start: date, count: int) -> list[date]:
    return [start + timedelta(weeks=step) for step in range(count)]


def test_kinks_are_even_over_nine_tenths_and_go_on_past_the_window():
    position = np.array([-0.5, -0.2, 0.1, 0.4, 0.5, 0.8])
    expected = [[0, 0, 0.3, 0.6, 0.7, 1.0], [0, 0, 0, 0.3, 0.4, 0.7], [0, 0, 0, 0, 0.1, 0.4]]
    np.testing.assert_allclose(piecewise_basis(position, 3), expected, atol=1e-15)


def _covariance(position: np.ndarray, span_weeks: int, lengthscale: float) -> np.ndarray:
    size = smooth_size(span_weeks, lengthscale)
    scale = spectral_sd(*size, window_units(lengthscale, span_weeks), np)
    weighted = scale[:, None] * smooth_basis(position, *size)
    return np.asarray(weighted.T @ weighted)


@pytest.mark.parametrize(
    ("span", "lengthscale"), [(156, 4.0), (156, 13.0), (104, 26.0), (104, 52.0), (52, 260.0)]
)
def test_smooth_covariance_equals_the_kernel_up_to_a_lengthscale_past_the_data(span, lengthscale):
    scale = window_units(lengthscale, span)
    position = np.linspace(-0.5 - scale, 0.5 + scale, 81)
    exact = np.exp(-0.5 * ((position[:, None] - position) / scale) ** 2)
    # 0.6 % of the spectrum lies above the last function; at the far edge exp(-4.5) of the variance
    np.testing.assert_allclose(_covariance(position, span, lengthscale), exact, atol=0.018)
    inside = np.abs(position) <= 0.5
    error = np.abs(_covariance(position, span, lengthscale) - exact)[np.ix_(inside, inside)]
    assert error.max() < 0.01


def test_smooth_wave_keeps_its_last_value_far_out():
    size = smooth_size(104, 26.0)
    edge = 0.5 + window_units(26.0, 104)
    far = smooth_basis(np.array([edge * 0.9, 3.0, 30.0]), *size)
    np.testing.assert_array_equal(far[:, 1], far[:, 2])
    assert np.abs(far[:, 0] - far[:, 1]).max() > 0.01


def test_smooth_size_meets_the_published_rules():
    for span, lengthscale in [(156, 4.0), (104, 26.0), (104, 104.0), (52, 260.0)]:
        n_functions, boundary = smooth_size(span, lengthscale)
        ratio = window_units(lengthscale, span) / 0.5
        factor = boundary / 0.5
        assert factor >= max(3.2 * ratio, 1.2) * (1 - 1e-12)
        assert n_functions >= 1.75 * factor / ratio * (1 - 1e-12)


def test_spectral_sd_in_pytensor_equals_numpy_and_takes_draws():
    expected = spectral_sd(8, 1.1, 0.3, np)
    built = spectral_sd(8, 1.1, pt.constant(0.3), pt).eval()
    np.testing.assert_allclose(built, expected, rtol=1e-14)
    draws = spectral_sd(8, 1.1, np.array([[0.3], [0.5]]), np)
    np.testing.assert_allclose(draws[0], expected, rtol=1e-14)
    assert draws.shape == (2, 8)


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
