"""A channel whose column counts pieces, with what a piece costs each week: spend is the product."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.data.design import design_of
from mmm.data.panel import Panel, build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError, SpecError
from mmm.refit.append_weeks import restated_cells
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model, table

SEARCH = 1
BY_WEEK = {"name": "search", "column": "search_clicks", "unit_cost": "cost_per_click"}
BY_SPEND = {"name": "search", "column": "search_spend", "exposure": "search_clicks"}


def document(search: dict[str, Any], **more: Any) -> dict[str, Any]:
    channels = [*RICH["channels"]]
    channels[SEARCH] = search
    return {**RICH, "channels": channels, **more}


def with_cost(geos: int = 1) -> pd.DataFrame:
    """Clicks and what one of them cost; nothing stands there in weeks without clicks."""
    frame = table(geos=geos)
    clicks, spend = (frame[f"search_{name}"].to_numpy(float) for name in ("clicks", "spend"))
    bought = clicks > 0.0
    cost = np.where(bought, spend / np.where(bought, clicks, 1.0), np.nan)
    return frame.assign(cost_per_click=cost)


def same(one: Panel, two: Panel) -> None:
    for name in ("spend", "unit_cost"):
        np.testing.assert_allclose(one.array(name), two.array(name), rtol=1e-12)


@pytest.mark.parametrize("geos", [1, 3])
def test_pieces_and_their_cost_are_what_spend_and_exposure_are(geos: int) -> None:
    frame = with_cost(geos)
    more = {"geo": "region"} if geos > 1 else {}
    by_week = build_panel(frame, parse_spec(document(BY_WEEK, **more)))
    same(by_week, build_panel(frame, parse_spec(document(BY_SPEND, **more))))
    assert by_week.array("spend")[..., SEARCH].sum() == pytest.approx(frame["search_spend"].sum())


def test_one_cost_for_all_weeks_is_a_number() -> None:
    frame = table()
    panel = build_panel(frame, parse_spec(document({**BY_WEEK, "unit_cost": 0.5})))
    clicks = frame["search_clicks"].to_numpy(float)
    np.testing.assert_allclose(panel.array("spend")[:, 0, SEARCH], 0.5 * clicks)
    assert (panel.array("unit_cost")[..., SEARCH] == 0.5).all()


def test_a_national_channel_is_split_at_its_cost() -> None:
    frame = with_cost(2)
    first = frame["region"] == "r0"
    for column in ("search_clicks", "search_spend", "cost_per_click"):
        frame[column] = np.tile(frame.loc[first, column].to_numpy(), 2)
    national = {"national": True}
    one = build_panel(frame, parse_spec(document({**BY_WEEK, **national}, geo="region")))
    np.testing.assert_allclose(
        one.array("spend")[..., SEARCH].sum(1), frame.loc[first, "search_spend"]
    )
    back = panel_to_table(one, parse_spec(document({**BY_WEEK, **national}, geo="region")))
    clicks = np.repeat(frame.loc[first, "search_clicks"].to_numpy(float), 2)
    np.testing.assert_allclose(back["search_clicks"], clicks)


@pytest.mark.parametrize(("cost", "said"), [(np.nan, "no cost for"), (0.0, "the cost 0 for")])
def test_pieces_without_a_cost_are_refused_by_their_row(cost: float, said: str) -> None:
    frame = with_cost()
    row = int(np.flatnonzero(frame["search_clicks"])[3])
    costs = frame["cost_per_click"].to_numpy(float).copy()
    costs[row] = cost
    with pytest.raises(DataError) as refused:
        build_panel(frame.assign(cost_per_click=costs), parse_spec(document(BY_WEEK)))
    (issue,) = refused.value.issues
    assert issue.pointer == f"/data/rows/{row}/cost_per_click"
    assert said in issue.detail


@pytest.mark.parametrize("wrong", [{"exposure": "search_spend"}, {"cost": "none"}])
def test_pieces_have_no_exposure_beside_them_and_are_not_free(wrong: dict[str, str]) -> None:
    with pytest.raises(SpecError, match="unit_cost is of a channel whose column is exposure"):
        parse_spec(document({**BY_WEEK, **wrong}))


def test_the_past_is_unchanged_when_its_rows_come_again() -> None:
    frame, spec = with_cost(), parse_spec(document(BY_WEEK))
    panel = build_panel(frame, spec)
    model = replace(fake_model(), design=design_of(spec, panel))
    assert restated_cells(model, frame, spec) == ()
    again = build_panel(panel_to_table(panel, spec), spec)
    same(again, panel)
    dearer = frame["cost_per_click"].to_numpy(float) * (1.0 + (np.arange(len(frame)) == 7))
    assert {c.column for c in restated_cells(model, frame.assign(cost_per_click=dearer), spec)} == {
        "cost_per_click"
    }


@given(st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_the_size_of_a_piece_does_not_matter(size: float) -> None:
    """Thousands of clicks at the cost of a thousand are the same spend."""
    frame = with_cost()
    other = frame.assign(
        search_clicks=frame["search_clicks"] / size, cost_per_click=frame["cost_per_click"] * size
    )
    spec = parse_spec(document(BY_WEEK))
    np.testing.assert_allclose(
        build_panel(frame, spec).array("spend"), build_panel(other, spec).array("spend"), rtol=1e-9
    )
