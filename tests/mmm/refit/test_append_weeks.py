"""New weeks for a model: the past is known again, differences are named, nothing else is let in."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.data.timeline import date_basis
from mmm.errors import DataError, SpecError
from mmm.priors.sample import prior_draws
from mmm.refit.append_weeks import append_weeks
from mmm.refit.carry_scales import carry_scales
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model, panel_spec, table

OLD, ALL = 60, 64
WIDE = {
    **RICH,
    "channels": [
        {"name": "tv", "column": "tv_spend", "national": True},
        {"name": "search", "column": "search_spend", "exposure": "search_clicks"},
        {"name": "radio", "column": "radio_spend", "exposure": "radio_reach",
         "frequency": "radio_frequency"},
    ],
    "mediators": [{"name": "awareness", "column": "awareness", "parents": ["tv"]}],
    "events": [{"name": "promo", "column": "promo"}],
}  # fmt: skip


def whole(geos: int = 1) -> pd.DataFrame:
    """All weeks; the first 60 are those that the fake model was fitted to."""
    frame = table(ALL, geos)
    past = table(OLD, geos)
    return pd.concat(
        [
            pd.concat([past[past.region == region], rest.iloc[OLD:]])
            for region, rest in frame.groupby("region")
        ],
        ignore_index=True,
    )


def new_weeks(frame: pd.DataFrame, model) -> pd.DataFrame:
    last = model.panel.weeks[-1].isoformat()
    later: pd.DataFrame = frame[frame.week > last]
    return later.reset_index(drop=True)


def test_a_walk_keeps_its_size_and_gets_the_new_weeks() -> None:
    model = fake_model({**RICH, "trend": {"kind": "random_walk"}})
    added = append_weeks(model, new_weeks(whole(), model)).panel
    scales = carry_scales(model, model.spec, added)
    assert (scales.span_weeks, scales.fitted_weeks) == (OLD, ALL)
    assert (model.scales.span_weeks, model.scales.fitted_weeks) == (OLD, OLD)
    before = date_basis(added.weeks, model.scales, model.spec)["walk"]
    after = date_basis(added.weeks, scales, model.spec)["walk"]
    # a random walk of one size: s.d. one at the end of the reference window
    assert (before[:, OLD - 1] ** 2).sum() == pytest.approx(1.0, abs=0.01)
    assert (after[:, OLD - 1] ** 2).sum() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_array_equal(before[:, OLD - 1], before[:, -1])
    assert (after[:, -1] ** 2).sum() == pytest.approx((ALL - 1) / (OLD - 1), rel=0.01)


@pytest.mark.parametrize("geos", [1, 3])
def test_new_weeks_alone_and_the_whole_table_are_one_panel(geos) -> None:
    model, frame = fake_model(geos=geos), whole(geos)
    short = append_weeks(model, new_weeks(frame, model))
    full = append_weeks(model, frame)
    assert short.panel.data.identical(full.panel.data)
    assert short.panel.data.identical(build_panel(frame, model.spec).data)
    assert short.new_weeks == tuple(model.panel.weeks[-1] + timedelta(weeks=k) for k in range(1, 5))
    assert short.restated == full.restated == ()


def test_the_table_of_a_panel_gives_the_panel_back() -> None:
    frame = table(OLD, 2)
    frame["tv_spend"] = frame.groupby("week").tv_spend.transform("sum")
    frame.loc[frame.index % 4 != 3, "awareness"] = np.nan
    spec = panel_spec(WIDE, 2)
    panel = build_panel(frame, spec)
    again = build_panel(panel_to_table(panel, spec), spec)
    for name in panel.data.data_vars:
        np.testing.assert_allclose(
            again.array(str(name)), panel.array(str(name)), rtol=1e-12, err_msg=str(name)
        )


def test_restated_cells_are_refused_by_row_column_and_numbers_and_taken_if_accepted() -> None:
    model, frame = fake_model(), whole()
    frame["tv_spend"] += 5.0 * (frame.index == 7)
    frame["sales"] = frame.sales.where(frame.index != 9, 123.5)
    old = table(OLD)
    with pytest.raises(DataError) as caught:
        append_weeks(model, frame)
    first, second = caught.value.issues
    assert (first.pointer, first.code) == ("/data/rows/7/tv_spend", "restated")
    assert f"{old.tv_spend[7]:.12g}" in first.detail
    assert f"{frame.tv_spend[7]:.12g}" in first.detail
    assert second.pointer == "/data/rows/9/sales"
    found = append_weeks(model, frame, accept=True)
    assert [(cell.row, cell.column) for cell in found.restated] == [(7, "tv_spend"), (9, "sales")]
    assert found.panel.array("kpi")[9, 0] == 123.5


def test_digits_lost_in_a_spreadsheet_are_no_restatement() -> None:
    model, frame = fake_model(), whole()
    frame["sales"] = [f"{value:.12g}" for value in frame.sales]
    assert append_weeks(model, frame).restated == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.drop(index=[60]), "gap"),
        (lambda f: f.drop(columns="tv_spend"), "column_missing"),
        (lambda f: f.assign(week="2001-01-01"), "before_data"),
        (lambda f: f.assign(search_spend=-1.0), "negative"),
        (lambda f: pd.concat([f, f.iloc[[-1]]], ignore_index=True), "duplicate_date"),
    ],
)
def test_what_does_not_continue_the_data_is_refused(change, code) -> None:
    model = fake_model()
    with pytest.raises(DataError) as caught:
        append_weeks(model, change(whole()))
    assert caught.value.issues[0].code == code


def test_a_geo_that_the_model_does_not_have_is_named() -> None:
    model = fake_model(geos=2)
    with pytest.raises(DataError) as caught:
        append_weeks(model, table(ALL, 3))
    assert caught.value.issues[0].code == "other_geos"
    assert "'r2'" in caught.value.issues[0].detail


def test_a_changed_specification_needs_its_new_columns_of_every_week() -> None:
    model, frame = fake_model(), whole()
    spec = parse_spec({**RICH, "controls": ["demand", {"name": "promo", "column": "promo"}]})
    with pytest.raises(SpecError) as caught:
        append_weeks(model, new_weeks(frame, model), spec)
    assert caught.value.issues[0].pointer == "/controls/1/column"
    assert append_weeks(model, frame, spec).panel.array("controls").shape[-1] == 2
    other = parse_spec({**RICH, "kpi": {"column": "orders", "kind": "units"}})
    with pytest.raises(SpecError):
        append_weeks(model, frame, other)


def test_a_refit_keeps_the_scales_of_what_it_keeps() -> None:
    model, frame = fake_model(), whole()
    found = append_weeks(model, frame)
    carried = vars(carry_scales(model, model.spec, found.panel))
    assert carried == vars(model.scales) | {"fitted_weeks": ALL}
    spec = parse_spec(
        {**RICH, "channels": [*RICH["channels"][::-1]], "controls": ["promo", "demand"]}
    )
    wider = append_weeks(model, frame, spec)
    scales = carry_scales(model, spec, wider.panel)
    np.testing.assert_array_equal(scales.mean_spend, model.scales.mean_spend[::-1])
    np.testing.assert_array_equal(scales.exposure[:4], model.scales.exposure[:4][::-1])
    np.testing.assert_array_equal(scales.exposure[4], model.scales.exposure[4])
    assert scales.control_mean[1] == model.scales.control_mean[0]
    assert (scales.kpi, scales.origin, scales.span_weeks) == (
        model.scales.kpi,
        model.scales.origin,
        OLD,
    )


@pytest.mark.parametrize("belief", ["roi", "marginal_roi", "share", "elasticity"])
def test_a_belief_keeps_its_reference_window(belief) -> None:
    """The coefficient that a belief implies does not move because weeks are appended."""
    tv = {"name": "tv", "column": "tv_spend", "prior": {belief: {"median": 0.2, "p95": 0.4}}}
    model = fake_model({**RICH, "channels": [tv, *RICH["channels"][1:]]})
    longer = append_weeks(model, whole()).panel
    before, after = (
        prior_draws(model.design.on_panel(panel), 20, seed=3)["beta"].to_numpy()
        for panel in (model.panel, longer)
    )
    np.testing.assert_allclose(after, before, rtol=1e-12)
