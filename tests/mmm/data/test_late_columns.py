"""Columns that begin later than the data, as the specification states."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmm.checks.prior import precheck
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.errors import DataError
from mmm.refit.append_weeks import restated_cells
from mmm.spec.model import ModelSpec, parse_spec
from tests.mmm.fakes import RICH, fake_model, table

BEGINS = 20


def late(frame: pd.DataFrame) -> tuple[pd.DataFrame, ModelSpec]:
    """RICH with a rival, a channel and a control that begin in week ``BEGINS``."""
    frame = frame.copy()
    for column in ("rival_price", "rival_spend", "mail_spend", "demand"):
        frame.loc[frame["week"] < frame["week"][BEGINS], column] = np.nan
    day = {"from": frame["week"][BEGINS]}
    *channels, mail = RICH["channels"]
    document = {
        **RICH,
        "channels": [*channels, mail | day],
        "competitors": [RICH["competitors"][0] | day],
        "controls": [{"name": "demand", "column": "demand", **day}],
    }
    return frame, parse_spec(document)


def test_what_stands_before_the_beginning_moves_nothing() -> None:
    frame, spec = late(table())
    panel = build_panel(frame, spec)
    assert not panel.array("spend")[:BEGINS, 0, 3].any()
    assert not panel.array("rival_spend")[:BEGINS].any()
    price = panel.array("rival_price")[..., 0].ravel()
    reference = np.exp(np.log(frame["rival_price"][BEGINS:].to_numpy(float)).mean())
    np.testing.assert_allclose(price[:BEGINS], reference)
    control = panel.array("controls")[..., 0].ravel()
    np.testing.assert_allclose(control[:BEGINS], frame["demand"][BEGINS:].mean())
    said = [s for s in precheck(spec, panel).warnings if str(frame["week"][BEGINS]) in s]
    assert len(said) == 4


def test_a_gap_after_the_beginning_is_refused_by_its_row() -> None:
    frame, spec = late(table())
    frame.loc[BEGINS + 5, "rival_price"] = np.nan
    with pytest.raises(DataError) as refused:
        build_panel(frame, spec)
    (issue,) = refused.value.issues
    assert issue.pointer == f"/data/rows/{BEGINS + 5}/rival_price"


def test_a_beginning_outside_the_data_is_refused() -> None:
    frame, _ = late(table())
    with pytest.raises(DataError) as refused:
        build_panel(frame, parse_spec({**RICH, "controls": [
            {"column": "demand", "from": "2031-01-06"}
        ]}))  # fmt: skip
    assert refused.value.issues[0].pointer == "/controls/0/from"


def test_the_past_is_unchanged_when_its_rows_come_again() -> None:
    frame, spec = late(table())
    panel = build_panel(frame, spec)
    model = replace(fake_model(), design=design_of(spec, panel))
    assert restated_cells(model, frame, spec) == ()
    again = build_panel(panel_to_table(model.panel, spec), spec)
    np.testing.assert_allclose(again.array("rival_price"), model.panel.array("rival_price"))
