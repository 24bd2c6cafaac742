"""Tables and specifications that would make much out of little: each is refused, and at once."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from mmm.data.panel import build_panel
from mmm.data.profile import MAX_WARNINGS, profile_table
from mmm.errors import MAX_ISSUES, DataError, Issue, SpecError, TableTooLarge, first_issues
from mmm.spec.model import parse_spec
from mmm.spec.sizes import LONGEST_NAME, MOST_PARTS
from mmm.tables.files.json_rows import BYTES_OF_A_CELL
from mmm.tables.limits import TableLimits
from mmm.tables.read import read_rows
from tests.mmm.fakes import RICH, START, panel_spec, table


def test_rows_that_geos_lack_are_counted_and_not_written_out():
    """18,000 rows lack 81 million: each of 9,000 geos has one week of all."""
    side = 9_000
    weeks = [(START + timedelta(weeks=k)).isoformat() for k in range(side)]
    frame = pd.DataFrame(
        {"week": weeks + weeks[:1] * side, "region": ["r"] * side + [f"g{k}" for k in range(side)]}
    )
    for name in {column for column, _ in panel_spec(RICH, 2).column_pointers} - {"week", "region"}:
        frame[name] = 1.0
    with pytest.raises(DataError) as caught:
        build_panel(frame, panel_spec(RICH, 2))
    issues = caught.value.issues
    assert len(issues) == MAX_ISSUES + 1
    assert issues[1].detail == f"geo 'g0' has no row for week {weeks[2]}"
    lacking = side * (side - 1) - MAX_ISSUES
    assert issues[-1].detail == f"and {lacking} more of the same kind"


def test_the_rows_that_one_geo_lacks_are_named():
    frame = table(geos=2).drop(index=[5, 7])
    with pytest.raises(DataError) as caught:
        build_panel(frame, panel_spec(RICH, 2))
    assert [issue.detail.partition(";")[0] for issue in caught.value.issues] == [
        f"geo 'r0' has no row for week {START + timedelta(weeks=week)}" for week in (5, 7)
    ]


def test_pairs_of_columns_that_move_together_are_listed_up_to_a_limit():
    values = np.random.default_rng(0).uniform(1, 2, size=30)
    profile = profile_table(pd.DataFrame({f"c{k}": values + k for k in range(300)}))
    assert [warning.code for warning in profile.warnings] == ["collinear"] * MAX_WARNINGS


def test_cells_that_rows_leave_out_count_as_well():
    rows = [{"store": "a"}] * 50 + [{"store": "a", f"c{k}": 1} for k in range(10)]
    cells = len(rows) * 11
    limits = TableLimits(unpacked_bytes=cells * BYTES_OF_A_CELL)
    assert read_rows(rows, limits=limits).frame.size == cells
    with pytest.raises(TableTooLarge) as caught:
        read_rows(rows, limits=TableLimits(unpacked_bytes=cells * BYTES_OF_A_CELL - 1))
    assert caught.value.issues[0].code == "too_many_bytes"


def test_a_label_that_no_request_could_name_is_refused():
    frame = table(geos=2).astype({"region": object})
    frame.loc[3, "region"] = "r" * (LONGEST_NAME + 1)
    with pytest.raises(DataError) as caught:
        build_panel(frame, panel_spec(RICH, 2))
    issue = caught.value.issues[0]
    assert (issue.pointer, issue.code) == ("/data/rows/3/region", "too_long")
    assert issue.detail == "row 4: region has 201 characters; the limit is 200"


def test_many_issues_of_a_specification_are_cut_with_their_number():
    groups = [{"channels": [f"x{k}", f"y{k}"]} for k in range(MOST_PARTS)]
    with pytest.raises(SpecError) as caught:
        parse_spec({**RICH, "time_varying": groups})
    issues = caught.value.issues
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1].detail == f"and {2 * MOST_PARTS - MAX_ISSUES} more"


@pytest.mark.parametrize("count", [0, 1, MAX_ISSUES, MAX_ISSUES + 1, 90])
def test_first_issues_and_the_number_of_the_others(count):
    found = first_issues(Issue(f"/{k}", "code", "detail") for k in range(count))
    assert len(found) == min(count, MAX_ISSUES + 1)
    if count > MAX_ISSUES:
        assert found[-1].detail == f"and {count - MAX_ISSUES} more"
