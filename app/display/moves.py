"""The rows of a plan's moves, for a terminal and for the report."""

from app.contract.moves import Moves
from app.display.figures import figure

HEADS = ("", "channel", "from", "to", "why")


def moves_rows(moves: Moves | None) -> list[tuple[str, ...]]:
    """What to do, channel, spend from and to, and the reason; none where there are no moves."""
    if moves is None:
        return []
    now = [("do now", x.channel, figure(x.from_spend), figure(x.to), x.why) for x in moves.do_now]
    test = [
        ("test first", x.channel, figure(x.if_not), f"{figure(x.if_good)} if good", x.why)
        for x in moves.test_first
    ]
    return [*now, *test, *(("hold", x.channel, "", "", x.why) for x in moves.hold)]
