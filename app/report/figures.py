"""The figures of the report, each drawn from an answer of the API."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.contract.plan_answers import AllocationAnswer
from app.report.style import (
    ACCENT,
    INK,
    KIND_COLOURS,
    OTHER,
    apply_layout,
    channel_colours,
    translucent,
)
from mmm.attribution.answers import ChannelCurve, ContributionReport, ResponseCurves
from mmm.interval import Interval
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel

ABSOLUTE_TOLERANCE = 1e-9


def fit_figure(model: FittedModel) -> go.Figure:
    """Observed KPI, fitted mean and 90 % predictive interval by week, summed over geos."""
    weeks = list(model.panel.weeks)
    by_geo = mean_by_geo(model, model.design.observed)
    mean = by_geo.sum(-1)
    predictive = with_noise(model, by_geo, seed=0, memory=False).sum(-1)
    low, high = np.quantile(predictive, (0.05, 0.95), axis=0)
    actual = model.panel.array("kpi").sum(1)
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure = go.Figure(
        [
            go.Scatter(x=weeks, y=high, showlegend=False, **band),
            go.Scatter(
                x=weeks,
                y=low,
                name="90 % predictive interval",
                fill="tonexty",
                fillcolor=translucent(ACCENT, 0.18),
                **band,
            ),
            go.Scatter(x=weeks, y=mean.mean(0), name="fitted mean", line={"color": ACCENT}),
            go.Scatter(
                x=weeks, y=actual, name="observed", mode="markers", marker={"color": INK, "size": 4}
            ),
        ]
    )
    return apply_layout(figure, 380, yaxis_title=model.kpi_unit, hovermode="x unified")


def decomposition_figure(contributions: ContributionReport) -> go.Figure:
    """Mean contributions by week, stacked; negative contributions are below zero."""
    channels = [channel.name for channel in contributions.channels]
    colours = channel_colours(channels)
    weeks = sorted({row.week for row in contributions.components if row.week is not None})
    rows: dict[tuple[str, str], dict[object, float]] = {}
    for row in contributions.components:
        title = {"baseline": "baseline", "control": "controls"}.get(row.kind, row.name)
        cell = rows.setdefault((row.kind, title), {})
        cell[row.week] = cell.get(row.week, 0.0) + row.contribution.mean
    figure = go.Figure()
    for (kind, title), values in rows.items():
        if all(abs(value) < ABSOLUTE_TOLERANCE for value in values.values()):
            continue
        colour = colours.get(title) if kind == "channel" else KIND_COLOURS.get(kind, OTHER)
        figure.add_bar(x=weeks, y=[values[week] for week in weeks], name=title, marker_color=colour)
    figure.update_traces(marker_line_width=0)
    return apply_layout(
        figure,
        440,
        barmode="relative",
        bargap=0.0,
        yaxis_title=contributions.unit,
        hovermode="x unified",
    )


def roi_figure(contributions: ContributionReport) -> go.Figure:
    """ROI and marginal ROI with 90 % credible intervals; the line marks an ROI of 1."""
    names = [channel.name for channel in contributions.channels]
    figure = go.Figure(
        [
            _dots("ROI", names, [c.roi for c in contributions.channels], ACCENT, -0.12),
            _dots(
                "marginal ROI",
                names,
                [c.marginal_roi for c in contributions.channels],
                "#d9822b",
                0.12,
            ),
        ]
    )
    if "revenue" not in contributions.roi_unit:  # of revenue, a return of one does not break even
        figure.add_vline(x=1.0, line={"color": "#9aa5b1", "dash": "dot"})
    rows = list(range(len(names)))
    apply_layout(figure, 110 + 56 * len(names), xaxis_title=contributions.roi_unit)
    figure.update_yaxes(tickvals=rows, ticktext=names, autorange="reversed", zeroline=False)
    return figure


def curves_figure(curves: ResponseCurves) -> go.Figure:
    """Response curves: mean and 90 % credible band, current spend, observed range shaded."""
    columns = 2
    rows = -(-len(curves.channels) // columns)
    titles = [channel.name for channel in curves.channels]
    figure = make_subplots(
        rows, columns, subplot_titles=titles, vertical_spacing=0.4 / max(rows, 2)
    )
    colours = channel_colours(titles)
    for index, channel in enumerate(curves.channels):
        place = {"row": index // columns + 1, "col": index % columns + 1}
        for trace in _curve_traces(channel, colours[channel.name]):
            figure.add_trace(trace, **place)
        figure.add_vrect(
            x0=channel.observed_min,
            x1=channel.observed_max,
            fillcolor="#dfe5ec",
            opacity=0.45,
            layer="below",
            line_width=0,
            **place,
        )
        figure.add_vline(x=channel.current, line={"color": INK, "dash": "dash"}, **place)
    figure.update_xaxes(title_text="currency per week", row=rows)
    figure.update_yaxes(title_text=f"{curves.unit} per week", col=1)
    return apply_layout(figure, 270 * rows, showlegend=False)


def plan_figure(allocation: AllocationAnswer) -> go.Figure:
    """Planned and current spend per channel."""
    names = [channel.name for channel in allocation.plan.channels]
    figure = go.Figure(
        [
            go.Bar(
                name="current",
                x=names,
                y=[channel.current for channel in allocation.plan.channels],
                marker_color="#b8c1cc",
            ),
            go.Bar(
                name="plan",
                x=names,
                y=[channel.spend for channel in allocation.plan.channels],
                marker_color=ACCENT,
            ),
        ]
    )
    return apply_layout(figure, 360, barmode="group", yaxis_title="currency over the horizon")


def _dots(
    title: str, names: list[str], intervals: list[Interval], colour: str, shift: float
) -> go.Scatter:
    return go.Scatter(
        name=title,
        x=[interval.mean for interval in intervals],
        y=[row + shift for row in range(len(names))],
        mode="markers",
        marker={"color": colour, "size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [interval.p95 - interval.mean for interval in intervals],
            "arrayminus": [interval.mean - interval.p5 for interval in intervals],
            "color": colour,
        },
        text=names,
        hovertemplate="%{text}: %{x:.2f}",
    )


def _curve_traces(channel: ChannelCurve, colour: str) -> list[go.Scatter]:
    spend = [point.spend for point in channel.points]
    level = [point.contribution for point in channel.points]
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(x=spend, y=[interval.p95 for interval in level], **band),
        go.Scatter(
            x=spend,
            y=[interval.p5 for interval in level],
            fill="tonexty",
            fillcolor=translucent(colour, 0.2),
            **band,
        ),
        go.Scatter(
            x=spend,
            y=[interval.mean for interval in level],
            name=channel.name,
            line={"color": colour},
        ),
    ]
