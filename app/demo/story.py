"""The result of the demo in words: how risk aversion changes the budget of the new channel."""

from collections.abc import Mapping

from app.contract.plan_answers import AllocationAnswer
from app.demo.tables import true_gain
from app.display.words import amount
from mmm.attribution.answers import ContributionReport
from mmm.simulate.truth import Truth

NEW = "new_video"
PROVEN = "social"


def plan_summary(
    plans: Mapping[float, AllocationAnswer], contributions: ContributionReport, truth: Truth
) -> str:
    """Compare the plans of the lowest and the highest risk aversion, from any numbers."""
    bold, cautious = plans[min(plans)], plans[max(plans)]
    roi = {channel.name: channel.roi for channel in contributions.channels if channel.roi}
    new, proven = roi[NEW], roi[PROVEN]
    moved = {name: _spend(bold, name) - _spend(cautious, name) for name in (NEW, PROVEN)}
    earned = true_gain(cautious, truth) - true_gain(bold, truth)
    return (
        f"\n{NEW} has an estimated ROI of {new.mean:.2f}, with a 90 % credible interval from "
        f"{new.p5:.2f} to {new.p95:.2f}; {PROVEN}, with its long history, from {proven.p5:.2f} to "
        f"{proven.p95:.2f}. Without risk aversion {NEW} gets {amount(_spend(bold, NEW))}; the "
        f"cautious plan {_verb(-moved[NEW])} it to {amount(_spend(cautious, NEW))} and "
        f"{_verb(-moved[PROVEN])} {PROVEN} to {amount(_spend(cautious, PROVEN))}. In this world "
        f"the cautious plan truly earns {amount(abs(earned))} {'more' if earned >= 0 else 'less'}."
    )


def _spend(plan: AllocationAnswer, name: str) -> float:
    return next(channel.spend for channel in plan.plan.channels if channel.name == name)


def _verb(amount: float) -> str:
    return "raises" if amount > 0 else "cuts"
