"""Lift tests on a panel: windows, spend paths, worlds and units; what does not fit is refused."""

import numpy as np
import pytest

from mmm.errors import SpecError
from tests.mmm.lift_cases import LAG, inside, one, outside, resolved, week


def refusal(test, **kwargs):
    with pytest.raises(SpecError) as caught:
        one(test, **kwargs)
    (issue,) = caught.value.issues
    return issue.pointer.removeprefix("/lift_tests/0"), issue.code, issue.detail


def test_within_the_series_one_world_is_the_observed_one():
    panel, test = one(inside())
    weeks = slice(10 - LAG, 16)
    np.testing.assert_array_equal(test.treatment.spend, panel.array("spend")[weeks])
    np.testing.assert_array_equal(test.treatment.price, panel.array("price")[weeks])
    expected = panel.array("spend")[weeks].copy()
    expected[LAG : LAG + 4, 1, 0] = 0.0
    np.testing.assert_array_equal(test.control.spend, expected)
    assert test.treatment.weeks == panel.weeks[weeks]
    assert (test.window.ahead, test.window.position, test.channel) == (LAG, 10, 0)


def test_the_other_world_may_be_the_treatment():
    panel, test = one(inside(control=None, treatment={"add": 600.0}))
    np.testing.assert_array_equal(test.control.spend, panel.array("spend")[6:16])
    added = test.treatment.spend - test.control.spend
    np.testing.assert_allclose(added[LAG : LAG + 4, 1, 0], 600.0)
    assert added.sum() == pytest.approx(2400.0)


def test_a_total_is_spread_evenly_over_people():
    _, test = one(inside(geos=None, control={"weekly": 2000.0}))
    np.testing.assert_allclose(test.control.spend[LAG : LAG + 4, :, 0], [[500.0, 1500.0]] * 4)


def test_spend_by_geo_is_taken_as_given():
    by_geo = {"a": [1, 2, 3, 4], "b": 7}
    _, test = one(inside(geos=None, control={"by_geo": by_geo}))
    expected = [[1, 7], [2, 7], [3, 7], [4, 7]]
    np.testing.assert_allclose(test.control.spend[LAG : LAG + 4, :, 0], expected)


def test_weeks_ahead_of_the_data_have_the_spend_that_the_model_assumes():
    panel, test = one(inside(start=week(1), end=week(2)))
    ahead = test.treatment.spend[:3, :, 0]
    np.testing.assert_allclose(ahead, [panel.array("spend")[..., 0].mean(0)] * 3)
    np.testing.assert_array_equal(test.treatment.spend[:3, :, 1], 0.0)  # search: before "zero"
    np.testing.assert_array_equal(test.treatment.spend[3:], panel.array("spend")[:5])
    np.testing.assert_array_equal(test.treatment.price[:4], [panel.array("price")[0]] * 4)


def test_outside_the_series_a_test_brings_its_spend_and_the_rest_is_usual():
    panel, test = one(outside(price=9.0))
    total = test.control.spend[..., 0].sum(1)
    np.testing.assert_allclose(total, [1000, 2000, 3000, 4000, 4000, 4000])
    np.testing.assert_allclose(test.treatment.spend[LAG:, :, 0].sum(1), [8000, 6000])
    np.testing.assert_array_equal(test.treatment.spend[:LAG], test.control.spend[:LAG])
    usual = panel.array("spend")[..., 1].mean(0)
    np.testing.assert_allclose(test.control.spend[..., 1], [usual] * 6)
    np.testing.assert_array_equal(test.control.price, 9.0)
    np.testing.assert_allclose(test.control.controls, [panel.array("controls").mean(0)] * 6)
    assert test.window.position is None


def test_of_a_longer_history_the_last_weeks_count():
    control = {"weekly": 4, "before": [9, 9, 1, 2, 3, 4]}
    _, test = one(outside(control=control))
    np.testing.assert_allclose(test.control.spend[:LAG, :, 0].sum(1), [1, 2, 3, 4])
    short = {"weekly": 4, "before": [7, 5]}  # search carries nothing over: any history will do
    _, test = one(outside(channel="search", control=short))
    np.testing.assert_allclose(test.control.spend[:LAG, :, 1].sum(1), [7, 7, 7, 5])


def test_no_event_takes_place_outside_the_series():
    events = [{"name": "sale", "weeks": [week(12), week(20)]}]
    _, test = one(outside(), events=events)
    np.testing.assert_array_equal(test.control.events, 0.0)
    _, test = one(inside(), events=events)
    np.testing.assert_array_equal(np.flatnonzero(test.control.events[:, 0, 0]), [LAG + 2])


def test_without_its_own_price_a_test_outside_has_the_reference_price():
    panel, test = one(outside())
    reference = np.exp(np.log(panel.array("price")).mean())
    np.testing.assert_allclose(test.control.price, reference)


def test_the_cool_down_outside_has_its_own_spend():
    control = {"weekly": 4000, "before": 4000, "after": [100, 0]}
    _, test = one(outside(cooldown=2, control=control))
    np.testing.assert_allclose(test.treatment.spend[-2:, :, 0].sum(1), [100, 0])
    np.testing.assert_array_equal(test.weight[:, 0], [0, 0, 0, 0, 1, 1, 1, 1])


def test_a_steady_test_spends_the_same_for_as_long_as_it_has_an_effect():
    steady = {"start": None, "end": None, "geos": ["a"], "control": {"weekly": 100}}
    _, test = one(outside(**steady, treatment={"scale": 1.5}))
    np.testing.assert_allclose(test.control.spend[:, 0, 0], [100.0] * (LAG + 1))
    np.testing.assert_allclose(test.treatment.spend[:, 0, 0], [150.0] * (LAG + 1))
    assert test.weight.sum() == 1.0
    roas = {"roas": 2.0, "se": 1.0}
    _, test = one(outside(**steady, treatment={"scale": 1.5}, result=roas))
    assert test.lift == pytest.approx(2.0 * 50.0 / 5.0)  # of the one week that is measured


def test_a_part_of_a_national_series_has_the_spend_per_head_of_that_part():
    worlds = {"control": {"weekly": 0}, "treatment": {"weekly": 120.0}}
    panel, test = one(inside(**worlds, geos=None, treated_share=0.15), geos=("b",))
    np.testing.assert_allclose(test.treatment.spend[LAG : LAG + 4, 0, 0], 120.0 / 0.15)
    np.testing.assert_allclose(test.treatment.spend[:LAG], panel.array("spend")[6:10])
    np.testing.assert_array_equal(test.weight[LAG:, 0], 0.15)


def test_forms_become_units_of_the_kpi():
    _, test = one(inside(result={"roas": 2.0, "se": 0.5}))
    extra = (test.treatment.spend - test.control.spend).sum()
    assert test.lift == pytest.approx(2.0 * extra / 5.0)
    assert test.se == pytest.approx(0.5 * extra / 5.0)


def test_transport_adds_a_share_of_the_effects_that_the_test_leaves_plausible():
    _, test = one(inside(transport_sd=0.3))
    assert test.sd == pytest.approx(np.sqrt(50.0**2 + 0.3**2 * (200.0**2 + 50.0**2)))


def test_a_measured_zero_has_a_transport_sd_too():
    _, test = one(inside(transport_sd=0.3, result={"lift": 0.0, "se": 50.0}))
    assert test.sd == pytest.approx(50.0 * np.hypot(1.0, 0.3))


@pytest.mark.parametrize(
    ("test", "where", "code", "words"),
    [
        (inside(start="2022-03-15"), "/start", "not_a_week_start", "2022-03-14 and 2022-03-21"),
        (
            inside(end=week(13)[:-2] + "05"),
            "/end",
            "not_a_week_start",
            "is not the start of a week",
        ),
        (inside(start=week(-2)), "/start", "partly_outside", "2022-01-03"),
        (inside(end=week(41)), "/end", "partly_outside", "it must lie within or outside"),
        (inside(end=week(38)), "/cooldown", "partly_outside", "it must lie within or outside"),
        (outside(start=week(-3), end=week(-2), cooldown=3), "/start", "partly_outside", ""),
        (inside(geos=["b", "x"]), "/geos/1", "unknown_geo", "known geos: a, b"),
        (inside(control={"scale": 1}), "/control", "same_spend", "nothing to measure"),
        (inside(control={"add": -1e5}), "/control/add", "negative", "2022-03-14, 'b'"),
        (inside(control={"weekly": [1, 2]}), "/control/weekly", "wrong_length", "2 values for 4"),
        (inside(control={"by_geo": {"a": 1}}), "/control/by_geo/a", "unknown_geo", "'a'"),
        (inside(geos=None, control={"by_geo": {"a": 1}}), "/control/by_geo", "missing", "geos b"),
        (inside(treatment={"weekly": 9}), "/control", "two_worlds", "give only the other"),
        (inside(control={"weekly": 9, "after": 3}), "/control/after", "observed", "in the data"),
        (inside(price=9.0), "/price", "observed", "in the data"),
        (outside(treatment=None), "/treatment", "missing", "give both"),
        (outside(control={"weekly": 4}), "/control/before", "missing", "4 weeks"),
        (outside(control={"weekly": 4, "before": [1, 2]}), "/control/before", "wrong_length", "4"),
        (outside(cooldown=1), "/control/after", "missing", "1 weeks"),
        (outside(price=[9, 9, 9]), "/price", "wrong_length", "3 prices for 2 weeks"),
        (inside(treated_share=0.5), "/treatment", "missing", "not in the data"),
        (inside(result={"lift": 30_000, "se": 50}), "/result/lift", "impossible", "check the unit"),
        (
            inside(result={"percent": 5, "se": 1, "control_total": 3000}),
            "/result/control_total",
            "wrong_total",
            "3,000 implies 3,150",
        ),
        (
            inside(
                channel="search",
                control=None,
                geos=None,
                treatment={"by_geo": {"a": 0.1, "b": 0.2}},
                result={"roas": 1.0, "se": 1.0},
                start=week(60),
                end=week(63),
                cooldown=0,
            )
            | {"control": {"weekly": [0.7, 0.1, 0.3, 0.1]}},
            "/result/roas",
            "no_extra_spend",
            "no meaning",
        ),
    ],
)
def test_a_test_that_does_not_fit_the_data_is_refused(test, where, code, words):
    found = refusal(test)
    assert found[:2] == (where, code)
    assert words in found[2]


def test_each_faulty_test_has_its_issue():
    with pytest.raises(SpecError) as caught:
        resolved(inside(geos=["x"]), inside(), inside(price=3.0))
    assert [i.pointer for i in caught.value.issues] == [
        "/lift_tests/0/geos/0",
        "/lift_tests/2/price",
    ]


def test_a_lift_may_exceed_the_kpi_only_where_the_other_world_would_hold_it():
    """Observed control: the treatment's kpi is seen + lift, so that a large gain is possible."""
    gain = inside(control=None, treatment={"scale": 9}, result={"lift": 3e4, "se": 50})
    panel, test = one(gain)
    assert test.lift == 3e4
    _, test = one(inside(result={"lift": 19_000, "se": 3000}))  # of some 18 000: within its s.e.
    assert test.lift > panel.array("kpi")[10:16, 1].sum()
    lost = inside(control=None, treatment={"scale": 0}, result={"lift": -3e4, "se": 50})
    assert refusal(lost)[1] == "impossible"


def test_spend_reaches_the_kpi_over_mediators_too():
    """The mediator carries over 6 weeks and acts 2 weeks later: 8 weeks, where tv has 4."""
    mediated = {
        "mediators": [
            {"name": "brand", "column": "weather", "parents": ["tv"], "adstock": {"max_lag": 6}}
        ],
        "edges": {"add": [{"from": "brand", "to": "kpi", "lag": 2}]},
        "controls": [],
    }
    found = refusal(outside(), **mediated)
    assert found[:2] == ("/control/before", "wrong_length")
    assert "effect for 8" in found[2]
    _, test = one(outside(control={"weekly": 4, "before": 4}), **mediated)
    assert test.window.ahead == 8


def test_exposure_is_bought_at_the_observed_cost_or_the_average():
    exposed = [{"name": "tv", "column": "tv", "exposure": "views", "adstock": {"max_lag": 4}}]
    panel, test = one(inside(), channels=exposed)
    np.testing.assert_array_equal(test.control.unit_cost, panel.array("unit_cost")[6:16])
    _, test = one(outside(), channels=exposed)
    spend, cost = panel.array("spend"), panel.array("unit_cost")
    average = spend.sum() / (spend / cost).sum()
    np.testing.assert_allclose(test.control.unit_cost, average)


def test_a_geo_means_all_of_its_products():
    panel, test = one(inside(geos=["a"]), items=("x", "y"), product="item")
    np.testing.assert_array_equal(test.share, [1, 1, 0, 0])
    assert panel.geos[:2] == ("a | x", "a | y")
    twice = inside(geos=["a"], control={"by_geo": {"a": 1, "a | x": 2}})
    found = refusal(twice, items=("x", "y"), product="item")
    assert found[:2] == ("/control/by_geo/a | x", "unknown_geo")
