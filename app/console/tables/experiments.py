"""Tests that could be run next, and the reading of one, as tables for a terminal."""

from rich.table import Table

from app.contract.experiments.next_experiment import NextExperiment, ValuedTest
from app.display.figures import figure, interval, titled
from mmm.experiments.reading.answer import GeoTestReading, ReadInterval


def tests_table(answer: NextExperiment) -> Table:
    """A row for each test, best first, under the sentence of what to test."""
    columns = ("test", "where", "weeks", "lift", "s.e.", "found", "cost", "worth", "net")
    rows = [
        (*_what(test), interval(test.lift), figure(test.standard_error), f"{test.assurance:.0%}",
         figure(test.cost.mean), _or_dash(test.value), _or_dash(test.net_value))
        for channel in answer.channels
        for test in channel.tests
    ]  # fmt: skip
    return titled(answer.summary, columns, rows, right=(4, 5, 6, 7, 8))


def _what(test: ValuedTest) -> tuple[str, str, str]:
    change = "off" if test.change == -1.0 else f"{test.change:+.0%}"
    where = ", ".join(test.geos) if test.geos and len(test.geos) <= 3 else f"{test.share:.0%}"
    return f"{test.channel} {change}", where, f"{test.weeks} + {test.cooldown}"


def _or_dash(value: float | None) -> str:
    return "-" if value is None else figure(value)


def reading_table(answer: GeoTestReading) -> Table:
    """The figures of a reading, each with its 95 % interval, under its sentence."""
    named = {
        "incremental": answer.incremental,
        "without the cool-down": answer.window_incremental,
        "a geo and period": answer.per_geo_and_period,
        "lift": answer.lift,
        "lift after the ramp": answer.lift_after_ramp,
        "value": answer.incremental_value,
        "iROAS": answer.iroas,
    }
    shares = ("lift", "lift after the ramp")
    rows = [
        _read_row(name, each, is_share=name in shares)
        for name, each in named.items()
        if each is not None
    ]
    rank = answer.placebos_in_space.rank_p_value
    rows.append(("p-value", f"{answer.p_value:.3f}", ""))
    rows += [("p-value by rank among the donors", f"{rank:.3f}", "")] if rank is not None else []
    return titled(answer.summary, ("figure", "median", "95 % interval"), rows, right=(1,))


def estimators_table(answer: GeoTestReading) -> Table:
    """What each estimator reads by itself, and its weight; published ones have none."""
    rows = [
        (each.name.replace("_", " "), f"{each.weight:.2f}", *_read_row("", each.incremental)[1:])
        for each in answer.estimators
    ]
    rows += [
        (each.name.replace("_", " "), "-", figure(each.incremental), "")
        for each in answer.comparisons
    ]
    heads = ("estimator", "weight", "incremental", "95 % interval")
    return titled("Estimators", heads, rows, right=(1, 2))


def _read_row(name: str, each: ReadInterval, *, is_share: bool = False) -> tuple[str, str, str]:
    if is_share:
        return name, f"{each.p50:+.1%}", f"[{each.p2_5:+.1%}, {each.p97_5:+.1%}]"
    return name, figure(each.p50), f"[{figure(each.p2_5)}, {figure(each.p97_5)}]"
