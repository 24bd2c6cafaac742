"""The reference: today's plan over the weeks after the data, which plans and what-ifs start from.

    last_weeks   the last observed weeks again, as many as are wanted
    last_year    the same weeks of last year, 52 weeks earlier
    given        amounts per channel, totals or by week

Where none is chosen it is last year's weeks if the data reach back 60 weeks, else the last ones. A
given total is distributed over weeks and geos, and given weeks over geos, as that default is; a
channel without spend there evenly over weeks and by weight over geos.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from mmm.counterfactual.question import ReferenceKind
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

YEAR = 52
LONG_HISTORY = 60
"""With at least as many weeks of data, last year's weeks are the default."""


@dataclass(frozen=True)
class ReferenceChoice:
    """The reference that is wanted; ``spend``: of a given one, currency by channel, a total over
    the weeks or one amount a week."""

    kind: ReferenceKind | None = None
    spend: Mapping[str, float | Sequence[float]] = field(default_factory=dict)


DEFAULT_REFERENCE = ReferenceChoice()


@dataclass(frozen=True)
class ReferencePlan:
    """Today's plan: ``spend (week, geo, channel)``, currency per week.

    ``start`` and ``end``: first and last observed week that it repeats; None for a given one.
    """

    kind: ReferenceKind
    spend: Array
    start: date | None
    end: date | None

    @property
    def description(self) -> str:
        """How own spend after the data is assumed, in words."""
        if self.kind == "given":
            return "assumed as in reference_spend"
        if self.kind == "last_year":
            return "assumed as in the same weeks of last year"
        return f"assumed as from {self.start} to {self.end}"


def reference_plan(
    model: FittedModel, weeks: int, choice: ReferenceChoice = DEFAULT_REFERENCE
) -> ReferencePlan:
    """The reference over the ``weeks`` weeks after the data.

    Raises QueryError for last year's weeks of data that are shorter, or wrong given amounts.
    """
    history = len(model.panel.weeks)
    default: ReferenceKind = "last_year" if history >= LONG_HISTORY else "last_weeks"
    if choice.kind == "given":
        usual = _observed(model, weeks, default)
        return ReferencePlan("given", _given(model, usual.spend, choice.spend), None, None)
    if choice.spend:
        detail = 'amounts go with "reference": "given"'
        raise QueryError([Issue("/reference_spend", "not_given", detail)])
    if choice.kind == "last_year" and history < YEAR:
        detail = f"the data have {history} weeks; last year's weeks need {YEAR}"
        raise QueryError([Issue("/reference", "too_short", detail)])
    return _observed(model, weeks, choice.kind or default)


def _observed(model: FittedModel, weeks: int, kind: ReferenceKind) -> ReferencePlan:
    """The reference that repeats observed weeks."""
    history = len(model.panel.weeks)
    period = YEAR if kind == "last_year" else min(weeks, history)
    ahead = np.arange(weeks)
    # The last weeks again: where they are fewer than wanted, the last of them end the plan.
    phase = ahead if kind == "last_year" else ahead - weeks
    rows = history - period + phase % period
    repeated = model.panel.weeks
    return ReferencePlan(
        kind, model.panel.array("spend")[rows], repeated[rows.min()], repeated[rows.max()]
    )


def _given(model: FittedModel, usual: Array, given: Mapping[str, float | Sequence[float]]) -> Array:
    """(week, geo, channel) of given amounts, distributed as ``usual (week, geo, channel)`` is;
    channels without cost as in ``usual``."""
    names, weeks = model.structure.paid_channels, usual.shape[0]
    issues = [
        Issue(pointer("reference_spend", name), "unknown_channel", _no_spend(model, name))
        for name in given
        if name not in names
    ]
    missing = [name for name in names if name not in given]
    if missing:
        detail = f"say what {', '.join(missing)} get, also if it is 0"
        issues.append(Issue("/reference_spend", "missing_channel", detail))
    amounts = {name: np.asarray(given[name], dtype=np.float64) for name in names if name in given}
    for name, amount in amounts.items():
        where = pointer("reference_spend", name)
        if amount.ndim and amount.size != weeks:
            detail = f"{name!r} has {amount.size} weeks; there are {weeks} to plan"
            issues.append(Issue(where, "weeks", detail))
        if not np.isfinite(amount).all() or (amount < 0.0).any():
            issues.append(Issue(where, "negative", f"the amounts of {name!r} must be at least 0"))
    if issues:
        raise QueryError(issues)
    shares, by_geo = usual_shares(model, usual), usual_shares(model, usual).sum(0)
    spread = usual.copy()
    for c, name in zip(model.structure.paid, names, strict=True):
        amount = amounts[name]
        spread[..., c] = np.outer(amount, by_geo[:, c]) if amount.ndim else amount * shares[..., c]
    return spread


def _no_spend(model: FittedModel, name: str) -> str:
    if name in model.structure.owned_channels:
        return f"{name!r} has no cost, so that no amount of money is spent on it"
    return f"there is no channel {name!r}"


def usual_shares(model: FittedModel, spend: Array) -> Array:
    """(week, geo, channel) shares of each channel's total in ``spend``, of the same dimensions.

    A channel without spend is distributed evenly over weeks and by weight over geos.
    """
    weeks, total = spend.shape[0], spend.sum((0, 1))
    geo = model.scales.geo_weight / model.scales.geo_weight.sum()
    even = np.repeat(geo[None, :, None] / weeks, weeks, axis=0)
    return np.where(total > 0.0, spend / np.where(total > 0.0, total, 1.0), even)
