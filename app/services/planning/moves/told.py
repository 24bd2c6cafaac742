"""A channel of a plan as people are told it."""

from collections.abc import Mapping

from app.contract.moves import Moves, TestFirst
from app.contract.planned_spend import PlannedChannel
from app.contract.sharing.told_plan import Group, ToldChannel, ToldGrade, ToldTest

_ROUNDING = 1.0 + 1e-6


def told_channel(
    planned: PlannedChannel,
    made: Mapping[str, float],
    tests: Mapping[str, TestFirst],
    grade: ToldGrade | None,
    most: float | None,
) -> ToldChannel:
    """The channel with what is to be done about it: one that moves now and further after a test is
    told as moving.

    ``made``: spend by channel that moves now. ``tests``: by channel. ``most``: spend that was ever
    seen in so many weeks; None where nothing is known of it.
    """
    name, test = planned.name, tests.get(planned.name)
    group: Group = "do_now" if name in made else "test_first" if test is not None else "hold"
    decides = test is not None and test.if_good != test.if_not
    return ToldChannel(
        name=name,
        group=group,
        today=planned.current,
        plan=planned.spend,
        now=made.get(name, planned.current),
        per_unit=planned.marginal_roi,
        grade=grade,
        test=ToldTest(to=test.if_good, worth=test.worth_knowing) if test and decides else None,
        beyond=most is not None and planned.spend > most * _ROUNDING,
    )


def made_now(moves: Moves | None) -> dict[str, float]:
    """Where the moves to make now bring each channel that they move."""
    return {each.channel: each.to for each in moves.do_now} if moves else {}
