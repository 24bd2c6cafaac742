"""Phasing: how a channel's total is distributed over the weeks and geos of a horizon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mmm.counterfactual.reference import usual_shares
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

WeekPhasing = Literal["historic", "even", "optimised"]
GeoSplit = Literal["usual", "optimised"]


@dataclass(frozen=True)
class Granularity:
    """How spend is distributed over weeks and geos, and which of these a plan decides.

    ``weeks``: as in the reference, evenly, or decided (``optimised``). ``geos``: as
    ``weeks`` says, or decided. ``profile``: weekly spend, or any numbers in its proportions, of
    channels whose weeks are fixed.
    """

    weeks: WeekPhasing = "historic"
    geos: GeoSplit = "usual"
    profile: Mapping[str, Sequence[float]] = field(default_factory=dict)


USUAL_GRANULARITY = Granularity()


def phasing_shares(
    model: FittedModel, reference: Array, granularity: Granularity = USUAL_GRANULARITY
) -> Array:
    """(week, geo, channel) shares of a channel's total, adding up to one per channel.

    ``historic``, and ``optimised`` before its weeks are decided, distribute spend as ``reference
    (week, geo, channel)`` does, today's plan. A channel without spend there, and every channel with
    ``even``, is distributed evenly over weeks and by weight over geos. Raises QueryError for a
    wrong profile.
    """
    weeks = reference.shape[0]
    shares = _usual_shares(model, reference, granularity.weeks)
    geo = model.scales.geo_weight / model.scales.geo_weight.sum()
    for name, spend in granularity.profile.items():
        where = pointer("phasing", "profile", name)
        if name not in model.structure.channels:
            known = ", ".join(model.structure.channels)
            raise QueryError([Issue(where, "unknown_channel", f"there is no {name!r}: {known}")])
        weekly = np.asarray(spend, dtype=np.float64)
        if weekly.size != weeks:
            detail = f"{name!r} has {weekly.size} weeks; the horizon has {weeks}"
            raise QueryError([Issue(where, "weeks", detail)])
        if weekly.min() < 0.0 or weekly.sum() <= 0.0:
            detail = f"the weeks of {name!r} must be at least 0, and not all of them 0"
            raise QueryError([Issue(where, "no_profile", detail)])
        channel = model.structure.channels.index(name)
        shares[..., channel] = np.outer(weekly / weekly.sum(), geo)
    return shares


def _usual_shares(model: FittedModel, reference: Array, phasing: WeekPhasing) -> Array:
    even = np.zeros_like(reference)
    return usual_shares(model, even if phasing == "even" else reference)
