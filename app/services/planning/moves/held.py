"""What the evidence holds where it is: channels, with the reason, and pairs that move as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from mmm.evidence.findings import LARGEST_PRIOR_SHARE, PARTNER
from mmm.posterior.evidence import LeverEvidence
from mmm.posterior.fitted import FittedModel


@dataclass(frozen=True)
class Held:
    """Channels that stay at today's spend, those that may only be cut, and pairs that move as one.

    ``still`` and ``not_raised``: reasons by name.
    """

    still: Mapping[str, str]
    not_raised: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why a channel is not raised, by name."""
        return {**self.not_raised, **self.still}

    def under_test(self, until: Mapping[str, date], start: date) -> Self:
        """The same with the channels that a test needs as they are on ``start`` or later."""
        running = {
            name: f"A test of it runs until {day:%-d %b %Y}; until then its spend is the test's."
            for name, day in until.items()
            if day >= start
        }
        return replace(
            self,
            still={**self.still, **running},
            not_raised={n: r for n, r in self.not_raised.items() if n not in running},
            pairs=tuple(pair for pair in self.pairs if not set(pair) & set(running)),
        )


def held_by_evidence(model: FittedModel) -> Held:
    """What the evidence of ``model`` holds; nothing without a record.

    A channel that the data contradict stays as it is, and so does one whose size is the prior's,
    unless even its upper limit returns less than it costs: then it may be cut. One that data alone
    cannot tell from zero is wide enough for caution to hold it where that is right.
    """
    levers = [lever for lever in model.levers if lever.kind == "channel"]
    still, not_raised = {}, {}
    for lever in levers:
        reason = f"{lever.label}. {lever.reason}"
        unknown = lever.grade == "too_small" and (lever.prior_share or 0.0) > LARGEST_PRIOR_SHARE
        if unknown and lever.at_most is not None and lever.at_most < 1.0:
            not_raised[lever.name] = f"{reason} It returns at most {lever.at_most:.2f}."
        elif unknown or lever.grade == "do_not_use":
            still[lever.name] = reason
    pairs = _pairs(levers)
    held = still.keys() | not_raised.keys()
    for pair in pairs:
        for name, other in (pair, pair[::-1]):
            if other in held and name not in still:
                still[name] = f"It cannot be told apart from {other}, which is held."
    free = [pair for pair in pairs if not held & set(pair)]
    return Held(still, {n: r for n, r in not_raised.items() if n not in still}, tuple(free))


def _pairs(levers: Sequence[LeverEvidence]) -> list[tuple[str, str]]:
    """Channels that the data cannot tell apart, each pair once."""
    names = {lever.name for lever in levers}
    found = {
        (min(lever.name, lever.partner), max(lever.name, lever.partner))
        for lever in levers
        if lever.partner in names and any(f.code == PARTNER for f in lever.findings)
    }
    return sorted(found)
