"""Exposure -> adstock -> saturation of all media, group by group.

Media of a group are evaluated as one array; with reach and frequency the exposure is people reached
times the effect of a contact count, reach * f^s / (k^s + f^s) (after Google's Meridian, 2024).
"""

from collections.abc import Sequence

import numpy as np

from mmm.data.inputs import Inputs
from mmm.equations.transforms import (
    SATURATION,
    SATURATION_DERIVATIVE,
    adstock_weights,
    convolve,
    frequency_curve,
)
from mmm.spec.medium import MediaGroup
from mmm.spec.structure import Structure
from mmm.types import Namespace, Parameters, Tensor


def curves(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week, geo) response of every medium before its coefficient."""
    found = [_group_curves(group_parameters(p, group), d, group, s, xp) for group in s.groups]
    return _by_medium(found, s, -3, xp)


def _group_curves(
    q: Parameters, d: Inputs, group: MediaGroup, s: Structure, xp: Namespace
) -> Tensor:
    """(..., member, week, geo) curves of one group, in one operation where ``xp`` has it."""
    at_once = getattr(xp, "media_curves", {}).get(group.saturation)
    if at_once is None or group.adstock == "none" or group.by_frequency:
        x = group_adstock(q, d, group, s, xp)
        return SATURATION[group.saturation](x, q, xp)
    members = _members(group, s)
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    return at_once(d.exposure[members], _ahead(d.before[members], group), weights, q)


def group_parameters(p: Parameters, group: MediaGroup) -> dict[str, Tensor]:
    """Curve parameters of the group's members, each (..., member)."""
    return {
        name: p[name] if positions is None else p[name][..., [*positions]]
        for name, positions in group.positions.items()
    }


def group_adstock(
    q: Parameters,
    d: Inputs,
    group: MediaGroup,
    s: Structure,
    xp: Namespace,
    *,
    exposure: Tensor | None = None,
    carry_in: bool = True,
) -> Tensor:
    """(..., member, week, geo) adstocked exposure, from the group's own parameters ``q``.

    ``exposure (member, week, geo)`` replaces the members' own; without ``carry_in`` nothing comes
    from the weeks before the first.
    """
    members = _members(group, s)
    x = d.exposure[members] if exposure is None else exposure
    before = d.before[members]
    if group.by_frequency:
        contacts = d.frequency[members]
        before = before * frequency_curve(contacts[:, 0][:, None], q, xp)
        x = x * frequency_curve(contacts, q, xp)
    if group.adstock == "none":
        return x
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    ahead = _ahead(before if carry_in else 0.0 * before, group)
    return convolve(x, weights, ahead, group.max_lag, xp)


def _members(group: MediaGroup, s: Structure) -> slice | list[int]:
    """The group's places among all media."""
    return slice(None) if len(group.members) == len(s.media) else [*group.members]


def _ahead(before: Tensor, group: MediaGroup) -> Tensor:
    """(member, max_lag, geo) exposure of the weeks before the first, of which each is ``before
    (member, 1, geo)``."""
    return before * np.ones((1, group.max_lag, 1))


def curve_at_one(p: Parameters, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium) saturation curve at the mean active exposure."""
    found = []
    for group in s.groups:
        one = xp.ones((len(group.members), 1, 1))
        value = SATURATION[group.saturation](one, group_parameters(p, group), xp)
        found.append(value[..., 0, 0])
    return _by_medium(found, s, -1, xp)


def slopes(
    p: Parameters, d: Inputs, s: Structure, xp: Namespace, along: Tensor | None = None
) -> Tensor:
    """(..., medium, week, geo) derivative of every curve when exposure moves by ``along (medium,
    week, geo)``; by default by itself, that is, to the log of all exposure from the first week."""
    found = []
    for group in s.groups:
        q = group_parameters(p, group)
        moved = d.exposure[[*group.members]] if along is None else along[[*group.members]]
        full = group_adstock(q, d, group, s, xp)
        change = group_adstock(q, d, group, s, xp, exposure=moved, carry_in=False)
        found.append(SATURATION_DERIVATIVE[group.saturation](full, q, xp) * change)
    return _by_medium(found, s, -3, xp)


def _by_medium(found: Sequence[Tensor], s: Structure, axis: int, xp: Namespace) -> Tensor:
    """The groups' arrays as one in the order of the media, along ``axis``; draws only where any
    group has them."""
    if len(found) == 1:
        return found[0]
    like = max(found, key=lambda values: values.ndim)
    draws = xp.zeros_like(like[..., :1] if axis == -1 else like[..., :1, :, :])
    same = [values if values.ndim == like.ndim else values + draws for values in found]
    joined = xp.concatenate(same, axis=axis)
    order = np.argsort([member for group in s.groups for member in group.members])
    if np.array_equal(order, np.arange(len(order))):
        return joined
    return joined[..., order] if axis == -1 else joined[..., order, :, :]
