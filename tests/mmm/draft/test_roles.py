"""The evidence for single roles: KPI and its value, media and their exposure, rivals, events."""

import numpy as np
import pandas as pd
import pytest

from mmm.draft import draft_model
from tests.mmm.draft.tables import WEEKS, Numbers, checked, reason, roles, shop, weekly


def test_orders_are_worth_what_the_column_says():
    n = Numbers(3)
    frame = weekly(
        {
            "pedidos": n.orders,
            "valor medio del pedido": n.around(40.0, 0.05),
            "Gasto TV": n.spend(5000.0),
            "Gasto Facebook": n.spend(2000.0, 0.1),
            "festivo": n.marks(),
        },
        date="semana",
    )
    spec = checked(frame)
    assert (spec.kpi.kind, spec.kpi.value_per_unit) == ("units", "valor medio del pedido")
    assert any("profit" in warning for warning in draft_model(frame).warnings)


def test_units_without_a_value_are_asked_about():
    n = Numbers(4)
    draft = draft_model(weekly({"signups": n.orders, "tv_spend": n.spend(3000.0)}))
    kpi = {"column": "signups", "kind": "units", "likelihood": "student_t"}
    assert draft.model["kpi"] == kpi
    assert "/kpi/value_per_unit" in {question.field for question in draft.questions}


def test_what_a_rival_spends_that_moves_with_our_sales_is_a_control():
    n = Numbers(5)
    frame = shop(
        rival_spend=n.spend(4000.0),
        other_rival_spend=np.round(0.1 * shop()["revenue"] * n.around(1.0, 0.02), 2),
        rival_score_spend=n.signed(),
    )
    found = roles(frame)
    assert found["rival_spend"] == "rival_spend"
    assert found["other_rival_spend"] == "control"
    assert "moves with them (correlation with our sales 0.9" in reason(frame, "other_rival_spend")
    assert found["rival_score_spend"] == "control"
    assert "are negative" in reason(frame, "rival_score_spend")
    checked(frame)


@pytest.mark.parametrize(("shift", "booked"), [(1, "1 week later"), (-1, "1 week earlier")])
def test_exposure_is_paired_with_spend_that_is_booked_in_another_week(shift, booked):
    n = Numbers(6)
    exposure = n.spend(2000.0) * 80.0
    spend = np.roll(exposure, shift) / 80.0
    frame = shop(radio_spend=spend, radio_impressions=exposure)
    assert roles(frame)["radio_impressions"] == "exposure"
    assert booked in reason(frame, "radio_impressions")
    draft = draft_model(frame)
    assert any("cost_window" in warning for warning in draft.warnings)
    checked(frame)


def test_exposure_that_does_not_move_with_its_spend_is_not_used():
    n = Numbers(7)
    frame = shop(radio_spend=n.spend(2000.0), radio_impressions=n.spend(2000.0))
    assert roles(frame)["radio_impressions"] == "not_used"


def test_a_column_with_gaps_is_not_used():
    price = Numbers(8).around(9.0, 0.05)
    price[[4, 50]] = np.nan
    assert roles(shop(price=price))["price"] == "not_used"


def test_sums_identical_and_constant_columns_are_not_used():
    frame = shop()
    frame["radio_spend"] = Numbers(9).spend(800.0)
    frame["total_spend"] = frame["tv_spend"] + frame["search_spend"] + frame["radio_spend"]
    frame["display_spend"] = frame["tv_spend"]
    frame["flat_spend"] = 7.0
    frame["empty"] = None
    found = roles(frame)
    assert {found[name] for name in ("total_spend", "display_spend", "flat_spend", "empty")} == {
        "not_used"
    }
    checked(frame)


def test_labels_of_weeks_are_events():
    labels = ["na"] * WEEKS
    labels[10], labels[70] = "strike", "launch"
    events = checked(shop(events=labels)).events
    assert {event.name for event in events} == {"strike", "launch"}
    assert len(events[0].weeks) == 1


def test_the_country_of_all_rows_gives_its_holidays():
    spec = checked(shop(country=["DE"] * WEEKS))
    assert spec.holidays is not None
    assert spec.holidays.country == "DE"


def test_what_is_the_same_in_every_geo_is_national():
    parts = []
    for code in (501, 602, 803):
        n = Numbers(code)
        part = weekly({"orders": n.orders, "search_spend": n.spend(500.0, 0.1)})
        parts.append(part.assign(dma_code=code, tv_spend=Numbers(1).spend(9000.0, 0.4)))
    tv = next(c for c in checked(pd.concat(parts)).channels if c.name == "tv_spend")
    search = next(c for c in checked(pd.concat(parts)).channels if c.name == "search_spend")
    assert (tv.national, search.national) == (True, False)


def test_a_ratio_of_outcomes_is_a_value_by_its_numbers():
    n = Numbers(15)
    frame = weekly(
        {
            "orders": n.orders,
            "sales": n.revenue,
            "sales order": np.round(n.revenue / n.orders, 2),
            "tv_spend": n.spend(900.0),
        }
    )
    assert roles(frame)["sales order"] == "not_used"
    assert roles(frame)["sales"] == "kpi"


def test_a_fee_of_a_channel_is_spend_and_a_fee_of_sales_is_none():
    n = Numbers(16)
    frame = shop(influencer_fees=n.spend(400.0, 0.6), payment_fees=n.spend(300.0, 0.0))
    assert roles(frame)["influencer_fees"] == "channel"
    assert roles(frame)["payment_fees"] == "follows_sales"


def monthly(values, first: int = 0) -> np.ndarray:
    """``values`` with the cells of all but every fourth or fifth week empty."""
    known = np.zeros(WEEKS, dtype=bool)
    known[[round(first + 4.345 * month) for month in range(int((WEEKS - first) / 4.345))]] = True
    return np.where(known, values, np.nan)


def test_a_monthly_control_is_read_by_a_rule_that_is_stated_and_asked():
    n = Numbers(21)
    frame = shop(consumer_confidence=monthly(n.around(100.0, 0.1)))
    assert roles(frame)["consumer_confidence"] == "control"
    assert "usually 4 weeks apart: each holds until the next" in reason(
        frame, "consumer_confidence"
    )
    draft = draft_model(frame)
    assert [q.options for q in draft.questions if q.field == "/controls/0/between"] == [
        ("hold", "linear")
    ]
    assert any("(between 'hold')" in warning for warning in draft.warnings)
    assert checked(frame).controls[0].between == "hold"


def test_a_monthly_category_is_a_demand_with_a_rule():
    frame = shop(category_demand=monthly(Numbers(22).around(50.0, 0.1), first=2))
    demand = checked(frame).demand
    assert demand is not None
    assert (demand.column, demand.between) == ("category_demand", "hold")


def test_a_control_with_holes_here_and_there_is_not_monthly():
    values = Numbers(23).around(100.0, 0.1)
    values[[4, 50, 51]] = np.nan
    assert roles(shop(consumer_confidence=values))["consumer_confidence"] == "not_used"


def test_what_a_unit_costs_makes_its_value_with_the_price():
    n = Numbers(24)
    frame = weekly(
        {
            "units": n.orders,
            "price": n.around(9.0, 0.05),
            "unit_cost": n.around(4.0, 0.03),
            "tv_spend": n.spend(5000.0),
        }
    )
    draft = draft_model(frame)
    assert draft.model["price"] == {"column": "price", "unit_cost": "unit_cost"}
    assert roles(frame)["unit_cost"] == "value"
    assert "/kpi/value_per_unit" not in {question.field for question in draft.questions}
    checked(frame)
    dearer = frame.assign(unit_cost=frame["unit_cost"] * 3.0)
    assert roles(dearer)["unit_cost"] == "not_used"
