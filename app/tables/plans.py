"""Sheets of plans and their frontier: spend by week, geo and channel, moves, figures."""

from collections.abc import Iterator

from app.tables.sheet import Json, Line, Sheet, day, interval, notes, yes
from mmm.posterior.verdict import DRAFT_NOTE

VALUES = ("outcome", "gain", "value_inside", "value_later")
COMPARED = ("versus_current", "versus_proportional")


def plan(answer: Json) -> tuple[Sheet, ...]:
    """A line for each week, geo and channel; channels, moves, limits and figures on their own."""
    mark = draft_mark(answer)
    told = (
        Sheet.of("plan", (line | mark for line in _places(answer["plan"]))),
        Sheet.of("channels", (line | mark for line in _channels(answer))),
        Sheet.of("moves", _moves(answer.get("moves"))),
        Sheet.of("conditions", _conditions(answer), mixed=True),
        Sheet.of("figures", _figures(answer), mixed=True),
        notes("warnings", answer["warnings"]),
    )
    return tuple(sheet for sheet in told if sheet.rows or sheet.name in ("plan", "warnings"))


def frontier(answer: Json) -> tuple[Sheet, ...]:
    """A line for each point."""
    mark = draft_mark(answer)
    points = (line | mark for line in _points(answer))
    return Sheet.of("frontier", points), notes("warnings", answer["warnings"])


def draft_mark(answer: Json) -> Line:
    """The sentence that a model is a draft, for every line of its answer."""
    return {"warning": DRAFT_NOTE} if DRAFT_NOTE in answer["warnings"] else {}


def _places(given: Json) -> Iterator[Line]:
    geos = [place["geo"] for place in given["by_geo"]]
    places = given["by_week_and_geo"] or [{**week, "geo": geos[0]} for week in given["by_week"]]
    for place in places:
        for channel, spend in place["spend"].items():
            head: Line = {"week": day(place["week"]), "geo": place["geo"]}
            yield head | {"channel": channel, "spend": spend}


def _channels(answer: Json) -> Iterator[Line]:
    grades = answer.get("evidence") or {}
    for channel in answer["plan"]["channels"]:
        note = grades.get(channel["name"])
        line: Line = {"channel": channel["name"]}
        line |= {name: channel.get(name) for name in ("spend", "current", "change")}
        line |= interval("marginal_roi", channel["marginal_roi"])
        line |= {"beyond_observed": yes(channel.get("beyond_observed"))}
        yield line | {"evidence": note["label"] if note else None}


def _moves(moves: Json | None) -> Iterator[Line]:
    """Moves to make now, to test first, and channels to hold."""
    for kind, names in (("do_now", ("from", "to")), ("test_first", ("if_not", "if_good"))):
        for move in moves[kind] if moves else ():
            amounts = (move[name] for name in names)
            line: Line = {"move": kind.replace("_", " "), "channel": move["channel"]}
            yield line | dict(zip(("from", "to"), amounts, strict=True)) | {"why": move["why"]}
    for move in moves["hold"] if moves else ():
        line = {"move": "hold", "channel": move["channel"], "from": None, "to": None}
        yield line | {"why": move["why"]}


def _conditions(answer: Json) -> Iterator[Line]:
    for each in answer.get("conditions") or ():
        numbers: Line = {name: each[name] for name in ("wanted", "reached", "slack")}
        yield {"condition": each["condition"], "met": yes(each["met"]), **numbers}


def _figures(answer: Json) -> Iterator[Line]:
    units = {"outcome": answer.get("outcome_unit")}
    for name in (*VALUES, *COMPARED):
        if answer.get(name):
            unit = units.get(name, answer.get("gain_unit"))
            better = answer[name].get("probability_better")
            line: Line = {"figure": name.replace("_", " "), **interval("", answer[name])}
            yield line | {"probability_better": better, "unit": unit}
    for channel in answer["plan"]["channels"]:
        line = {"figure": f"marginal ROI of {channel['name']}"}
        line |= interval("", channel["marginal_roi"])
        yield line | {"probability_better": None, "unit": None}


def _points(answer: Json) -> Iterator[Line]:
    for point in answer["points"]:
        second = point.get("second_model") or {}
        line: Line = {name: point[name] for name in ("total", "risk_aversion", "status")}
        line |= {f"spend {name}": spend for name, spend in point["spend"].items()}
        line |= {"gain_unit": answer["gain_unit"], **interval("gain", point["gain"])}
        line |= {name: point[name] for name in ("cvar", "tail", "value", "marginal_roi")}
        line |= {"outcome_unit": answer["outcome_unit"], **interval("outcome", point["outcome"])}
        line |= {"second_model_probability_better": second.get("probability_better")}
        proof = point["certificate"]
        yield line | {"certificate": proof["kind"], "gap": proof["gap"]}
