"""What more or less money in a channel brings: curves, what was seen, and today's spend."""

from xml.etree.ElementTree import Element

from app.display.words import in_unit
from app.report.known import Known
from app.report.markup import figure, node, paragraph, table
from app.report.plot import Frame, amounts, legend
from app.report.words import money, number
from mmm.attribution.answers import ChannelCurve
from mmm.attribution.series import BINS, histogram, slope_at
from mmm.plots.style import channel_colours

HEIGHT = 190
BARS = 0.28
"""Share of the height that the fullest bar takes."""


def response_curves_of(known: Known) -> Element:
    """A small chart for each channel."""
    colours = channel_colours([curve.name for curve in known.curves.channels])
    keys = (
        ("seen so far", "var(--seen)", "area"),
        ("weeks at each spend", "var(--bars)", "area"),
        ("today's spend", "var(--ink)", "dash"),
    )
    about = (
        "Each curve is a steady week, its band holds 90 of 100 possible values. To the right of "
        "the shaded area nothing was ever seen."
    )
    drawn = (_one(known, curve, colours[curve.name]) for curve in known.curves.channels)
    return node(
        "section",
        node("h3", "What more or less money in a channel brings"),
        paragraph(about, cls="quiet"),
        legend(keys),
        node("div", *drawn, cls="curves"),
    )


def _one(known: Known, curve: ChannelCurve, colour: str) -> Element:
    currency = known.model.spec.currency if curve.cost == "spend" else None
    unit = known.curves.unit
    points = [(point.spend, point.contribution) for point in curve.points]
    title = (
        f"{curve.name}: at {money(curve.current, currency)} a week, the next "
        f"{money(1000.0, currency)} bring {in_unit(1000.0 * slope_at(curve, curve.current), unit)}"
    )
    what = "spend" if curve.cost == "spend" else "exposure"
    x = amounts(0.0, points[-1][0], f"{what} a week{f', {currency}' if currency else ''}", 4)
    y = amounts(0.0, 1.03 * max(level.p95 for _, level in points) or 1.0, f"{unit} a week", 4)
    frame = Frame(x, y)
    marks = [
        frame.box(0.0, curve.observed_max, y.high, "var(--seen)"),
        *_bars(known, curve, frame),
        frame.band(
            [(spend, level.p5) for spend, level in points],
            [(spend, level.p95) for spend, level in points],
            colour,
            0.22,
        ),
        frame.line([(spend, level.mean) for spend, level in points], colour),
        frame.upright(curve.current),
    ]
    data = table(
        (f"{what} a week", unit, "from", "to"),
        [
            (money(spend, currency), number(level.mean), number(level.p5), number(level.p95))
            for spend, level in points
        ],
    )
    return figure(title, frame.drawn(title, marks, HEIGHT), data, level="h4")


def _bars(known: Known, curve: ChannelCurve, frame: Frame) -> list[Element]:
    """How many weeks had which spend; owned media have none that is recorded here."""
    spends = [week.spend.get(curve.name, 0.0) for week in known.weeks.weeks]
    counts = histogram(spends, curve.observed_max)
    most = max(counts)
    if not most:
        return []
    width = curve.observed_max / BINS
    return [
        frame.box(
            (at + 0.08) * width,
            (at + 0.92) * width,
            BARS * frame.y.high * count / most,
            "var(--bars)",
        )
        for at, count in enumerate(counts)
        if count
    ]
