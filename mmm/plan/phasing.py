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
    channels whose weeks are fixed; ``split``: the same by geo, of channels whose geos are fixed;
    ``weeks_by_geo``: weekly spend of every geo, of channels where both are.
    """

    weeks: WeekPhasing = "historic"
    geos: GeoSplit = "usual"
    profile: Mapping[str, Sequence[float]] = field(default_factory=dict)
    split: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    weeks_by_geo: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)

    def fixes_weeks(self, channel: str) -> bool:
        """Whether the weeks of a channel are given."""
        return channel in self.profile or channel in self.weeks_by_geo

    def fixes_geos(self, channel: str) -> bool:
        """Whether the geos of a channel are given."""
        return channel in self.split or channel in self.weeks_by_geo


USUAL_GRANULARITY = Granularity()


def phasing_shares(
    model: FittedModel, reference: Array, granularity: Granularity = USUAL_GRANULARITY
) -> Array:
    """(week, geo, channel) shares of a channel's total, adding up to one per channel.

    ``historic``, and ``optimised`` before its weeks are decided, distribute spend as ``reference
    (week, geo, channel)`` does, today's plan. A channel without spend there, and every channel with
    ``even``, is distributed evenly over weeks and by weight over geos. A profile keeps a
    channel's geos, a split its weeks. Raises QueryError for a wrong profile or split.
    """
    weeks = reference.shape[0]
    shares = _usual_shares(model, reference, granularity.weeks)
    for name, spend in granularity.profile.items():
        where = pointer("phasing", "profile", name)
        channel = _channel(model, where, name)
        weekly = np.asarray(spend, dtype=np.float64)
        if weekly.size != weeks:
            detail = f"{name!r} has {weekly.size} weeks; the horizon has {weeks}"
            raise QueryError([Issue(where, "weeks", detail)])
        if weekly.min() < 0.0 or weekly.sum() <= 0.0:
            detail = f"the weeks of {name!r} must be at least 0, and not all of them 0"
            raise QueryError([Issue(where, "no_profile", detail)])
        shares[..., channel] = np.outer(weekly / weekly.sum(), shares[..., channel].sum(0))
    for name, amounts in granularity.split.items():
        channel = _channel(model, pointer("phasing", "split", name), name)
        by_geo = _by_geo(model, name, amounts, pointer("phasing", "split", name))
        shares[..., channel] = np.outer(shares[..., channel].sum(1), by_geo / by_geo.sum())
    for name, places in granularity.weeks_by_geo.items():
        where = pointer("phasing", "weeks_by_geo", name)
        channel = _channel(model, where, name)
        if name in granularity.profile or name in granularity.split:
            detail = f"{name!r} has its weeks or geos in profile or split too; give one of them"
            raise QueryError([Issue(where, "given_twice", detail)])
        _by_geo(model, name, {geo: sum(given) for geo, given in places.items()}, where)
        if any(len(given) != weeks for given in places.values()):
            detail = f"every geo of {name!r} has {weeks} weeks, those of the horizon"
            raise QueryError([Issue(where, "weeks", detail)])
        table = np.array([places[geo] for geo in model.panel.geos], dtype=np.float64).T
        shares[..., channel] = table / table.sum()
    return shares


def _channel(model: FittedModel, where: str, name: str) -> int:
    """The position of a channel with a cost; raises QueryError where there is none."""
    names = model.structure.paid_channels
    if name not in names:
        detail = f"there is no {name!r}: {', '.join(names)}"
        raise QueryError([Issue(where, "unknown_channel", detail)])
    return names.index(name)


def _by_geo(model: FittedModel, name: str, amounts: Mapping[str, float], where: str) -> Array:
    """(geo,) amounts of a channel in the order of the panel; raises QueryError at ``where``."""
    geos = model.panel.geos
    if any(each.national for each in model.spec.channels if each.name == name):
        detail = f"{name!r} is national: no geo has spend of its own"
        raise QueryError([Issue(where, "national", detail)])
    unknown = [geo for geo in amounts if geo not in geos]
    if unknown:
        detail = f"there is no geo {unknown[0]!r}"
        raise QueryError([Issue(where, "unknown_geo", detail)])
    missing = [geo for geo in geos if geo not in amounts]
    if missing:
        detail = f"say what {missing[0]!r} gets of {name!r}, also if it is 0"
        raise QueryError([Issue(where, "missing_geo", detail)])
    by_geo = np.array([amounts[geo] for geo in geos], dtype=np.float64)
    if by_geo.min() < 0.0 or by_geo.sum() <= 0.0:
        detail = f"the geos of {name!r} must be at least 0, and not all of them 0"
        raise QueryError([Issue(where, "no_split", detail)])
    return by_geo


def _usual_shares(model: FittedModel, reference: Array, phasing: WeekPhasing) -> Array:
    even = np.zeros_like(reference)
    return usual_shares(model, even if phasing == "even" else reference)
