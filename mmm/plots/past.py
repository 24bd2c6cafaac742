"""Figures of what happened: the fit over time, the decomposition, the returns."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from mmm.attribution.answers import ContributionReport, ObservedWeeks
from mmm.attribution.series import areas, inside, media_share, waterfall
from mmm.interval import Interval
from mmm.plots.library import graph_objects
from mmm.plots.style import ACCENT, BAND, BASE, INK, QUIET, axis, channel_colours, layout
from mmm.posterior.evidence import LOWER_GRADES

if TYPE_CHECKING:
    import plotly.graph_objects as go

_HIDDEN: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}


def fit_figure(weeks: ObservedWeeks) -> "go.Figure":
    """The KPI as observed, what the model expects of each week, and its 90 % predictive range, in
    ``weeks.unit`` a week; traces "observed", "expected" and the two edges of the range.

    Raises ImportError where Plotly is not installed.
    """
    go, rows = graph_objects(), weeks.weeks
    at = [row.week for row in rows]
    title = f"The model expected {round(20 * inside(weeks))} of 20 weeks within its range"
    figure = go.Figure(
        [
            go.Scatter(x=at, y=[r.predicted.p95 for r in rows], showlegend=False, **_HIDDEN),
            go.Scatter(
                x=at,
                y=[r.predicted.p5 for r in rows],
                name="range of 90 %",
                fill="tonexty",
                fillcolor=BAND,
                **_HIDDEN,
            ),
            go.Scatter(x=at, y=[r.mean for r in rows], name="expected", line={"color": ACCENT}),
            go.Scatter(
                x=at,
                y=[r.kpi for r in rows],
                name="observed",
                mode="markers",
                marker={"color": INK, "size": 5},
            ),
        ],
        layout(title, 400, hovermode="x unified"),
    )
    figure.update_xaxes(axis())
    figure.update_yaxes(axis(f"{weeks.unit} a week"))
    return figure


def decomposition_figure(weekly: ContributionReport) -> "go.Figure":
    """What each channel added to the weeks, on top of all that is not media: a stacked area for
    each, means in ``weekly.unit`` a week. ``weekly``: the contributions by week.

    Raises ValueError for contributions that are not by week, ImportError without Plotly.
    """
    if weekly.by != "week":
        raise ValueError(
            f'a decomposition over time needs contributions by="week", not {weekly.by}'
        )
    go, split = graph_objects(), areas(weekly)
    colours = [BASE, *channel_colours(split.names[1:]).values()]
    media = split.media
    best = split.weeks[media.index(max(media))]
    title = f"Media added most in the week of {best.day} {best:%b %Y}"
    figure = go.Figure(
        [
            go.Scatter(
                x=split.weeks,
                y=values,
                name=name,
                mode="lines",
                line={"width": 0.5, "color": colour},
                fillcolor=colour,
                stackgroup="all",
            )
            for name, values, colour in zip(split.names, split.values, colours, strict=True)
        ],
        layout(title, 420, hovermode="x unified"),
    )
    figure.update_xaxes(axis())
    figure.update_yaxes(axis(f"{weekly.unit} a week"))
    return figure


def waterfall_figure(total: ContributionReport) -> "go.Figure":
    """From nothing to the whole, step by step, means in ``total.unit``: base, other causes, then
    the channels by size. ``total``: the contributions in total.

    Raises ValueError for contributions by week or geo, ImportError without Plotly.
    """
    if total.by != "total":
        raise ValueError(f'a waterfall needs contributions by="total", not {total.by}')
    go, steps = graph_objects(), waterfall(total)
    whole = sum(step.size for step in steps)
    names = [*(step.name for step in steps), "All"]
    bars = go.Waterfall(
        orientation="h",
        y=names,
        x=[*(step.size for step in steps), whole],
        measure=[*("relative" for _ in steps), "total"],
        connector={"line": {"color": QUIET, "width": 0.5}},
        increasing={"marker": {"color": ACCENT}},
        decreasing={"marker": {"color": BASE}},
        totals={"marker": {"color": INK}},
        texttemplate="%{delta:,.3s}",
        textposition="outside",
    )
    title = f"Media made {media_share(total):.0%} of all {total.unit}"
    figure = go.Figure([bars], layout(title, 120 + 34 * len(names), showlegend=False))
    figure.update_xaxes(axis(total.unit))
    figure.update_yaxes(axis(autorange="reversed"))
    return figure


def returns_figure(total: ContributionReport, currency: str | None = None) -> "go.Figure":
    """The return of each paid channel with its 90 % range, the largest first, in
    ``total.roi_unit``; hollow dots where the evidence is weak, the reason on hovering.

    Raises ImportError where Plotly is not installed.
    """
    go = graph_objects()
    colours = channel_colours([channel.name for channel in total.channels])
    paid = [(c.name, c.roi) for c in total.channels if c.roi is not None]
    paid.sort(key=lambda each: -each[1].mean)
    notes = total.evidence or {}
    spent = f"{currency or 'currency unit'} spent"
    counted = next((word for word in ("revenue", "profit") if word in total.roi_unit), total.unit)
    weak = {name for name, note in notes.items() if note.grade in LOWER_GRADES}
    figure = go.Figure(
        [
            go.Scatter(
                x=[roi.mean],
                y=[name],
                name=name,
                mode="markers",
                marker={
                    "color": "white" if name in weak else colours[name],
                    "size": 12,
                    "line": {"color": colours[name], "width": 2.5},
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [roi.p95 - roi.mean],
                    "arrayminus": [roi.mean - roi.p5],
                    "color": colours[name],
                    "thickness": 4,
                    "width": 0,
                },
                customdata=[
                    [f"{notes[name].label}. {notes[name].reason}" if name in notes else ""]
                ],
                hovertemplate="%{y}: %{x:.2f}<br>%{customdata[0]}<extra></extra>",
            )
            for name, roi in paid
        ],
        layout(
            _best(paid, weak, notes, f"{counted} for each {spent}"),
            130 + 46 * len(paid),
            showlegend=False,
        ),
    )
    if "profit" in total.roi_unit:  # of revenue, a return of one does not break even
        figure.add_vline(x=1.0, line={"color": INK, "dash": "dash", "width": 1})
    figure.update_xaxes(axis(f"{counted} for each {spent}", rangemode="tozero"))
    figure.update_yaxes(axis(autorange="reversed"))
    return figure


def _best(
    paid: Sequence[tuple[str, Interval]], weak: set[str], graded: Collection[str], unit: str
) -> str:
    """The largest return that evidence backs; the largest of all where it backs none."""
    if not paid:
        return "No channel has a cost"
    backed = [each for each in paid if each[0] in graded and each[0] not in weak]
    name, roi = (backed or paid)[0]
    beside = "the most of what is backed by data" if backed else "none is backed by data"
    return f"{name} returned {roi.mean:.2f} {unit}, {beside}"
