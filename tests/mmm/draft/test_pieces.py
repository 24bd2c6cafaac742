"""Media counted in pieces, whose cost by piece is a column: leaflets, letters, clicks."""

import numpy as np
import pytest

from tests.mmm.draft.tables import Numbers, checked, reason, roles, shop


@pytest.mark.parametrize(
    ("pieces", "cost"),
    [
        ("leaflets_distributed", "leaflet_cost_per_piece"),
        ("Bing clicks", "Bing CPC"),
        ("Mailings versandt", "Kosten pro Mailing"),
        ("newsletter_sent", "newsletter unit cost"),
    ],
)
def test_pieces_with_their_cost_are_a_channel(pieces: str, cost: str) -> None:
    n = Numbers(41)
    sent = np.round(n.spend(2000.0) * 3.0)
    price = np.where(sent > 0.0, np.round(n.around(0.2, 0.1), 3), 0.0)
    frame = shop(**{pieces: sent, cost: price})
    found = roles(frame)
    assert (found[pieces], found[cost]) == ("channel", "unit_cost")
    assert repr(pieces) in reason(frame, cost)
    channel = checked(frame).channels[-1]
    assert (channel.column, channel.unit_cost) == (pieces, cost)


def test_where_spend_is_known_the_cost_of_a_piece_is_a_ratio() -> None:
    n = Numbers(42)
    spend = n.spend(2000.0)
    frame = shop(bing_spend=spend, bing_clicks=np.round(spend * 2.0), bing_cpc=n.around(0.5, 0.1))
    found = roles(frame)
    assert found["bing_spend"] == "channel"
    assert found["bing_clicks"] == "exposure"
    assert found["bing_cpc"] == "not_used"


def test_pieces_without_a_cost_in_some_week_are_not_priced() -> None:
    n = Numbers(43)
    sent = np.round(n.spend(2000.0, 0.0))
    price = n.around(0.2, 0.1)
    price[5] = 0.0
    frame = shop(leaflets_sent=sent, leaflet_cost_per_piece=price)
    assert "has weeks without a cost above zero" in reason(frame, "leaflet_cost_per_piece")
    assert roles(frame)["leaflets_sent"] == "owned_media"


def test_the_cost_of_an_order_is_no_cost_of_a_piece() -> None:
    n = Numbers(44)
    frame = shop(bing_clicks=np.round(n.spend(900.0)), bing_cost_per_order=n.around(9.0, 0.1))
    assert roles(frame)["bing_cost_per_order"] == "not_used"
