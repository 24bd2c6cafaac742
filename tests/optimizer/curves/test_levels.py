"""Levels of tables: few, shared between problems, and around every spend that is allowed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optimizer.curves.levels import level_grid, table_levels

most = st.floats(1e-3, 1e9)
cells = st.lists(st.tuples(most, st.floats(0.0, 1.0)), min_size=1, max_size=5)


@given(cells)
def test_tables_span_the_bounds_with_levels_of_the_grid(pairs):
    high = np.array([most for most, _ in pairs])
    low = np.array([most * share for most, share in pairs])
    levels = table_levels(low, high)
    assert np.all(levels[:, 0] <= low)
    assert np.all(levels[:, -1] >= high)
    assert np.all(np.diff(levels) > 0.0)
    for row, end in zip(levels, high.tolist(), strict=True):
        assert np.isin(row, level_grid(end)).all()


def test_levels_below_the_least_are_left_out():
    (levels,) = table_levels(np.array([50.0]), np.array([100.0]))
    assert levels[0] == 50.0
    assert levels[1] > 50.0
    assert levels[-2] < 100.0 <= levels[-1]
