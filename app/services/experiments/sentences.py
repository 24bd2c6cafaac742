"""What to test next, as a planner reads it."""

from collections.abc import Sequence

from app.contract.experiments.next_experiment import ChannelToTest, ValuedTest
from app.display.words import GainWords, amount, listed

OFF = -1.0


def summary_of(channels: Sequence[ChannelToTest], weeks: int, words: GainWords) -> str:
    """One or two sentences: the test to run, what its result is worth, and what it costs."""
    tests = [channel.tests[0] for channel in channels if channel.tests]
    if not tests:
        return "No channel spent anything in the last year, so there is nothing to test."
    best = tests[0]
    if best.value is None or best.net_value is None:
        return (
            f"Most likely to be found: {described(best)}. What a test is worth is not known where "
            "the effects of channels do not add up."
        )
    if best.net_value <= 0.0:
        return (
            "No test is worth its cost to the next plan: the best, "
            f"{described(best)}, would bring {words.size(best.value)} and cost "
            f"{words.size(best.cost.mean)}."
        )
    cost = best.cost.mean
    price = f"costs {words.size(cost)}" if cost > 0.0 else "loses less than it saves"
    return (
        f"Test {best.channel} first: {described(best)}. Its result is expected to add "
        f"{words.size(best.value)} to the plan of the next {weeks} weeks; the test itself {price}."
    )


def described(test: ValuedTest) -> str:
    """The test in words: "switch tv off in a quarter of the market for 4 weeks"."""
    if test.change == OFF:
        what = f"switch {test.channel} off"
    elif test.change < 0.0:
        what = f"cut {test.channel} by {-test.change:.0%}".replace("%", " %")
    elif test.change == 1.0:
        what = f"double {test.channel}"
    else:
        what = f"raise {test.channel} by {test.change:.0%}".replace("%", " %")
    where = f"{amount(100.0 * test.share, 2)} % of the market"
    if test.geos:
        named = listed(test.geos) if len(test.geos) <= 4 else f"{len(test.geos)} regions"
        where = f"{named} ({where})"
    return f"{what} in {where} for {test.weeks} weeks"
