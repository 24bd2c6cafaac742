"""A prior predictive summary as tables for a terminal."""

from collections.abc import Iterable

from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.checks.implied_channel import ImpliedChannel
from mmm.simulate.prior_predictive import SimulationSummary


def implied_table(channels: Iterable[ImpliedChannel]) -> Table:
    """What the priors alone imply of each channel."""
    rows = [
        (
            channel.name,
            "specification" if channel.stated else "default",
            f"{channel.share.p50:.1%}  [{channel.share.p5:.1%}, {channel.share.p95:.1%}]",
            "" if channel.roi is None else interval(channel.roi),
        )
        for channel in channels
    ]
    heads = ("channel", "prior", "share of the KPI", "ROI")
    return titled("what the priors imply, with 90 % intervals", heads, rows, right=(2, 3))


def summary_table(summary: SimulationSummary) -> Table:
    """KPI, media's share and elasticities under the prior, with the observed KPI."""
    title = f"Prior predictive ({summary.draws} draws)"
    rows = [
        ("weekly KPI", interval(summary.weekly_kpi), figure(summary.observed_weekly_kpi)),
        ("media's share of sales", interval(summary.media_share), ""),
    ]
    if summary.elasticity is not None:
        rows.append(("price elasticity", interval(summary.elasticity), ""))
    for name, elasticity in summary.cross_elasticities.items():
        rows.append((f"elasticity, price of {name}", interval(elasticity), ""))
    rows.append(("cells with a negative KPI", f"{summary.negative_kpi:.1%}", ""))
    return titled(title, ("", "mean  [90 %]", "observed"), rows, right=(1, 2))


def channels_table(summary: SimulationSummary) -> Table:
    """Share of sales and return on spend of each channel."""
    rows = [
        (c.name, interval(c.share), interval(c.roi) if c.roi is not None else "-")
        for c in summary.channels
    ]
    heads = ("channel", "share of sales", "return on spend")
    return titled("Channels", heads, rows, right=(1, 2))
