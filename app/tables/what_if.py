"""Sheets of a what-if question, and of plan versus actual."""

from collections.abc import Iterator

from app.tables.plans import draft_mark
from app.tables.sheet import Json, Line, Sheet, day, interval, notes

TOTALS = ("effect", "effect_in_window", "baseline", "scenario")
WORLDS = ("effect", "baseline", "scenario")


def what_if(answer: Json) -> tuple[Sheet, ...]:
    """A line for each week; causal paths and totals on sheets of their own."""
    mark = draft_mark(answer)
    return (
        Sheet.of("what-if", (line | mark for line in _weeks(answer))),
        Sheet.of("paths", _paths(answer)),
        Sheet.of("figures", _figures(answer), mixed=True),
        notes("warnings", answer["warnings"]),
    )


def variance(answer: Json) -> tuple[Sheet, ...]:
    """A line for each cause, for each of its parts, and for each cause by week."""
    return (Sheet.of("plan vs actual", _causes(answer)),)


def _weeks(answer: Json) -> Iterator[Line]:
    for week in answer["by_week"]:
        line: Line = {"week": day(week["week"])}
        for name in WORLDS:
            line |= interval(name, week.get(name))
        yield line | {"unit": answer["unit"]}


def _paths(answer: Json) -> Iterator[Line]:
    for path in answer["by_path"]:
        yield {"path": " > ".join(path["path"]), **interval("effect", path["effect"])}


def _figures(answer: Json) -> Iterator[Line]:
    for name in TOTALS:
        line: Line = {"figure": name.replace("_", " "), **interval("", answer[name])}
        yield line | {"unit": answer["unit"]}
    for kind, money in (answer.get("money") or {}).items():
        for name in TOTALS if money else ():
            line = {"figure": f"{kind}: {name.replace('_', ' ')}", **interval("", money[name])}
            yield line | {"unit": "currency"}


def _causes(answer: Json) -> Iterator[Line]:
    span = f"{answer['start']} to {answer['end']}"
    for row in (*answer["rows"], *answer["execution"], *answer["market"]):
        head: Line = {"weeks": span, "kind": row["kind"], "name": row["name"]}
        yield head | interval("", row["amount"])
    for week in answer["by_week"]:
        for kind, amount in week["amounts"].items():
            yield {"weeks": week["week"], "kind": kind, "name": kind, **interval("", amount)}
