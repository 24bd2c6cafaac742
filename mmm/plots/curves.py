"""Response curves: what more or less money brings, what was seen, and today's spend."""

from typing import TYPE_CHECKING, Any

from mmm.attribution.answers import ChannelCurve, ObservedWeeks, ResponseCurves
from mmm.attribution.series import BINS, histogram
from mmm.plots.library import graph_objects, subplots
from mmm.plots.style import BARS, INK, SEEN, axis, channel_colours, layout, translucent

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLUMNS = 2
_FULLEST = 0.28
"""Share of a panel's height that the fullest bar takes."""
_HIDDEN: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}


def curves_figure(
    curves: ResponseCurves, weeks: ObservedWeeks | None = None, currency: str | None = None
) -> "go.Figure":
    """A panel for each channel: the contribution of a steady week by its spend, mean and 90 %
    range, in ``curves.unit``; shaded as far as spend was ever seen, dashed at today's spend. With
    ``weeks``, bars count the weeks at each spend.

    Raises ImportError where Plotly is not installed.
    """
    names = [curve.name for curve in curves.channels]
    colours = channel_colours(names)
    rows = max(1, -(-len(names) // COLUMNS))
    gap = 0.4 / max(rows, 2)
    figure = subplots(rows, COLUMNS, subplot_titles=names, vertical_spacing=gap)
    for position, curve in enumerate(curves.channels):
        place = {"row": position // COLUMNS + 1, "col": position % COLUMNS + 1}
        figure.add_traces(
            _traces(curve, colours[curve.name], weeks),
            rows=place["row"],
            cols=place["col"],
        )
        figure.add_vrect(
            x0=0.0, x1=curve.observed_max, fillcolor=SEEN, layer="below", line_width=0, **place
        )
        figure.add_vline(x=curve.current, line={"color": INK, "dash": "dash"}, **place)
        what = f"spend a week, {currency or 'currency units'}"
        if curve.cost == "none":
            what = "exposure a week"
        figure.update_xaxes(axis(what), **place)
        figure.update_yaxes(axis(f"{curves.unit} a week"), **place)
    title = "What more or less money in a channel brings"
    figure.update_layout(layout(title, 80 + 300 * rows, showlegend=False, bargap=0.1))
    return figure


def _traces(curve: ChannelCurve, colour: str, weeks: ObservedWeeks | None) -> list[Any]:
    """Bars of weeks, the two edges of the range, and the mean, all named after the channel."""
    go = graph_objects()
    spend = [point.spend for point in curve.points]
    level = [point.contribution for point in curve.points]
    bars = [] if weeks is None else _bars(curve, weeks)
    return [
        *bars,
        go.Scatter(x=spend, y=[each.p95 for each in level], name="p95", **_HIDDEN),
        go.Scatter(
            x=spend,
            y=[each.p5 for each in level],
            name="p5",
            fill="tonexty",
            fillcolor=translucent(colour, 0.22),
            **_HIDDEN,
        ),
        go.Scatter(
            x=spend, y=[each.mean for each in level], name=curve.name, line={"color": colour}
        ),
    ]


def _bars(curve: ChannelCurve, weeks: ObservedWeeks) -> list[Any]:
    counts = histogram([w.spend.get(curve.name, 0.0) for w in weeks.weeks], curve.observed_max)
    most = max(counts)
    if not most:
        return []
    highest = max(point.contribution.p95 for point in curve.points)
    width = curve.observed_max / BINS
    return [
        graph_objects().Bar(
            x=[(at + 0.5) * width for at in range(BINS)],
            y=[_FULLEST * highest * count / most for count in counts],
            width=width,
            customdata=counts,
            hovertemplate="%{customdata} weeks<extra></extra>",
            name="weeks",
            marker={"color": BARS, "line": {"width": 0}},
        )
    ]
