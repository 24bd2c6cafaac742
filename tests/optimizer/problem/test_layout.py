"""Which cells a channel, a geo and a week have."""

from optimizer.problem.layout import Layout
from tests.optimizer.many_limits import layout_of, thousand_cells


def test_every_place_is_found_among_a_thousand_cells() -> None:
    cells = thousand_cells()
    layout = layout_of(cells)
    for asked in ((cells[7].channel, None, None), (None, cells[7].geo, cells[-1].week)):
        channel, geo, week = asked
        expected = [
            position
            for position, cell in enumerate(cells)
            if channel in (None, cell.channel)
            and geo in (None, cell.geo)
            and week in (None, cell.week)
        ]
        assert layout.members(*asked).tolist() == expected
        assert len(expected) > 1
    assert layout.members(cells[7].channel, cells[7].geo, cells[7].week).tolist() == [7]
    assert layout.members().tolist() == list(range(len(cells)))


def test_an_unknown_place_has_no_cells() -> None:
    layout = Layout.of_channels(("tv", "radio"))
    assert layout.members("tv").tolist() == [0]
    assert layout.members("tv", "north").size == 0
    assert layout.members("print").size == 0
