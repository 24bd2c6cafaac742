"""The point of the demo in a sentence: what caution does with the money of the new channel."""

from collections.abc import Mapping

from app.contract.plan_answers import AllocationAnswer
from app.demo.tables import true_gain
from app.services.planning.summary import money
from mmm.attribution.answers import Contributions
from mmm.simulate.truth import Truth

NEW = "new_video"
PROVEN = "social"


def moral(plans: Mapping[float, AllocationAnswer], found: Contributions, truth: Truth) -> str:
    """Compares the boldest and the most cautious plan, whatever the numbers turn out to be."""
    bold, cautious = plans[min(plans)], plans[max(plans)]
    roi = {channel.name: channel.roi for channel in found.channels}
    new, proven = roi[NEW], roi[PROVEN]
    moved = {name: _spend(bold, name) - _spend(cautious, name) for name in (NEW, PROVEN)}
    earned = true_gain(cautious, truth) - true_gain(bold, truth)
    return (
        f"\n{NEW} looks like {new.mean:.2f} a unit spent, but anything from {new.p5:.2f} to "
        f"{new.p95:.2f} is plausible; {PROVEN}, with its long history, returns {proven.p5:.2f} to "
        f"{proven.p95:.2f}. Without regard to risk {NEW} gets {money(_spend(bold, NEW))}; the "
        f"cautious plan {_changed(-moved[NEW])} it to {money(_spend(cautious, NEW))} and "
        f"{_changed(-moved[PROVEN])} {PROVEN} to {money(_spend(cautious, PROVEN))}. In this world "
        f"the cautious plan truly earns {money(abs(earned))} {'more' if earned >= 0 else 'less'}."
    )


def _spend(plan: AllocationAnswer, name: str) -> float:
    return next(channel.spend for channel in plan.plan.channels if channel.name == name)


def _changed(amount: float) -> str:
    return "raises" if amount > 0 else "cuts"
