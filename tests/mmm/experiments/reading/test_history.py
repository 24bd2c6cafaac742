"""Sales by geo from a table: what designs are tried on."""

import numpy as np
import pandas as pd
import pytest

from mmm.errors import DataError
from mmm.experiments.reading.question import HistoryColumns
from mmm.experiments.reading.table import history_in


def test_a_history_is_a_table_of_sales_by_geo():
    frame = pd.DataFrame(
        {
            "week": ["2024-01-08", "2024-01-01", "2024-01-01", "2024-01-08"],
            "region": ["b", "b", "a", "a"],
            "sales": [4.0, 3.0, 1.0, 2.0],
        }
    )
    found = history_in(frame, HistoryColumns(date="week", geo="region", kpi="sales"))
    assert (found.geos, found.daily) == (("a", "b"), False)
    np.testing.assert_array_equal(found.kpi, [[1.0, 3.0], [2.0, 4.0]])
    gap = frame.drop(index=3)
    with pytest.raises(DataError, match="'a' has no row for 2024-01-08"):
        history_in(gap, HistoryColumns(date="week", geo="region", kpi="sales"))
    filled = HistoryColumns(date="week", geo="region", kpi="sales", missing_rows="zero")
    np.testing.assert_array_equal(history_in(gap, filled).kpi, [[1.0, 3.0], [0.0, 4.0]])
