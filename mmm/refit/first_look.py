"""What a fit changed in its first look: each channel's return before and after."""

from collections.abc import Sequence

from mmm.attribution.answers import ChannelReturn
from mmm.attribution.contributions import contributions
from mmm.interval import Answer, Interval
from mmm.posterior.fitted import FittedModel


class ReturnChange(Answer):
    """A channel's return in the first look and in the fit; the contribution of a channel that costs
    nothing. ``outside``: the fit's median is outside the first look's 90 % interval."""

    name: str
    first_look: Interval
    fit: Interval
    outside: bool


class FirstLookChange(Answer):
    """What changed, in one sentence and channel by channel."""

    summary: str
    channels: tuple[ReturnChange, ...]


def first_look_change(look: FittedModel, fit: FittedModel) -> FirstLookChange:
    """The returns of both models, channel by channel, and the sentence on what moved."""
    before, after = (contributions(model).channels for model in (look, fit))
    channels = tuple(map(_change, before, after))
    return FirstLookChange(summary=summary_of(channels), channels=channels)


def summary_of(channels: Sequence[ReturnChange]) -> str:
    """The sentence on what moved; of several channels it names each, and tells the farthest."""
    moved = sorted((each for each in channels if each.outside), key=_distance, reverse=True)
    if not moved:
        return "No channel's return moved outside the first look's interval."
    first = moved[0]
    told = f"from {_told(first.first_look)} to {_told(first.fit)}"
    if len(moved) == 1:
        return f"The return of {first.name} moved outside the first look's interval: {told}."
    names = ", ".join(each.name for each in moved[:-1]) + f" and {moved[-1].name}"
    return (
        f"The returns of {names} moved outside the first look's intervals; {first.name} moved "
        f"farthest, {told}."
    )


def _change(before: ChannelReturn, after: ChannelReturn) -> ReturnChange:
    look, fit = before.roi, after.roi
    if look is None or fit is None:
        look, fit = before.contribution, after.contribution
    outside = not look.p5 <= fit.p50 <= look.p95
    return ReturnChange(name=after.name, first_look=look, fit=fit, outside=outside)


def _distance(change: ReturnChange) -> float:
    """How far the median moved, in widths of the first look's interval."""
    look = change.first_look
    width = look.p95 - look.p5
    return abs(change.fit.p50 - look.p50) / width if width > 0.0 else float("inf")


def _told(interval: Interval) -> str:
    return f"{interval.p50:.3g} ({interval.p5:.3g} to {interval.p95:.3g})"
