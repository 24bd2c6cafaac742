"""Edits of a specification: what each changes and nothing else, and what is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.errors import QueryError, SpecError
from mmm.spec.model import parse_spec
from mmm.trust.rivals.edits import EDITS, edited, patched
from mmm.trust.rivals.propose import proposed
from tests.mmm.fakes import RICH, fake_model

BASE = parse_spec(RICH)
LATENT = parse_spec({**RICH, "controls": []})
"""A control may not be named as the latent demand is."""


def changed(edit: str, base=BASE) -> dict:
    before, after = (spec.model_dump(mode="json") for spec in (base, edited(base, edit)))
    return {name: after[name] for name in after if after[name] != before[name]}


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        ("with AR(1)", {"noise"}),
        ("with heavy tails", {"kpi"}),
        ("with a wandering baseline", {"trend"}),
        ("with a walking baseline", {"trend"}),
        ("with AR(1) + with heavy tails", {"noise", "kpi"}),
        ("effects multiply", {"link"}),
        ("demand as a mediator", {"controls", "mediators"}),
        ("demand as a mediator of tv, radio", {"controls", "mediators"}),
        ("search as a mediator of tv", {"channels", "mediators"}),
        ("tv drifts", {"time_varying"}),
        ("tv builds up", {"channels"}),
        ("tv saturates first", {"channels"}),
        ("tv and radio interact", {"interactions"}),
        ("without demand", {"controls"}),
        ("  WITH ar(1) ", {"noise"}),
    ],
)
def test_an_edit_changes_what_it_says(edit, fields):
    assert set(changed(edit)) == fields


def test_the_words_become_the_fields():
    assert changed("with AR(1)")["noise"]["kind"] == "ar1"
    mediator = changed("demand as a mediator of tv, radio")["mediators"][0]
    assert (mediator["column"], mediator["parents"]) == ("demand", ["tv", "radio"])
    all_of_them = changed("search as a mediator")["mediators"][0]
    assert all_of_them["parents"] == ["tv", "radio", "mail"]
    latent = changed("demand latent", LATENT)
    assert set(latent) == {"demand"}
    assert latent["demand"]["drives"] == ["tv", "search", "radio", "mail"]
    assert changed("tv and radio interact")["interactions"] == [["tv", "radio"]]


def test_a_series_of_demand_becomes_its_sensor():
    series = parse_spec({**RICH, "controls": [], "demand": {"kind": "series", "column": "demand"}})
    assert changed("demand measured with noise", series)["demand"]["kind"] == "sensor"
    with pytest.raises(QueryError, match="no series of demand is declared"):
        edited(LATENT, "demand measured with noise")
    with pytest.raises(QueryError, match="there is no edit 'with magic'"):
        edited(BASE, "with AR(1) + with magic")


def test_noise_and_baseline_are_proposed_where_nothing_complains():
    model = fake_model({**RICH, "controls": []})
    names = [rival.name for rival in proposed(model)]
    assert names == [
        "with AR(1) + with heavy tails",
        "with a walking baseline + with AR(1) + with heavy tails",
    ]


def test_what_is_no_edit_is_refused_with_those_that_are():
    with pytest.raises(QueryError, match="there is no edit 'with magic'") as refused:
        edited(BASE, "with magic")
    assert refused.value.issues[0].code == "unknown_edit"
    assert all(edit in refused.value.issues[0].detail for edit in EDITS)


@pytest.mark.parametrize("edit", ["tele drifts", "without tv", "tv and tele interact"])
def test_a_name_that_is_not_there_is_refused(edit):
    with pytest.raises(QueryError, match="has no") as refused:
        edited(BASE, edit)
    assert refused.value.issues[0].code == "unknown_name"


def test_what_does_not_go_together_is_refused_by_the_specification():
    with pytest.raises(SpecError):
        patched(BASE, {"channels": []})


def test_a_patch_is_that_of_the_standard():
    found = patched(BASE, {"trend": {"kind": "smooth"}, "price": None, "controls": []})
    assert found.trend.kind == "smooth"
    assert found.trend.lengthscale == BASE.trend.lengthscale
    assert found.price is None
    assert found.controls == ()
    assert found.channels == BASE.channels


@given(st.sampled_from(["with AR(1)", "with a wandering baseline", "effects multiply"]))
def test_an_edit_made_twice_is_made_once(edit):
    once = edited(BASE, edit)
    assert edited(once, edit) == once
