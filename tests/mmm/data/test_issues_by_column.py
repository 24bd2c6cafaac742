"""Many wrong cells of a column are told in one sentence."""

import numpy as np
import pytest

from mmm.data.issues_by_column import one_per_column
from mmm.data.panel import build_panel
from mmm.errors import DataError, Issue
from tests.mmm.fakes import RICH, panel_spec, table


def test_each_column_and_kind_is_told_once() -> None:
    frame = table().astype(object)
    frame.loc[[3, 4, 9], "tv_spend"] = "n/a"
    frame.loc[5, "tv_spend"] = None
    frame.loc[np.arange(20, 40), "price"] = "?"
    with pytest.raises(DataError) as refused:
        build_panel(frame, panel_spec(RICH, 1))
    told = [(issue.pointer, issue.code) for issue in refused.value.issues]
    assert told == [
        ("/data/rows/3/tv_spend", "not_a_number"),
        ("/data/rows/5/tv_spend", "missing"),
        ("/data/rows/20/price", "not_a_number"),
    ]
    tv, _, price = (issue.detail for issue in refused.value.issues)
    assert tv.endswith("'n/a' is not a number; the same in 2 more rows (5, 10)")
    first = ", ".join(str(row) for row in range(22, 32))
    assert price.endswith(f"; the same in 19 more rows ({first}, ...)")


def test_what_is_no_cell_stays_as_it_is() -> None:
    issues = [Issue("/date", "gap", "one"), Issue("/date", "gap", "two")]
    assert [*one_per_column(issues)] == issues


def test_places_are_those_that_people_see() -> None:
    cells = [Issue(f"/data/rows/{k}/tv", "missing", f"line {k + 2}: no") for k in (0, 7)]
    (issue,) = one_per_column(cells)
    assert issue.detail == "line 2: no; the same in 1 more line (9)"
