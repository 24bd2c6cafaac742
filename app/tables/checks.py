"""Sheets of what a model and a refit are judged by: the verdict, the evidence, the stability."""

from collections.abc import Iterator

from app.tables.sheet import Json, Line, Sheet, day, interval, notes, yes

CAUSES = ("by_restated", "by_specification", "by_new_weeks")


def model(document: Json) -> tuple[Sheet, ...]:
    """A line for each check of the verdict; the notes on the model on a sheet of their own."""
    return *checks(document["verdict"]), notes("notes", document["notes"])


def checks(verdict: Json) -> tuple[Sheet, ...]:
    """A line for each check, with the verdict that follows from all of them."""
    lines = (_check(each) | {"verdict": verdict["status"]} for each in verdict["checks"])
    return (Sheet.of("checks", lines, mixed=True),)


def stability(report: Json) -> tuple[Sheet, ...]:
    """A line for each quantity; checks, new weeks and restated numbers on their own."""
    told = (
        Sheet.of("moved", _moved(report), mixed=True),
        Sheet.of("checks", (_check(each) for each in report["checks"]), mixed=True),
        Sheet.of("new weeks", _new_weeks(report)),
        Sheet.of("restated", _restated(report), mixed=True),
        notes("notes", [report["summary"], *report["notes"]]),
    )
    return tuple(sheet for sheet in told if sheet.rows or sheet.name == "moved")


def _check(check: Json) -> Line:
    line: Line = {"check": check["name"], "passed": yes(check["passed"])}
    names = ("status", "value", "limit", "message", "advice")
    return line | {name: check[name] for name in names}


def _moved(report: Json) -> Iterator[Line]:
    for item in report["moved"]:
        line: Line = {"kind": item["kind"], "name": item["name"]}
        line |= interval("before", item["before"]) | interval("after", item["after"])
        names = ("move", "in_sd", "expected_sd", "surprise", *CAUSES)
        yield line | {name: item[name] for name in names}


def _new_weeks(report: Json) -> Iterator[Line]:
    for week in report["new_weeks"]:
        line: Line = {"week": day(week["week"]), "kpi": week["kpi"]}
        line |= interval("forecast", week["forecast"]) | {"z": week["z"]}
        moves = (f"{move['name']} {move['in_sd']:+.2f}" for move in week["moves"])
        yield line | {"pareto_k": week["pareto_k"], "moves_in_sd": ", ".join(moves)}


def _restated(report: Json) -> Iterator[Line]:
    for cell in report["restated"]:
        line: Line = {"column": cell["column"], "week": day(cell["week"]), "geo": cell["geo"]}
        yield line | {"old": cell["old"], "new": cell["new"]}
