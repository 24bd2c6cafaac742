"""A design with one more channel, whose spend is a copy of another one's in other weeks.

The copy keeps what the spend costs, so that its exposure moves along. It is the last channel, with
the default belief about an effect and one kind of curve whatever it is a copy of: its code serves
the copies of all channels. What was stated about the effects of other channels is left out, so that
a channel and its copy are believed alike.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import xarray as xr

from mmm.data.design import Design, design_of
from mmm.data.panel import Panel
from mmm.data.scales import Scales, scales_of
from mmm.spec.media import EFFECT_PRIORS, Adstock, Channel, ChannelPrior
from mmm.spec.model import ModelSpec
from mmm.types import Array, IndexArray

type WeeksOf = Callable[[int], IndexArray]
"""For a number of weeks, the position of the week that each week's copy is taken from."""


def shifted_by(weeks: int) -> WeeksOf:
    """Every week has what was spent ``weeks`` before, around the circle of all weeks."""
    return lambda count: (np.arange(count) - weeks) % count


def ahead_by(weeks: int) -> WeeksOf:
    """Every week has what will be spent ``weeks`` later; the last ones what the last week has."""
    return lambda count: np.minimum(np.arange(count) + weeks, count - 1)


def with_copy(design: Design, channel: int, weeks_of: WeeksOf, *, carryover: bool = True) -> Design:
    """``design`` with a copy of the spend of ``channel`` as its last channel.

    Without ``carryover`` the copy acts in its own weeks only.
    """
    spec = _spec(design, carryover=carryover)
    panel = _panel(design.panel, channel, weeks_of, spec.channels[-1].name)
    return design_of(spec, panel, _scales(design.scales, scales_of(panel, spec), channel))


def _spec(design: Design, *, carryover: bool) -> ModelSpec:
    spec, paid = design.spec, design.structure.paid
    taken = {name for channel in spec.channels for name in (channel.name, channel.column)}
    taken |= {column for column, _ in spec.column_pointers}
    taken |= {*design.structure.mediators, *design.structure.controls, *design.structure.events}
    name = next(n for n in ("placebo", *(f"placebo_{i}" for i in range(99))) if n not in taken)
    kinds = Counter(_kind(channel) for i, channel in enumerate(spec.channels) if i in paid)
    usual, _ = kinds.most_common(1)[0]
    like = next(c for c in spec.channels if _kind(c) == usual)
    copy = Channel(
        name=name,
        column=name,
        adstock=like.adstock if carryover else Adstock(kind="none"),
        saturation=like.saturation,
    )
    channels = tuple(_without_statement(channel) for channel in spec.channels)
    changed = spec.model_copy(update={"channels": (*channels, copy)})
    return ModelSpec.model_validate(changed.model_dump(mode="json"))


def _kind(channel: Channel) -> tuple[str, str]:
    """What a channel's curve is, to count the kinds."""
    return channel.adstock.model_dump_json(), channel.saturation.kind


def _without_statement(channel: Channel) -> Channel:
    nothing = dict.fromkeys(EFFECT_PRIORS)
    prior = ChannelPrior(**{**channel.prior.model_dump(), **nothing})
    return channel.model_copy(update={"prior": prior})


def _panel(panel: Panel, channel: int, weeks_of: WeeksOf, name: str) -> Panel:
    at = weeks_of(len(panel.weeks))
    data = panel.data
    changed = {}
    for key, values in data.data_vars.items():
        if "channel" in values.dims:
            own = values.isel(channel=[channel])
            moved = own.copy(data=own.to_numpy()[at])
            if "channel" in moved.coords:
                moved = moved.assign_coords(channel=[name])
            changed[key] = xr.concat([values, moved], dim="channel")
    kept = data.drop_vars([*changed, *(["channel"] if "channel" in data.coords else [])])
    return Panel(kept.assign(changed).assign_attrs(data.attrs))


def _scales(own: Scales, made: Scales, channel: int) -> Scales:
    """The model's own scales, with those of the copy, which are scales of its channel."""
    count = len(own.mean_spend)

    def grown(values: Array, copied: Array) -> Array:
        return np.insert(values, count, copied, axis=0)

    return replace(
        own,
        exposure=grown(own.exposure, own.exposure[channel]),
        before=grown(own.before, made.before[count]),
        mean_spend=grown(own.mean_spend, own.mean_spend[channel]),
        mean_cost=grown(own.mean_cost, own.mean_cost[channel]),
    )
