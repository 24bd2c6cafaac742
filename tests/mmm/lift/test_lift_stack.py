"""The contrast of stacked worlds, the cells that leave the kpi, and predicted against measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.checks.lift import largest_z, lift_checks
from mmm.errors import SpecError
from mmm.lift.exclusion import excluded_cells
from mmm.lift.predict import contrasts, stack_worlds
from tests.mmm.lift_cases import LAG, WEEKS, inside, outside, resolved, week


def toy_mean(spend):
    """(week, geo): a curve of carried-over spend, weights 1..LAG + 1 weeks back, summing to one."""
    weights = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    padded = np.concatenate([np.zeros((LAG, spend.shape[1])), spend])
    carried = sum(w * padded[LAG - lag : len(padded) - lag] for lag, w in enumerate(weights))
    return 300.0 * np.log1p(carried / 500.0)


def test_the_stack_gives_the_contrast_of_two_whole_timelines():
    """Each world run on the whole series, from its first week on, against the stacked weeks."""
    tests = [
        inside(),
        inside(geos=None, start=week(30), end=week(30), control={"weekly": 9e3}),
        outside(),
        inside(channel="search", geos=["a"]),
    ]
    panel, found = resolved(*tests)
    stacked = stack_worlds(found)
    mean = toy_mean(stacked.world.spend[..., 0]) + stacked.world.spend[..., 1] / 10.0
    contrast = contrasts(mean, stacked)
    spend = panel.array("spend")
    for i, (start, stop, geos) in {0: (10, 14, [1]), 1: (30, 31, [0, 1])}.items():
        other = spend[..., 0].copy()
        other[start:stop, geos] = 0.0 if i == 0 else [9e3 / 4, 9e3 * 3 / 4]
        change = toy_mean(spend[..., 0]) - toy_mean(other)
        expected = change[start : stop + 2, geos].sum()
        # The whole series starts from nothing, the stack from the same weeks: equal to rounding.
        assert contrast[i] == pytest.approx(expected, rel=1e-9)
    assert contrast[3] == pytest.approx(spend[10:14, 0, 1].sum() / 10.0, rel=1e-9)
    np.testing.assert_array_equal(stacked.lift, 200.0)


def test_the_stack_knows_which_of_its_weeks_were_observed():
    _, found = resolved(inside(start=week(1), end=week(1), cooldown=0), outside())
    expected = [-1, -1, -1, 0, 1]
    np.testing.assert_array_equal(stack_worlds(found).position, [*expected, *expected, *[-1] * 12])


@given(seed=st.integers(0, 2**32 - 1))
def test_no_world_is_seen_from_another(seed):
    """Whatever stood before a world in the stack, its measured weeks are the same."""
    _, found = resolved(inside(), outside(), inside(start=week(0), end=week(0)))
    order = np.random.default_rng(seed).permutation(len(found))
    results = []
    for positions in (range(3), order):
        stacked = stack_worlds([found[i] for i in positions])
        results.append(contrasts(toy_mean(stacked.world.spend[..., 0]), stacked))
    np.testing.assert_allclose(results[1], results[0][order], rtol=1e-9)


def test_treated_cells_and_their_cool_down_leave_the_kpi():
    panel, found = resolved(inside(), outside())
    exclusion = excluded_cells(found, panel)
    expected = np.zeros((WEEKS, 2), dtype=bool)
    expected[10:16, 1] = True
    np.testing.assert_array_equal(exclusion.cells, expected)
    assert exclusion.notes == (
        "6 of 80 cells of the KPI enter the likelihood through lift tests only",
    )


@pytest.mark.parametrize(("share", "leaves"), [(0.15, False), (0.2, False), (0.25, True)])
def test_a_national_week_leaves_only_where_more_than_a_fifth_was_treated(share, leaves):
    worlds = {"control": {"weekly": 0}, "treatment": {"weekly": 120.0}}
    panel, found = resolved(inside(**worlds, geos=None, treated_share=share), geos=("b",))
    exclusion = excluded_cells(found, panel)
    assert exclusion.cells[10:16].all() == leaves
    assert exclusion.cells.sum() == (6 if leaves else 0)
    assert ("stay in the likelihood" in exclusion.notes[0]) == (not leaves)


def test_what_cannot_be_known_or_looks_wrong_is_said():
    steady = {"start": None, "end": None, "control": {"weekly": 1}, "treatment": {"scale": 2}}
    unclear = inside(start=week(20), end=week(20), result={"lift": -99, "se": 50})
    panel, found = resolved(outside(**steady), inside(result={"lift": -200, "se": 50}), unclear)
    undated, opposite, _ = excluded_cells(found, panel).notes
    assert "has no dates" in undated
    assert "opposite directions" in opposite


def test_tests_may_not_use_up_the_series():
    panel, found = resolved(inside(geos=None, end=week(30), result={"lift": 9, "se": 9}))
    with pytest.raises(SpecError, match="all but 17 of 40 weeks"):
        excluded_cells(found, panel)


def test_predictions_are_held_against_the_measured_lift():
    _, found = resolved(inside(), inside(geos=["a"], transport_sd=0.0))
    draws = np.array([[200.0, 80.0], [200.0, 120.0]])
    near, far = lift_checks(found, draws)
    assert near.z == 0.0
    assert far.z == pytest.approx((200.0 - 100.0) / np.sqrt(50.0**2 - 20.0**2))
    assert (far.predicted.mean, far.path, far.name) == (100.0, ("total",), "tv 2022-03-14")
    assert largest_z((near, far)) == far.z
    (below,) = lift_checks(found[:1], np.array([[400.0], [500.0]]))
    assert largest_z((near, below)) == -below.z > 0.0
    assert largest_z(()) == 0.0


def test_a_test_is_held_against_what_the_series_says_without_it():
    """The series: Normal(500, 30); the test: 200, s.d. 50. Both together are a precise compromise,
    which hides that they lie 300 / hypot(30, 50) s.d. apart."""
    _, (test,) = resolved(inside(geos=["a"], transport_sd=0.0))
    weights = np.array([1.0 / 30.0**2, 1.0 / 50.0**2])
    joint = np.random.default_rng(1).standard_normal(1000)
    joint = (joint - joint.mean()) / joint.std() / np.sqrt(weights.sum())
    joint += weights @ [500.0, 200.0] / weights.sum()
    (found,) = lift_checks([test], joint[:, None])
    assert (test.lift, test.sd) == (200.0, 50.0)
    assert found.z == pytest.approx(-300.0 / np.hypot(30.0, 50.0), rel=1e-9)


def test_a_test_that_alone_decides_disagrees_with_nothing():
    _, (test,) = resolved(inside(geos=["a"], transport_sd=0.0))
    draws = 200.0 + 51.0 * np.array([[-1.0], [1.0]])
    (found,) = lift_checks([test], draws + 5.0)
    assert found.z == pytest.approx(-5.0 / np.sqrt(0.1 * 50.0**2))


def test_no_lift_tests_exclude_nothing():
    panel, found = resolved()
    assert found == ()
    assert not excluded_cells(found, panel).cells.any()
