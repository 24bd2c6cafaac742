"""What a specification implies before any fit, as tables for a terminal."""

from rich.table import Table

from app.display.figures import figure, interval, titled
from mmm.simulate.prior_predictive import SimulationSummary


def summary_table(found: SimulationSummary) -> Table:
    """Sales, media's share and elasticities, against what was observed."""
    title = f"Implied by the prior, before any fit ({found.draws} draws)"
    rows = [
        ("weekly kpi", interval(found.weekly_kpi), figure(found.observed_weekly_kpi)),
        ("media's share of sales", interval(found.media_share), ""),
    ]
    if found.elasticity is not None:
        rows.append(("price elasticity", interval(found.elasticity), ""))
    for name, elasticity in found.cross_elasticities.items():
        rows.append((f"elasticity, price of {name}", interval(elasticity), ""))
    rows.append(("cells with a negative kpi", f"{found.negative_kpi:.1%}", ""))
    return titled(title, ("", "mean  [90 %]", "observed"), rows, right=(1, 2))


def channels_table(found: SimulationSummary) -> Table:
    """Share of sales and return on spend of each channel."""
    rows = [
        (c.name, interval(c.share), interval(c.roi) if c.roi is not None else "-")
        for c in found.channels
    ]
    heads = ("channel", "share of sales", "return on spend")
    return titled("Channels", heads, rows, right=(1, 2))
