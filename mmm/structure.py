"""The static shape of a model: which media, with which curves and parameters, in which order.

A *medium* is an own channel or a rival's spend; channels come first, then ``<rival>.spend``. Media
that share adstock kind, lag and saturation form a group and are evaluated as one array.
"""

from dataclasses import dataclass
from functools import cached_property

from mmm.spec import Adstock, Channel, Competitor, ModelSpec
from mmm.transforms import ADSTOCK_PARAMETERS, SATURATION_PARAMETERS


@dataclass(frozen=True)
class Medium:
    """One carrier of exposure, own or a rival's."""

    name: str
    adstock: Adstock
    saturation: str
    own: bool

    @property
    def max_lag(self) -> int:
        """Weeks that its carryover reaches."""
        return 0 if self.adstock.kind == "none" else self.adstock.max_lag

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its curve parameters."""
        return ADSTOCK_PARAMETERS[self.adstock.kind] + SATURATION_PARAMETERS[self.saturation]


@dataclass(frozen=True)
class Group:
    """Media evaluated together: positions among all media, and within each parameter vector.

    A parameter's positions are None where the group has all of its vector.
    """

    adstock: str
    saturation: str
    max_lag: int
    members: tuple[int, ...]
    positions: dict[str, tuple[int, ...] | None]


@dataclass(frozen=True)
class Structure:
    """What the equations need to know of a spec."""

    media: tuple[Medium, ...]
    n_channels: int
    has_price: bool
    price_acts_on_all: bool
    kpi_is_revenue: bool
    priced_rivals: tuple[str, ...]
    spending_rivals: tuple[str, ...]
    controls: tuple[str, ...]
    yearly: int
    has_trend: bool

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of own channels in order."""
        return tuple(medium.name for medium in self.media[: self.n_channels])

    @property
    def max_lag(self) -> int:
        """Longest carryover over all media, in weeks."""
        return max(medium.max_lag for medium in self.media)

    @property
    def has_price_factor(self) -> bool:
        """Whether any price, own or a rival's, enters."""
        return self.has_price or bool(self.priced_rivals)

    @cached_property
    def parameter_media(self) -> dict[str, tuple[int, ...]]:
        """Curve parameter -> positions of the media that have it, in order."""
        found: dict[str, list[int]] = {}
        for index, medium in enumerate(self.media):
            for name in medium.parameters:
                found.setdefault(name, []).append(index)
        return {name: tuple(members) for name, members in found.items()}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Media by equal (adstock kind, lag, saturation), in order of first appearance."""
        members: dict[tuple[str, int, str], list[int]] = {}
        for index, medium in enumerate(self.media):
            key = (medium.adstock.kind, medium.max_lag, medium.saturation)
            members.setdefault(key, []).append(index)
        return tuple(
            Group(
                adstock=adstock,
                saturation=saturation,
                max_lag=max_lag,
                members=tuple(indices),
                positions={
                    name: _positions(self.parameter_media[name], indices)
                    for name in self.media[indices[0]].parameters
                },
            )
            for (adstock, max_lag, saturation), indices in members.items()
        )


def structure_of(spec: ModelSpec) -> Structure:
    """The structure that ``spec`` declares."""
    spending = [rival for rival in spec.competitors if rival.spend is not None]
    media = [_medium(channel.name, channel, own=True) for channel in spec.channels]
    media += [_medium(f"{rival.name}.spend", rival, own=False) for rival in spending]
    return Structure(
        media=tuple(media),
        n_channels=len(spec.channels),
        has_price=spec.price is not None,
        price_acts_on_all=spec.price is None or spec.price.acts_on == "all",
        kpi_is_revenue=spec.kpi.kind == "revenue",
        priced_rivals=tuple(r.name for r in spec.competitors if r.price is not None),
        spending_rivals=tuple(rival.name for rival in spending),
        controls=tuple(control.name for control in spec.controls),
        yearly=spec.seasonality.yearly,
        has_trend=spec.trend.kind != "none",
    )


def _positions(owners: tuple[int, ...], members: list[int]) -> tuple[int, ...] | None:
    return None if len(owners) == len(members) else tuple(owners.index(i) for i in members)


def _medium(name: str, item: Channel | Competitor, *, own: bool) -> Medium:
    return Medium(name=name, adstock=item.adstock, saturation=item.saturation.kind, own=own)
