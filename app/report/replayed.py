"""What replayed histories look like beside the real one: a picture, and what differs."""

from xml.etree.ElementTree import Element

from app.report.markup import figure, node, paragraph, table
from app.report.plot import ROW, Axis, Frame, amounts, foot, legend, strip, weeks_axis
from app.report.words import number, ratio
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.replayed import Replayed, ReplayedStatistic
from mmm.trust.replayed import replayed

HEIGHT = 220
EDGE = 1.8
"""Ends of the common axis, in halves of the middle 90 % of the replayed histories."""

INNER, OUTER = 2, 1
"""Positions of the lower quarter and of the lower twentieth among the quantiles."""

WORDS = {"usual": "as expected", "rare": "rare", "hardly_ever": "hardly ever"}


def replayed_of(model: FittedModel) -> Element:
    """The figures: histories, then statistics."""
    found = replayed(model)
    return node(
        "div",
        node("h3", "Would the model have produced such a history?"),
        paragraph(
            f"{found.replays} histories were replayed with the same media, prices and events, "
            "each with the luck of other weeks. What matters for a plan should look the same in "
            "them as it did.",
            cls="quiet",
        ),
        _histories(found),
        _statistics(found),
    )


def _histories(found: Replayed) -> Element:
    at = [float(week.toordinal()) for week in found.weeks]
    values = [*found.observed, *(value for one in found.shown for value in one)]
    low, high = min(values), max(values)
    room = 0.04 * (high - low or 1.0)
    frame = Frame(weeks_axis(found.weeks), amounts(low - room, high + room, f"{found.unit} a week"))
    lines = [frame.line([*zip(at, one, strict=True)], "var(--bars)", 1.2) for one in found.shown]
    lines.append(frame.line([*zip(at, found.observed, strict=True)], "var(--accent)", 2.2))
    keys = (("observed", "var(--accent)", "line"), ("replayed", "var(--bars)", "line"))
    title = "The real history among replayed ones"
    data = table(
        ("week", "observed", *(f"replay {i + 1}" for i in range(len(found.shown)))),
        [
            (
                f"{week}",
                number(found.observed[t]),
                *(number(one[t]) for one in found.shown),
            )
            for t, week in enumerate(found.weeks)
        ],
    )
    return figure(
        title,
        node("div", legend(keys), frame.drawn(title, lines, HEIGHT)),
        data,
        about="If the real one stands out among the others, the model misses something.",
        level="h4",
    )


def _statistics(found: Replayed) -> Element:
    ticks = ((-1.0, "less"), (0.0, "as replayed"), (1.0, "more"))
    axis = Axis(-EDGE, EDGE, ticks, "the bar holds 90 of 100 replayed histories, the dark part 50")
    rows = [_row(axis, row) for row in found.rows]
    scale = node("div", node("span", cls="name"), foot(axis), node("span", cls="value"), cls="row")
    odd = [row for row in found.rows if row.rarity != "usual"]
    title = (
        f"{len(odd)} of {len(found.rows)} things looked at are not as replayed"
        if odd
        else f"All {len(found.rows)} things looked at are as replayed"
    )
    data = table(
        ("what", "observed", "replayed, from", "to", "as low", "as high", ""),
        [
            (
                row.label,
                _told(row, row.observed),
                _told(row, row.quantiles[OUTER]),
                _told(row, row.quantiles[-1 - OUTER]),
                f"{round(100 * row.below)} %",
                f"{round(100 * row.above)} %",
                WORDS[row.rarity],
            )
            for row in found.rows
        ],
    )
    about = (
        "The dot is what happened, and the number is its size. The model was fitted to this "
        "history, so a dot far outside is a reason to look for what is missing; a dot inside "
        "proves little."
    )
    return figure(
        title, node("div", *rows, scale, cls="rows replayed"), data, about=about, level="h4"
    )


def _row(axis: Axis, row: ReplayedStatistic) -> Element:
    middle = row.quantiles[len(row.quantiles) // 2]
    half = 0.5 * (row.quantiles[-1 - OUTER] - row.quantiles[OUTER]) or 1.0

    def at(value: float) -> float:
        return min(max((value - middle) / half, -EDGE), EDGE)

    frame = Frame(axis, ROW)
    ends = (row.quantiles[OUTER], row.quantiles[-1 - OUTER])
    inner = (row.quantiles[INNER], row.quantiles[-1 - INNER])
    bars = [
        frame.line([(at(low), 0.5), (at(high), 0.5)], "var(--bars)", width)
        for (low, high), width in ((ends, 6.0), (inner, 10.0))
    ]
    odd = row.rarity != "usual"
    dot = frame.dots([(at(row.observed), 0.5)], "var(--stop)" if odd else "var(--accent)", 13.0)
    told = f"{row.label}: {_told(row, row.observed)}, {WORDS[row.rarity]}"
    return node(
        "div",
        node("span", row.label, cls="name"),
        strip(axis, [*bars, dot], told),
        node("span", _told(row, row.observed), cls="value"),
        paragraph(row.detail, cls="quiet why") if odd else None,
        cls="row",
    )


def _told(row: ReplayedStatistic, value: float) -> str:
    return ratio(value) if row.unit == "correlation" else number(value)
