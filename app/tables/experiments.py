"""Sheets of experiments: the tests that could be run next, and the reading of one."""

from collections.abc import Iterator

from app.tables.plans import draft_mark
from app.tables.sheet import Json, Line, Sheet, day, interval, notes


def next_experiment(answer: Json) -> tuple[Sheet, ...]:
    """A line for each test, best first."""
    mark = draft_mark(answer)
    lines = (line | mark for line in _tests(answer))
    return Sheet.of("tests", lines), notes("warnings", answer["warnings"])


def _tests(answer: Json) -> Iterator[Line]:
    plain = ("change", "weeks", "cooldown", "share", "spend")
    told = (
        "standard_error", "detectable", "detectable_share", "assurance",
        "value", "value_noise", "net_value",
    )  # fmt: skip
    for channel in answer["channels"]:
        for test in channel["tests"]:
            line: Line = {"channel": channel["channel"]} | {name: test[name] for name in plain}
            line |= {"geos": ", ".join(test["geos"]) if test["geos"] else None}
            line |= {"like_weeks_from": day(test["like_weeks_from"])}
            line |= interval("lift", test["lift"]) | interval("cost", test["cost"])
            line |= {name: test[name] for name in told}
            yield line | {"worth_knowing": channel["worth_knowing"]}


def reading(answer: Json) -> tuple[Sheet, ...]:
    """A line for each period; figures, estimators and placebos on sheets of their own."""
    space, time = answer["placebos_in_space"]["geos"], answer["placebos_in_time"]["windows"]
    return (
        Sheet.of("periods", ({**line, "date": day(line["date"])} for line in answer["periods"])),
        Sheet.of("figures", _figures(answer), mixed=True),
        Sheet.of("estimators", _estimators(answer)),
        Sheet.of("placebos in space", space),
        Sheet.of(
            "placebos in time",
            ({**line, "start": day(line["start"]), "end": day(line["end"])} for line in time),
        ),
        notes("warnings", (answer["summary"], *answer["warnings"])),
    )


READ = (
    "incremental", "window_incremental", "lift", "lift_after_ramp", "undisturbed",
    "per_geo_and_period", "incremental_value", "iroas",
)  # fmt: skip


def _figures(answer: Json) -> Iterator[Line]:
    for name in READ:
        if answer[name]:
            yield {"figure": name.replace("_", " "), **_read_interval(answer[name])}
    single = {name: answer[name] for name in ("p_value", "probability_positive", "observed")}
    for name, value in (single | (answer["spend"] or {})).items():
        yield {"figure": name.replace("_", " "), **_read_interval({"mean": value})}


def _read_interval(given: Json) -> Line:
    return {part: given.get(part) for part in ("mean", "p2_5", "p5", "p50", "p95", "p97_5")}


def _estimators(answer: Json) -> Iterator[Line]:
    for each in answer["estimators"]:
        line: Line = {"estimator": each["name"], "weight": each["weight"]}
        line |= {"p_value": each["p_value"], "standard_error": None}
        yield line | _read_interval(each["incremental"])
    for each in answer["comparisons"]:
        line = {"estimator": each["name"], "weight": None, "p_value": None}
        line |= {"standard_error": each["standard_error"]}
        yield line | _read_interval({"p50": each["incremental"]})
