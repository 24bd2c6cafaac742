"""The tables of the demo: estimates beside the truth, and the plans side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
from rich.table import Table

from app.contract.plan_answers import AllocationAnswer
from app.display.figures import figure, interval
from mmm.attribution.answers import ContributionReport
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Interval
from mmm.simulate.truth import Truth


def returns_beside_truth(
    contributions: ContributionReport, truth: Truth, weeks: Mapping[str, int]
) -> Table:
    """ROI of each channel with its credible interval, the truth, and its weeks of history."""
    table = _table(
        "Return on each unit spent (including carryover after the window)",
        ("channel", "weeks of history", "true ROI", "estimate", "90 % interval", "covers truth"),
    )
    for channel in contributions.channels:
        true, roi = truth.roi[channel.name], channel.roi
        if roi is None:
            continue
        table.add_row(
            channel.name,
            str(weeks[channel.name]),
            f"{true:.2f}",
            f"{roi.mean:.2f}",
            f"{roi.p5:.2f} to {roi.p95:.2f}",
            _covers(roi, true),
        )
    return table


def effects_beside_truth(rows: Sequence[tuple[str, CounterfactualAnswer, float]]) -> Table:
    """Effects of what-if questions with the true effects."""
    table = _table(
        "What if, in the last 13 weeks (effect on sales in units)",
        ("", "true effect", "estimate and 90 % interval", "covers truth"),
    )
    for title, answer, true in rows:
        table.add_row(title, figure(true), interval(answer.effect), _covers(answer.effect, true))
    return table


def plans_side_by_side(
    plans: Mapping[float, AllocationAnswer], truth: Truth, today: AllocationAnswer
) -> Table:
    """Spend by channel for each risk aversion, with the expected and the true gain."""
    heads = ("", "current", *(f"risk aversion {risk:g}" for risk in plans))
    table = _table("The next 13 weeks", heads)
    for index, channel in enumerate(today.plan.channels):
        spends = [plan.plan.channels[index].spend for plan in plans.values()]
        table.add_row(channel.name, figure(channel.current), *map(figure, spends))
    table.add_section()
    for title, pick in (
        ("expected gain", lambda plan: plan.gain.mean),
        ("mean of the worst 10 %", lambda plan: plan.risk.cvar),
        ("true gain", lambda plan: true_gain(plan, truth)),
    ):
        current = figure(pick(today))
        table.add_row(title, current, *(figure(pick(plan)) for plan in plans.values()))
    return table


def true_gain(allocation: AllocationAnswer, truth: Truth) -> float:
    """The true gain of a plan: its value over no spend, less its cost."""
    weekly = np.array(
        [[week.spend[name] for name in truth.channels] for week in allocation.plan.by_week]
    )
    return truth.outcome(weekly) - float(weekly.sum())


def _covers(estimate: Interval, true: float) -> str:
    return "yes" if estimate.p5 <= true <= estimate.p95 else "no"


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    return table
