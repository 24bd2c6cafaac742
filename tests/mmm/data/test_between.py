"""Columns that are known in some weeks only: each number holds, or a line joins them, as told."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.checks.prior import precheck
from mmm.data.between import RarelyKnown
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError, SpecError
from mmm.refit.append_weeks import append_weeks, restated_cells
from mmm.spec.model import ModelSpec, parse_spec
from tests.mmm.fakes import RICH, fake_model, table

EVERY = 4


def monthly(rule: str | None, **more: str) -> tuple[pd.DataFrame, ModelSpec]:
    """RICH with a control that has a number in every fourth week, the first one empty."""
    frame = table()
    frame.loc[[row % EVERY != 1 for row in range(len(frame))], "demand"] = np.nan
    between = {} if rule is None else {"between": rule}
    control = {"name": "demand", "column": "demand", **between, **more}
    return frame, parse_spec({**RICH, "controls": [control]})


def test_each_number_holds_until_the_next() -> None:
    frame, spec = monthly("hold")
    filled = build_panel(frame, spec).array("controls")[..., 0].ravel()
    sent = frame["demand"].to_numpy(float)
    np.testing.assert_array_equal(filled[1:5], sent[1])
    assert filled[0] == sent[1]
    assert filled[5] == sent[5] != sent[1]


def test_a_line_joins_the_numbers() -> None:
    frame, spec = monthly("linear")
    filled = build_panel(frame, spec).array("controls")[..., 0].ravel()
    sent = frame["demand"].to_numpy(float)
    assert filled[3] == pytest.approx((sent[1] + sent[5]) / 2)


def test_the_check_says_what_is_assumed() -> None:
    frame, spec = monthly("hold")
    said = precheck(spec, build_panel(frame, spec)).warnings
    assert any("each number holds until the next one (between 'hold')" in each for each in said)


def test_without_a_rule_an_empty_cell_is_refused_with_the_word() -> None:
    frame, spec = monthly(None)
    cells = [None if cell != cell else cell for cell in frame["demand"]]
    frame["demand"] = pd.Series(cells, dtype=object)
    with pytest.raises(DataError, match=r"the cell is empty.*\"between\": \"hold\""):
        build_panel(frame, spec)


def test_seven_numbers_are_too_few() -> None:
    frame, spec = monthly("hold")
    frame.loc[EVERY * 7 + 1 :, "demand"] = np.nan
    with pytest.raises(DataError, match="'demand' has 7 numbers; a control needs at least 8"):
        build_panel(frame, spec)


def test_a_demand_series_has_a_rule_too_and_no_other_demand_has() -> None:
    frame, _ = monthly("hold")
    demand = {"kind": "series", "column": "demand", "between": "hold"}
    spec = parse_spec({**RICH, "controls": [], "demand": demand})
    assert np.isfinite(build_panel(frame, spec).array("controls")).all()
    with pytest.raises(SpecError, match="between is about the cells of a column"):
        parse_spec({**RICH, "controls": [], "demand": {"kind": "none", "between": "hold"}})


def test_a_late_beginning_and_a_rule_go_together() -> None:
    begins = table()["week"][20]
    frame, spec = monthly("hold", **{"from": begins})
    filled = build_panel(frame, spec).array("controls")[..., 0].ravel()
    assert filled[20] == frame["demand"][21]
    np.testing.assert_allclose(filled[:20], filled[20:].mean())


def test_a_geo_without_a_number_is_named() -> None:
    frame = table(geos=2)
    first = frame["region"].iloc[0]
    frame.loc[frame["region"] == first, "demand"] = np.nan
    document = {
        **RICH,
        "geo": "region",
        "controls": [{"name": "demand", "column": "demand", "between": "linear"}],
    }
    with pytest.raises(DataError, match=f"'demand' has no number in geo '{first}'"):
        build_panel(frame, parse_spec(document))


@pytest.mark.parametrize("rule", ["hold", "linear"])
def test_the_past_is_unchanged_when_its_rows_come_again(rule: str) -> None:
    frame, spec = monthly(rule)
    panel = build_panel(frame, spec)
    model = replace(fake_model(), design=design_of(spec, panel))
    assert restated_cells(model, frame, spec) == ()
    again = build_panel(panel_to_table(panel, spec), spec)
    np.testing.assert_allclose(again.array("controls"), panel.array("controls"))
    raised = frame["demand"].to_numpy(float) + (np.arange(len(frame)) == 5)
    other = frame.assign(demand=raised)
    assert [cell.row for cell in restated_cells(model, other, spec)] == [5]


def test_new_weeks_continue_the_last_number() -> None:
    frame, spec = monthly("hold")
    weeks = len(frame) - 2
    model = replace(fake_model(), design=design_of(spec, build_panel(frame[:weeks], spec)))
    new = frame[weeks:].assign(demand=np.nan).reset_index(drop=True)
    continued = append_weeks(model, new).panel.array("controls")[..., 0].ravel()
    np.testing.assert_array_equal(continued[weeks:], continued[weeks - 1])


CELLS = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=40
).filter(lambda cells: any(cell == cell for cell in cells))


@given(CELLS, st.sampled_from(["hold", "linear"]), st.randoms(use_true_random=False))
def test_filling_keeps_what_is_known_in_any_order_and_invents_no_extreme(cells, rule, random):
    weeks = [date(2022, 1, 3) + timedelta(weeks=step) for step in range(len(cells))]
    order = random.sample(range(len(cells)), len(cells))
    values = np.array(cells)[order]
    filled = RarelyKnown(rule, None, "x").fill(
        values, [weeks[at] for at in order], ["a"] * len(cells)
    )
    known = np.isfinite(values)
    np.testing.assert_array_equal(filled[known], values[known])
    slack = 1e-9 * np.abs(values[known]).max()
    assert filled.min() >= values[known].min() - slack
    assert filled.max() <= values[known].max() + slack
