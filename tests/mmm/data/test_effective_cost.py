"""Exposure without spend and spend without exposure: the cost of a unit over the weeks around."""

import numpy as np
import pandas as pd
import pytest

from mmm.checks.prior import precheck
from mmm.data.effective_cost import effective_cost
from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError
from mmm.spec.model import ModelSpec, parse_spec
from tests.mmm.fakes import table

WEEKS = 60


def radio(**more: object) -> ModelSpec:
    """Radio by its clicks, which are 1 / 0.02 of its spend."""
    channel = {"name": "radio", "column": "radio_spend", "exposure": "radio_plays", **more}
    return parse_spec({"kpi": {"column": "sales"}, "date": "week", "channels": [channel]})


def frame(seed: int = 0) -> pd.DataFrame:
    found = table(WEEKS, seed=seed)
    found["radio_plays"] = 50.0 * found["radio_spend"]
    return found


def test_a_late_bill_leaves_the_cost_and_the_total() -> None:
    late = frame()
    late["radio_spend"] = np.roll(late["radio_spend"], 1)
    late.loc[0, "radio_spend"] = 0.0
    late.loc[WEEKS - 1, "radio_plays"] = 0.0
    spec = radio()
    panel = build_panel(late, spec)
    spend, cost = panel.array("spend"), panel.array("unit_cost")
    np.testing.assert_allclose(spend[..., 0].ravel(), cost.ravel() * late["radio_plays"])
    assert spend.sum() == pytest.approx(late["radio_spend"].sum())
    # the window of a week in the middle holds the same exposure and its bills, but for both ends
    assert np.median(np.abs(cost / 0.02 - 1.0)) < 0.15
    (sentence,) = [s for s in precheck(spec, panel).warnings if "cost_window" in s]
    assert "13 weeks" in sentence


def test_a_bonus_week_costs_what_the_weeks_around_it_cost() -> None:
    spend = np.full((21, 1), 100.0)
    spend[10] = 0.0
    exposure = np.full((21, 1), 1000.0)
    cost = effective_cost(spend, exposure, 5)
    assert (cost * exposure).sum() == pytest.approx(spend.sum())
    assert cost[10, 0] / cost[0, 0] == pytest.approx(4.0 / 5.0)
    assert np.all(cost[13:, 0] == cost[0, 0])


def test_a_window_without_spend_has_the_average_of_the_channel() -> None:
    spend = np.zeros((30, 1))
    spend[20:] = 10.0
    exposure = np.full((30, 1), 4.0)
    cost = effective_cost(spend, exposure, 3)
    assert np.all(cost > 0.0)
    assert (cost * exposure).sum() == pytest.approx(100.0)


def test_weeks_that_match_keep_their_own_cost() -> None:
    priced = frame()
    priced["radio_plays"] *= np.linspace(1.0, 2.0, WEEKS)
    panel = build_panel(priced, radio())
    assert "paid" not in panel.data
    bought = priced["radio_plays"].to_numpy() > 0.0
    own = priced["radio_spend"][bought] / priced["radio_plays"][bought]
    np.testing.assert_allclose(panel.array("unit_cost").ravel()[bought], own)


def test_a_window_of_one_week_refuses_them() -> None:
    bonus = frame()
    bonus.loc[7, "radio_spend"] = 0.0
    bonus.loc[7, "radio_plays"] = 90.0
    with pytest.raises(DataError, match="cost_window 1"):
        build_panel(bonus, radio(cost_window=1))


def test_exposure_that_was_never_paid_for_has_no_cost() -> None:
    unpaid = frame()
    unpaid["radio_spend"] = 0.0
    with pytest.raises(DataError):
        build_panel(unpaid, radio())


def test_the_table_of_a_panel_has_what_was_paid() -> None:
    bonus = frame()
    bonus.loc[7, "radio_spend"] = 0.0
    bonus.loc[7, "radio_plays"] = 90.0
    spec = radio()
    panel = build_panel(bonus, spec)
    again = panel_to_table(panel, spec)
    np.testing.assert_allclose(again["radio_spend"], bonus["radio_spend"])
    np.testing.assert_allclose(again["radio_plays"], bonus["radio_plays"], rtol=1e-12)
    np.testing.assert_allclose(build_panel(again, spec).array("spend"), panel.array("spend"))
