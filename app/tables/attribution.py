"""Sheets of contributions, response curves and observed weeks."""

from collections.abc import Iterator

from app.tables.sheet import Json, Line, Sheet, day, interval


def contributions(answer: Json) -> tuple[Sheet, ...]:
    """One line per component; in total, channels have spend and returns as well."""
    return (
        Sheet.of("contributions", _components(answer)),
        Sheet.of("returns", _returns(answer)),
    )


def curves(answer: Json) -> tuple[Sheet, ...]:
    """One line for each point of a channel's curve; what was observed on a sheet of its own."""
    return Sheet.of("curves", _points(answer)), Sheet.of("observed", _observed(answer))


def weeks(answer: Json) -> tuple[Sheet, ...]:
    """One line for each observed week."""
    lines = (
        {
            "week": day(week["week"]),
            "unit": answer["unit"],
            "kpi": week["kpi"],
            "fitted_mean": week["mean"],
            **interval("predicted", week["predicted"]),
            **{f"spend {name}": spend for name, spend in week["spend"].items()},
            **_standing(answer),
        }
        for week in answer["weeks"]
    )
    return (Sheet.of("weeks", lines),)


def _components(answer: Json) -> Iterator[Line]:
    channels = {channel["name"]: channel for channel in answer["channels"]}
    for part in answer["components"]:
        line: Line = {"name": part["name"], "kind": part["kind"]}
        line |= {"week": day(part["week"])} if part["week"] else {}
        line |= {"geo": part["geo"]} if part["geo"] else {}
        line |= {"unit": answer["unit"]}
        line |= interval("contribution", part["contribution"]) | interval("share", part["share"])
        if answer["by"] == "total":
            line |= _return(channels.get(part["name"]) if part["kind"] == "channel" else None)
        yield line | _standing(answer)


def _returns(answer: Json) -> Iterator[Line]:
    grades = answer.get("evidence") or {}
    for channel in answer["channels"]:
        note = grades.get(channel["name"])
        line: Line = {"channel": channel["name"], "unit": answer["roi_unit"]}
        evidence: Line = {"evidence": note["label"] if note else None}
        evidence |= {"because": note["reason"] if note else None}
        yield line | _return(channel) | evidence | _standing(answer)


def _return(channel: Json | None) -> Line:
    roi, marginal = (channel["roi"], channel["marginal_roi"]) if channel else (None, None)
    spend: Line = {"spend": channel["spend"] if channel else None}
    return spend | interval("roi", roi) | interval("marginal_roi", marginal)


def _points(answer: Json) -> Iterator[Line]:
    for channel in answer["channels"]:
        for point in channel["points"]:
            line: Line = {"channel": channel["name"], "spend": point["spend"]}
            line |= {"unit": answer["unit"]}
            line |= interval("contribution", point["contribution"])
            yield line | interval("marginal", point["marginal"]) | _standing(answer)


def _observed(answer: Json) -> Iterator[Line]:
    names = ("name", "cost", "observed_min", "observed_max", "observed_mean", "current")
    for channel in answer["channels"]:
        yield {name: channel[name] for name in names}


def _standing(answer: Json) -> Line:
    """What the answer says of its model, in every line, so that a part of it still says so."""
    if "verdict" not in answer:
        return {}
    return {"verdict": answer["verdict"], "draft": "draft" if answer["draft"] else ""}
