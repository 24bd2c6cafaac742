"""Exposure -> adstock -> saturation of all media, or -> saturation -> adstock, group by group.

Media of a group are evaluated as one array; with reach and frequency the exposure is people reached
times the effect of the contacts per person, reach * f^s / (k^s + f^s) (after Google's Meridian,
2024).
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


def media_curves(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week, geo) response of every medium before its coefficient."""
    by_group = [_group_curves(group_parameters(p, group), d, group, s, xp) for group in s.groups]
    return _in_media_order(by_group, s, -3, xp)


def _group_curves(
    q: Parameters, d: Inputs, group: MediaGroup, s: Structure, xp: Namespace
) -> Tensor:
    """(..., member, week, geo) curves of one group, as one fused operation where ``xp`` has one."""
    if group.saturates_first:
        return _saturated_first(q, d, group, s, xp)
    fused = getattr(xp, "fused_media_curves", {}).get(group.saturation)
    if fused is None or group.adstock == "none" or group.by_frequency:
        x = group_adstock(q, d, group, s, xp)
        return SATURATION[group.saturation](x, q, xp)
    members = _members(group, s)
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    return fused(d.exposure[members], _weeks_before(d.before[members], group), weights, q)


def _saturated_first(
    q: Parameters, d: Inputs, group: MediaGroup, s: Structure, xp: Namespace
) -> Tensor:
    """(..., member, week, geo) adstock of the saturated exposure of one group."""
    curve, members = SATURATION[group.saturation], _members(group, s)
    x = curve(group_adstock(q, d, group.uncarried, s, xp), q, xp)
    before = d.before[members]
    if group.by_frequency:
        before = before * frequency_curve(d.frequency[members][:, 0][:, None], q, xp)
    return _carried(x, curve(before, q, xp), q, group, xp)


def _carried(x: Tensor, before: Tensor, q: Parameters, group: MediaGroup, xp: Namespace) -> Tensor:
    """``x (..., member, week, geo)`` carried over after weeks of ``before (..., member, 1, geo)``,
    either of which may have draws."""
    weeks = xp.concatenate([before] * max(group.max_lag, 1), axis=-2)
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    return convolve(x, weights, weeks, group.max_lag, xp)


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
    exposure: Tensor | None = None,
) -> Tensor:
    """(..., member, week, geo) adstocked exposure, from the group's own parameters ``q``.

    ``exposure (member, week, geo)`` replaces the members' own exposure.
    """
    members = _members(group, s)
    x = d.exposure[members] if exposure is None else exposure
    contacts = d.frequency[members] if group.by_frequency else None
    return _adstocked(q, x, d.before[members], contacts, group, xp)


def group_adstock_of_change(
    q: Parameters, d: Inputs, group: MediaGroup, s: Structure, xp: Namespace, change: Tensor
) -> Tensor:
    """(..., member, week, geo) effect on the adstocked exposure of ``change (member, week, geo)``.

    Exposure of the weeks before the first does not change.
    """
    members = _members(group, s)
    contacts = d.frequency[members] if group.by_frequency else None
    return _adstocked(q, change, 0.0 * d.before[members], contacts, group, xp)


def _adstocked(
    q: Parameters,
    exposure: Tensor,
    before: Tensor,
    contacts: Tensor | None,
    group: MediaGroup,
    xp: Namespace,
) -> Tensor:
    """Adstocked ``exposure (member, week, geo)`` that follows ``before (member, 1, geo)``.

    ``contacts (member, week, geo)`` per person reached, or None where the group has no frequency.
    """
    if contacts is not None:
        before = before * frequency_curve(contacts[:, 0][:, None], q, xp)
        exposure = exposure * frequency_curve(contacts, q, xp)
    if group.adstock == "none":
        return exposure
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    return convolve(exposure, weights, _weeks_before(before, group), group.max_lag, xp)


def _members(group: MediaGroup, s: Structure) -> slice | list[int]:
    """Index of the group's members among all media."""
    return slice(None) if len(group.members) == len(s.media) else [*group.members]


def _weeks_before(before: Tensor, group: MediaGroup) -> Tensor:
    """(member, max_lag, geo) exposure of the weeks before the first: ``before (member, 1, geo)`` in
    each of them."""
    return before * np.ones((1, group.max_lag, 1))


def curve_at_one(p: Parameters, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium) saturation curve at the mean active exposure."""
    by_group = []
    for group in s.groups:
        one = xp.ones((len(group.members), 1, 1))
        value = SATURATION[group.saturation](one, group_parameters(p, group), xp)
        by_group.append(value[..., 0, 0])
    return _in_media_order(by_group, s, -1, xp)


def media_curve_derivatives(
    p: Parameters, d: Inputs, s: Structure, xp: Namespace, direction: Tensor | None = None
) -> Tensor:
    """(..., medium, week, geo) derivative of every curve when exposure moves in ``direction``.

    ``direction (medium, week, geo)`` defaults to the exposure itself: the result is then the
    derivative with respect to the log of all exposure from the first week on.
    """
    by_group = []
    for group in s.groups:
        q = group_parameters(p, group)
        moved = (d.exposure if direction is None else direction)[[*group.members]]
        if group.saturates_first:
            own = group_adstock(q, d, group.uncarried, s, xp)
            rise = SATURATION_DERIVATIVE[group.saturation](own, q, xp)
            change = rise * group_adstock_of_change(q, d, group.uncarried, s, xp, moved)
            by_group.append(_carried(change, xp.zeros_like(change[..., :1, :]), q, group, xp))
            continue
        full = group_adstock(q, d, group, s, xp)
        change = group_adstock_of_change(q, d, group, s, xp, moved)
        by_group.append(SATURATION_DERIVATIVE[group.saturation](full, q, xp) * change)
    return _in_media_order(by_group, s, -3, xp)


def _in_media_order(by_group: Sequence[Tensor], s: Structure, axis: int, xp: Namespace) -> Tensor:
    """Join the groups' arrays along ``axis``, in the order of the media.

    The result has draw dimensions only where the array of some group has them.
    """
    if len(by_group) == 1:
        return by_group[0]
    like = max(by_group, key=lambda values: values.ndim)
    draws = xp.zeros_like(like[..., :1] if axis == -1 else like[..., :1, :, :])
    same = [values if values.ndim == like.ndim else values + draws for values in by_group]
    joined = xp.concatenate(same, axis=axis)
    order = np.argsort([member for group in s.groups for member in group.members])
    if np.array_equal(order, np.arange(len(order))):
        return joined
    return joined[..., order] if axis == -1 else joined[..., order, :, :]
