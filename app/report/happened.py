"""The second part: what happened. The fit over time, and what the weeks were made of."""

from xml.etree.ElementTree import Element

from app.display.words import in_unit
from app.report.curves import response_curves_of
from app.report.known import Known
from app.report.markup import figure, node, table
from app.report.plan.words import day
from app.report.plot import (
    ROW,
    Axis,
    Frame,
    amounts,
    legend,
    strip,
    weeks_axis,
)
from app.report.returns import returns_of
from app.report.words import number, share
from mmm.attribution.series import areas, inside, media_share, waterfall
from mmm.plots.style import BASE, channel_colours

HEIGHT = 260
_ROOM = 1.03
_MOST_CELLS = 4000
"""Cells of a table by week from which on it is by four weeks, so that a page stays small."""


def what_happened(known: Known) -> Element:
    """The whole part."""
    return node(
        "section",
        node("h2", "What happened"),
        _fit(known),
        node("div", _areas(known), _waterfall(known), cls="two"),
        returns_of(known),
        response_curves_of(known),
        id="happened",
    )


def _fit(known: Known) -> Element:
    rows, unit = known.weeks.weeks, known.weeks.unit
    at = [float(row.week.toordinal()) for row in rows]
    seen = [(x, row.kpi) for x, row in zip(at, rows, strict=True) if row.kpi is not None]
    low = [(x, row.predicted.p5) for x, row in zip(at, rows, strict=True)]
    high = [(x, row.predicted.p95) for x, row in zip(at, rows, strict=True)]
    values = [y for points in (seen, low, high) for _, y in points]
    bottom = min(values)
    floor = 0.9 * bottom if bottom > 0.0 else 1.1 * bottom
    frame = Frame(
        weeks_axis([row.week for row in rows]), amounts(floor, _ROOM * max(values), _a_week(unit))
    )
    title = f"The model expected {round(20 * inside(known.weeks))} of 20 weeks within its range"
    marks = [
        frame.band(low, high, "var(--band)"),
        frame.line([(x, row.mean) for x, row in zip(at, rows, strict=True)], "var(--accent)"),
        frame.dots(seen, "var(--ink)"),
    ]
    keys = (
        ("observed", "var(--ink)", "dot"),
        ("expected", "var(--accent)", "line"),
        ("range of 90 %", "var(--band)", "area"),
    )
    data = table(
        ("week", "observed", "expected", "from", "to"),
        [
            (
                day(row.week),
                "" if row.kpi is None else number(row.kpi),
                number(row.mean),
                number(row.predicted.p5),
                number(row.predicted.p95),
            )
            for row in rows
        ],
    )
    about = (
        "Nine in ten weeks should lie inside the band. Weeks outside it have a cause that the "
        "model does not know."
    )
    drawing = node("div", legend(keys), frame.drawn(title, marks, HEIGHT))
    return figure(title, drawing, data, about=about)


def _areas(known: Known) -> Element:
    split, unit = areas(known.weekly), known.weekly.unit
    colours = [BASE, *channel_colours(split.names[1:]).values()]
    edges = split.edges()
    at = [float(week.toordinal()) for week in split.weeks]
    low = min(0.0, *(min(edge) for edge in edges))
    high = max(max(edge) for edge in edges)
    frame = Frame(weeks_axis(split.weeks), amounts(low, _ROOM * high, _a_week(unit)))
    below = [0.0] * len(at)
    marks = []
    for colour, edge in zip(colours, edges, strict=True):
        points = [[*zip(at, values, strict=True)] for values in (below, edge)]
        marks.append(frame.band(points[0], points[1], colour))
        below = edge
    media = split.media
    best = media.index(max(media))
    title = (
        f"Media added most in the week of {day(split.weeks[best])}: {in_unit(media[best], unit)}"
    )
    keys = [(name, colour, "area") for name, colour in zip(split.names, colours, strict=True)]
    every = 4 if len(at) * len(split.names) > _MOST_CELLS else 1
    rows = [
        (
            day(split.weeks[start]),
            *(number(sum(row[start : start + every])) for row in split.values),
        )
        for start in range(0, len(at), every)
    ]
    data = table(("week" if every == 1 else "four weeks from", *split.names), rows)
    drawing = node("div", legend(keys), frame.drawn(title, marks, HEIGHT))
    about = "Each colour is what one channel added to the weeks, on top of all else."
    return figure(title, drawing, data, about=about)


def _waterfall(known: Known) -> Element:
    total = known.total
    steps = waterfall(total)
    whole = steps[-1].start + steps[-1].size if steps else 0.0
    ends = [0.0, whole, *(each.start for each in steps)]
    room = 0.02 * (max(ends) - min(ends))
    axis = Axis(min(0.0, min(ends)) - room, max(ends) + room, ())
    frame = Frame(axis, ROW)
    colours = channel_colours([channel.name for channel in total.channels])
    drawn = []
    data = []
    for name, start, size, colour in [
        *(
            (s.name, s.start, s.size, colours.get(s.name, BASE) if s.kind == "channel" else BASE)
            for s in steps
        ),
        ("All", 0.0, whole, "var(--ink)"),
    ]:
        left, right = sorted((start, start + size))
        bar = frame.band([(left, 0.18), (right, 0.18)], [(left, 0.82), (right, 0.82)], colour)
        told = f"{name}: {number(size)}"
        drawn.append(
            node(
                "div",
                node("span", name, cls="name"),
                strip(axis, [bar], told),
                node("span", number(size), cls="value"),
                cls="row",
            )
        )
        data.append((name, number(size), share(size / (whole or 1.0))))
    title = f"Media made {share(media_share(total))} of all {_plain_unit(total.unit)}"
    about = f"From nothing to all {_plain_unit(total.unit)} of the weeks, step by step."
    made = table(("part", total.unit, "share"), data)
    return figure(title, node("div", *drawn, cls="rows steps"), made, about=about)


def _a_week(unit: str) -> str:
    return f"{unit} a week"


def _plain_unit(unit: str) -> str:
    """The unit of sales as a noun: "units", "revenue"."""
    return unit.rpartition(" ")[2]
