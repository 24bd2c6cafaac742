"""A draft gives every column a role, with the reason, and passes its own check."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.draft import draft_model
from tests.mmm.draft.tables import WEEKS, Numbers, checked, panel, reason, roles, shop, weekly
from tests.mmm.fakes import table


def test_a_panel_of_geos_is_drafted_as_one():
    frame = table(geos=2, weeks=80).rename(columns={"people": "population"})
    spec = checked(frame)
    assert [c.name for c in spec.channels] == [
        f"{n}_spend" for n in ("tv", "search", "radio", "mail")
    ]
    assert (spec.geo, spec.population) == ("region", "population")
    assert spec.price is not None
    assert spec.competitors[0].spend == "rival_spend"
    assert spec.channels[1].exposure == "search_clicks"
    assert (spec.channels[2].exposure, spec.channels[2].frequency) == (
        "radio_reach",
        "radio_frequency",
    )


def test_the_noise_of_one_series_remembers_and_has_heavy_tails_that_of_a_panel_has_not():
    n = Numbers(5)
    one = checked(weekly({"revenue": n.revenue, "tv_spend": n.spend(3000.0)}))
    assert (one.noise.kind, one.kpi.likelihood) == ("ar1", "student_t")
    several = checked(table(geos=2, weeks=80))
    assert (several.noise.kind, several.kpi.likelihood) == ("iid", "normal")


def test_a_german_shop_with_two_rivals():
    n = Numbers(1)
    frame = weekly(
        {
            "KW": [int(day.week) for day in pd.date_range("2022-01-03", periods=WEEKS, freq="7D")],
            "Bestellungen": n.orders,
            "Nettoumsatz": n.revenue,
            "Warenkorbwert": n.revenue / n.orders,
            "Google Ads Kosten": n.spend(3000.0, 0.0),
            "Meta Ads": n.spend(2000.0, 0.1),
            "Fernsehwerbung": n.spend(9000.0, 0.6),
            "Affiliate-Provision": n.revenue * n.around(0.08, 0.01),
            "Newsletter-Versand": np.round(n.spend(2000.0, 0.0)),
            "Verkaufspreis": n.around(9.9, 0.05),
            "UVP": n.around(10.9, 0.02),
            "Wettbewerber_X Preis": n.around(9.0, 0.05),
            "Wettbewerber_X Werbeausgaben": n.spend(5000.0, 0.4),
            "Wettbewerber_Y Preis": n.around(8.0, 0.05),
            "Temperatur": n.signed() * 6.0 + 12.0,
            "Feiertag": n.marks(),
            "Rabattaktion": n.marks(0.15),
            "CPC": n.around(1.0, 0.2),
            "Instagram Follower": np.cumsum(n.spend(100.0, 0.0)),
            "Wareneinsatz": n.revenue * n.around(0.6, 0.01),
            "Xyz": n.spend(1000.0),
        },
        date="Woche",
    )
    expected = {
        "Woche": "date",
        "KW": "not_used",
        "Bestellungen": "kpi_candidate",
        "Nettoumsatz": "kpi",
        "Warenkorbwert": "not_used",
        "Google Ads Kosten": "channel",
        "Meta Ads": "channel",
        "Fernsehwerbung": "channel",
        "Affiliate-Provision": "follows_sales",
        "Newsletter-Versand": "owned_media",
        "Verkaufspreis": "price",
        "UVP": "not_used",
        "Wettbewerber_X Preis": "rival_price",
        "Wettbewerber_X Werbeausgaben": "rival_spend",
        "Wettbewerber_Y Preis": "rival_price",
        "Temperatur": "control",
        "Feiertag": "holiday",
        "Rabattaktion": "event",
        "CPC": "not_used",
        "Instagram Follower": "not_used",
        "Wareneinsatz": "follows_sales",
        "Xyz": "not_used",
    }
    assert roles(frame) == expected
    spec = checked(frame)
    assert [rival.name for rival in spec.competitors] == ["wettbewerber_x", "wettbewerber_y"]
    assert "0.6 times 'Nettoumsatz'" in reason(frame, "Wareneinsatz")
    assert any("Xyz" in question.question for question in draft_model(frame).questions)


def test_a_french_panel_in_pieces_and_money():
    n = Numbers(2)
    columns = {
        "chiffre_d_affaires": n.revenue,
        "unités vendues": n.orders,
        "dépenses_tv": n.spend(4000.0),
        "affichage": n.spend(500.0, 0.7),
        "prix moyen": n.around(9.9, 0.05),
        "prix concurrent A": n.around(9.0, 0.05),
        "promo": n.marks(),
        "température": n.signed() + 5.0,
        "population": np.full(WEEKS, 1e5),
    }
    frame = panel(columns, 3, date="semaine", geo="région")
    frame["prix moyen"] += 0.01 * np.arange(len(frame)) / len(frame)
    found = roles(frame)
    assert found["semaine"] == "date"
    assert found["région"] == "geo"
    assert found["population"] == "population"
    assert found["unités vendues"] == "kpi_candidate"
    assert found["affichage"] == "channel"
    assert found["prix concurrent A"] == "rival_price"
    assert checked(frame).geo == "région"


def test_a_column_that_begins_late_says_so():
    price = Numbers(8).around(9.0, 0.05)
    price[:30] = np.nan
    frame = shop(competitor_price=price)
    (rival,) = checked(frame).competitors
    assert str(rival.begins) == frame["week"][30]
    assert any(frame["week"][30] in warning for warning in draft_model(frame).warnings)


def test_controls_are_left_out_where_weeks_are_too_few():
    n = Numbers(10)
    controls = {f"weather_{k}": n.signed() for k in range(20)}
    frame = shop(**controls).head(30)
    draft = draft_model(frame)
    checked(frame)
    left = [each for each in draft.columns if "too few" in each.reason]
    assert left
    assert all(each.role == "not_used" for each in left)


def test_the_smallest_channels_are_left_out_where_weeks_are_too_few_for_all():
    n = Numbers(14)
    spends = {f"channel_{k}_spend": n.spend(100.0 * (k + 1)) for k in range(20)}
    frame = shop(**spends).head(40)
    kept = [channel.column for channel in checked(frame).channels]
    assert {"tv_spend", "search_spend", "channel_19_spend"} <= {*kept}
    assert "channel_0_spend" not in kept


def test_a_table_without_date_or_sales_asks_for_both():
    draft = draft_model(pd.DataFrame({"a": [1.5, 2.5, 0.5], "b": ["x", "y", "z"]}))
    assert {question.field for question in draft.questions} >= {
        *("/date", "/kpi/column", "/channels")
    }
    assert not draft.warnings
    assert [column.name for column in draft.columns] == ["a", "b"]


def test_a_long_table_is_told_to_be_reshaped():
    frame = weekly({"sales": Numbers().revenue, "tv_spend": Numbers().spend(900.0)})
    twice = pd.concat([frame, frame], ignore_index=True)
    assert any("reshaped" in warning for warning in draft_model(twice).warnings)


def test_names_that_clash_are_told_apart():
    n = Numbers(12)
    frame = shop(
        **{
            "Meta / Ads": n.spend(900.0),
            "Meta . Ads": n.spend(900.0),
            "rival price": n.around(9.0, 0.05),
            "rival": n.signed(),
            "baseline promo": n.marks(),
        }
    )
    spec = checked(frame)
    assert len({*spec.names}) == len(spec.names)
    assert {"Meta Ads", "Meta Ads (2)", "rival", "rival (2)"} <= {*spec.names}


def test_more_events_than_a_model_may_have_are_left_out():
    n = Numbers(13)
    marks = {f"promo_{k}": n.marks(0.2) for k in range(60)}
    spec = checked(shop(**marks))
    assert len(spec.events) <= 50


WORDS = st.sampled_from(
    ["tv", "spend", "price", "rival", "sales", "promo", "email", "x", "Kosten", "impressions", "%"]
)
CELLS = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(0, 3),
    st.sampled_from(["", "a", "na"]),
    st.just(float("nan")),
)


@given(
    names=st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), unique=True, max_size=6),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_any_table_has_a_role_for_every_column(names, data):
    """Whatever the names and cells: every column is listed, and a draft that can be read passes
    its own check or says why it does not."""
    rows = 40
    columns = {
        name: data.draw(st.lists(CELLS, min_size=3, max_size=8).map(lambda c: (c * rows)[:rows]))
        for name in names
    }
    days = pd.date_range("2022-01-03", periods=rows, freq="W-MON").strftime("%Y-%m-%d")
    frame = pd.DataFrame({"week": days, **columns}, dtype=object)
    draft = draft_model(frame)
    assert [column.name for column in draft.columns] == [*frame.columns]
    assert draft.model_dump_json()
