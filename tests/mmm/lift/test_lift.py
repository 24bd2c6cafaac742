"""The lift test of a specification: what it says, and what is refused with which field."""

import pytest

from mmm.errors import SpecError
from mmm.spec.model import ModelSpec, parse_spec

UNITS = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 7.0},
    "date": "week",
    "geo": "region",
    "channels": ["tv", "search"],
    "mediators": [{"name": "brand", "column": "queries", "parents": ["tv"]}],
    "price": {"column": "price"},
}
TEST = {
    "channel": "tv",
    "start": "2022-03-07",
    "end": "2022-03-28",
    "geos": ["a"],
    "control": {"scale": 0},
    "result": {"lift": 120.0, "se": 30.0},
}


def spec_with(*tests, **fields) -> ModelSpec:
    return parse_spec({**UNITS, **fields, "lift_tests": list(tests)})


def refusals(*tests, **fields):
    with pytest.raises(SpecError) as caught:
        spec_with(*tests, **fields)
    return [(issue.pointer, issue.code) for issue in caught.value.issues]


def changed(**fields):
    return {**TEST, **fields}


def result(**fields):
    return changed(result=fields)


def test_a_number_means_every_week_and_the_document_survives_the_round_trip():
    spec = spec_with(
        changed(control=None, treatment={"weekly": 500, "before": 300}, path=["tv", "kpi"]),
        {**TEST, "start": None, "end": None, "control": {"weekly": 5}, "treatment": {"scale": 2}},
    )
    first = spec.lift_tests[0]
    assert first.treatment is not None
    assert first.treatment.weekly == (500.0,)
    assert parse_spec(spec.model_dump(mode="json")) == spec


def test_a_test_is_called_by_its_name_or_its_channel_and_week():
    named, dated = spec_with(changed(name="spring"), TEST | {"cooldown": 2}).lift_tests
    assert (named.label, dated.label) == ("spring", "tv 2022-03-07")


@pytest.mark.parametrize(
    ("test", "where", "code"),
    [
        (changed(channel="radio"), "/channel", "unknown_channel"),
        (changed(end=None), "/end", "missing"),
        (changed(start=None), "/start", "missing"),
        (changed(end="2022-02-28"), "/end", "reversed"),
        (changed(start=None, end=None, cooldown=2), "/cooldown", "undated"),
        (changed(control=None), "/control", "missing"),
        (changed(treatment={"add": 5}), "/control", "both_relative"),
        (changed(control={"scale": 0, "before": 3}), "/control/before", "unused"),
        (changed(control={"scale": 0, "add": 3}), "/control", "value_error"),
        (changed(control={"weekly": [5, -1]}), "/control/weekly/1", "greater_than_equal"),
        (changed(geos=["a", "a"]), "/geos", "repeated"),
        (changed(transport_sd=-0.1), "/transport_sd", "greater_than_equal"),
        (changed(treated_share=1.5), "/treated_share", "less_than_equal"),
        (result(lift=1.0, se=-1.0), "/result/se", "greater_than_equal"),
        (result(lift=1.0, se=0.0), "/result/se", "greater_than_equal"),
        (result(lift=1.0), "/result/se", "missing"),
        (result(lift=1.0, low=0.5, high=2.0), "/result/level", "missing"),
        (result(lift=1.0, low=0.5, high=2.0, level=90), "/result/level", "less_than"),
        (result(lift=1.0, se=1.0, low=0.5), "/result/se", "two_spreads"),
        (result(lift=3.0, low=0.5, high=2.0, level=0.9), "/result/low", "not_an_interval"),
        (result(lift=3.0, percent=2.0, control_total=9.0, se=1.0), "/result", "one_form"),
        (result(se=1.0), "/result", "one_form"),
        (result(percent=3.0, se=1.0), "/result/control_total", "missing"),
        (result(lift=3.0, se=1.0, control_total=9.0), "/result/control_total", "unused"),
        (result(lift=3.0, se=1.0, value_per_unit=9.0), "/result/value_per_unit", "unused"),
        (result(cost_per_unit=0.0, se=1.0), "/result/cost_per_unit", "zero"),
        (result(cost_per_unit=5.0, low=-2.0, high=9.0, level=0.9), "/result/low", "through_zero"),
        (result(lift=3.0, se=1.0, unit="currency"), "/result/unit", "wrong_unit"),
    ],
)
def test_a_contradiction_is_refused_at_its_field(test, where, code):
    assert ("/lift_tests/0" + where, code) in refusals(test)


@pytest.mark.parametrize(
    ("path", "where", "code"),
    [
        (["tv"], "/path", "not_a_path"),
        (["search", "kpi"], "/path", "not_a_path"),
        (["tv", "brand"], "/path", "not_a_path"),
        (["tv", "search", "kpi"], "/path/1", "no_edge"),
    ],
)
def test_a_path_follows_the_edges_of_the_graph(path, where, code):
    assert refusals(changed(path=path)) == [("/lift_tests/0" + where, code)]


def test_a_removed_edge_is_no_path():
    without = {"remove": [{"from": "tv", "to": "kpi"}]}
    assert refusals(changed(path=["tv", "kpi"]), edges=without) == [
        ("/lift_tests/0/path/1", "no_edge")
    ]
    spec_with(changed(path=["tv", "brand", "kpi"]), edges=without)


def test_a_return_needs_the_value_of_a_unit():
    roas = result(roas=2.0, se=0.5)
    assert refusals(roas, kpi={"column": "sales", "kind": "units"}) == [
        ("/lift_tests/0/result/roas", "no_value")
    ]
    spec_with(result(roas=2.0, se=0.5, value_per_unit=3.0), kpi={"column": "s", "kind": "units"})


def test_a_margin_is_not_taken_for_the_value_that_a_return_counted():
    fields = {
        "kpi": {"column": "sales", "kind": "units"},
        "price": {"column": "price", "unit_cost": 4.0},
    }
    assert refusals(result(roas=2.0, se=0.5), **fields) == [
        ("/lift_tests/0/result/value_per_unit", "missing")
    ]
    spec_with(result(roas=2.0, se=0.5, value_per_unit=10.0), **fields)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"cost_per_unit": 5.0, "se": 1.0}, "cost_per_unit"),
        ({"lift": 5.0, "se": 1.0, "unit": "units"}, "unit"),
        ({"roas": 5.0, "se": 1.0, "value_per_unit": 2.0}, "value_per_unit"),
    ],
)
def test_revenue_is_not_measured_in_units(fields, where):
    found = refusals(result(**fields), kpi={"column": "sales", "kind": "revenue"})
    assert found == [(f"/lift_tests/0/result/{where}", "wrong_unit")]


def test_geos_and_price_need_their_columns():
    assert refusals(changed(geos=["a"]), geo=None) == [("/lift_tests/0/geos", "no_geo")]
    assert refusals(changed(price=9.0), price=None) == [("/lift_tests/0/price", "no_price")]


def test_a_steady_test_has_two_worlds_of_one_spend_each():
    steady = {**TEST, "start": None, "end": None}
    assert refusals(steady) == [("/lift_tests/0/treatment", "missing")]
    two = {"control": {"weekly": [1, 2]}, "treatment": {"scale": 2}}
    assert refusals(steady | two) == [("/lift_tests/0/control", "not_steady")]
    one = {"control": {"weekly": 1}, "treatment": {"scale": 2}}
    logs = {"column": "sales", "kind": "units", "likelihood": "lognormal"}
    assert refusals(steady | one, kpi=logs) == [("/lift_tests/0/start", "log_link")]


def test_the_same_measurement_does_not_count_twice():
    again = changed(name="again", transport_sd=0.3)
    assert refusals(TEST, changed(channel="search"), again) == [("/lift_tests/2", "repeated")]
