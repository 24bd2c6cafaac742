"""What the demo prints: estimates beside the truth, and the plans side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from rich.table import Table

from app.contract.plan_answers import AllocationAnswer
from app.display.figures import figure, interval
from mmm.attribution.answers import Contributions
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Interval
from mmm.simulate.truth import Truth


def returns_beside_truth(found: Contributions, truth: Truth, weeks: Mapping[str, int]) -> Table:
    """ROI of each channel with its interval, the truth, and the weeks of history behind it."""
    table = _table(
        "Return on each unit spent (carry-out counted)",
        ("channel", "weeks of history", "true ROI", "estimate", "90 % interval", "holds the truth"),
    )
    for channel in found.channels:
        true, roi = truth.roi[channel.name], channel.roi
        table.add_row(
            channel.name,
            str(weeks[channel.name]),
            f"{true:.2f}",
            f"{roi.mean:.2f}",
            f"{roi.p5:.2f} to {roi.p95:.2f}",
            _holds(roi, true),
        )
    return table


def effects_beside_truth(rows: Sequence[tuple[str, CounterfactualAnswer, float]]) -> Table:
    """Answers to what-if questions with the true answers."""
    table = _table(
        "What if, in the last 13 weeks (change of sales in units)",
        ("", "true effect", "estimate and 90 % interval", "holds the truth"),
    )
    for title, found, true in rows:
        table.add_row(title, figure(true), interval(found.effect), _holds(found.effect, true))
    return table


def plans_side_by_side(
    plans: Mapping[float, AllocationAnswer], truth: Truth, today: AllocationAnswer
) -> Table:
    """Spend by channel for each risk aversion, what each expects to gain, and truly would."""
    heads = ("", "today", *(f"risk aversion {risk:g}" for risk in plans))
    table = _table("The next 13 weeks", heads)
    for index, channel in enumerate(today.plan.channels):
        spends = [found.plan.channels[index].spend for found in plans.values()]
        table.add_row(channel.name, figure(channel.current), *map(figure, spends))
    table.add_section()
    for title, pick in (
        ("expected gain", lambda found: found.gain.mean),
        ("mean of the worst 10 %", lambda found: found.risk.cvar),
        ("true gain", lambda found: true_gain(found, truth)),
    ):
        current = figure(pick(today))
        table.add_row(title, current, *(figure(pick(found)) for found in plans.values()))
    return table


def true_gain(found: AllocationAnswer, truth: Truth) -> float:
    """What the plan would really earn over no spend, less its cost."""
    weekly = np.array(
        [[week.spend[name] for name in truth.channels] for week in found.plan.by_week]
    )
    return truth.outcome(weekly) - float(weekly.sum())


def _holds(found: Interval, true: float) -> str:
    return "yes" if found.p5 <= true <= found.p95 else "no"


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    return table
