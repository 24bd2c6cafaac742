"""The static structure of a model: which media act on what, with which curves, in which order.

A *medium* carries exposure to the KPI or to a mediator: every own channel to the KPI, then every
``<rival>.spend``, then the channels that act on mediators, named ``<channel>><mediator>``. Its
``source`` is the position of its exposure among channels and spending rivals. Media that share
adstock kind, lag and saturation form a group and are evaluated as one array.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from mmm.spec.edges import KPI, causal_edges, direct_causes_of_kpi, mediator_order
from mmm.spec.environment import COUNTS
from mmm.spec.media import (
    ADSTOCK_PARAMETERS,
    Adstock,
    Channel,
    Competitor,
    Mediator,
    Saturation,
)
from mmm.spec.medium import MediaGroup, Medium
from mmm.spec.model import ModelSpec

NO_CURVE = (Adstock(kind="none"), Saturation(kind="none"))


@dataclass(frozen=True)
class MediatorParent:
    """A linear term of a mediator: the ``position``-th control or mediator, or the own price."""

    mediator: int
    kind: str
    position: int
    lag: int


@dataclass(frozen=True)
class Structure:
    """What the equations need to know about a specification.

    ``paid``: positions of the channels with a cost. ``index``: position among the controls of the
    column that measures demand with noise, which does not act on the KPI; None without one.
    """

    media: tuple[Medium, ...]
    n_channels: int
    paid: tuple[int, ...]
    has_price: bool
    price_acts_on_all: bool
    kpi_is_revenue: bool
    priced_rivals: tuple[str, ...]
    spending_rivals: tuple[str, ...]
    controls: tuple[str, ...]
    acting_controls: tuple[int, ...]
    mediators: tuple[str, ...]
    mediator_order: tuple[int, ...]
    mediator_lag: tuple[int | None, ...]
    parents: tuple[MediatorParent, ...]
    events: tuple[str, ...]
    event_adstock: tuple[Adstock, ...]
    interactions: tuple[tuple[int, int], ...]
    varying: tuple[tuple[int, ...], ...]
    driven: tuple[int, ...]
    index: int | None
    yearly: int
    trend: str
    has_holidays: bool
    log_link: bool
    likelihood: str
    ar: bool

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the own channels, in order."""
        return tuple(medium.name for medium in self.media[: self.n_channels])

    @property
    def paid_channels(self) -> tuple[str, ...]:
        """Names of the own channels with a cost, in order: those that plans decide."""
        return tuple(self.media[position].name for position in self.paid)

    @property
    def owned_channels(self) -> tuple[str, ...]:
        """Names of the own channels without a cost, in order."""
        return tuple(name for i, name in enumerate(self.channels) if i not in self.paid)

    @property
    def sources(self) -> tuple[int, ...]:
        """Position of each medium's exposure among channels and spending rivals."""
        return tuple(medium.source for medium in self.media)

    @property
    def n_direct(self) -> int:
        """Number of media that act on the KPI; they come first."""
        return self.n_channels + len(self.spending_rivals)

    @property
    def paths(self) -> tuple[int, ...]:
        """Positions of the media that act on a mediator."""
        return tuple(range(self.n_direct, len(self.media)))

    def paths_into(self, mediator: int) -> tuple[int, ...]:
        """Positions of the media that act on this mediator."""
        name = self.mediators[mediator]
        return tuple(i for i in self.paths if self.media[i].target == name)

    @property
    def max_lag(self) -> int:
        """Longest delay from spend to the KPI over all paths, in weeks."""
        direct = max((self.media[i].max_lag for i in range(self.n_direct)), default=0)
        mediated = [
            self.media[i].max_lag + self.delay(self.mediators.index(self.media[i].target))
            for i in self.paths
        ]
        return max([direct, *mediated])

    def delay(self, mediator: int) -> int:
        """Longest delay from a mediator to the KPI, in weeks."""
        own = self.mediator_lag[mediator] or 0
        onward = [
            term.lag + self.delay(term.mediator)
            for term in self.parents
            if term.kind == "mediator" and term.position == mediator
        ]
        return max([own, *onward])

    @property
    def infers_demand(self) -> bool:
        """Whether demand is a state that is inferred from its sensors."""
        return bool(self.driven) or self.index is not None

    @property
    def counts_remember(self) -> bool:
        """Whether the memory of noise is a state of its own on the log scale, as that of counts."""
        return self.ar and self.likelihood in COUNTS

    @property
    def has_price_factor(self) -> bool:
        """Whether any price, own or a rival's, enters the model."""
        return self.has_price or bool(self.priced_rivals)

    @cached_property
    def parameter_media(self) -> dict[str, tuple[int, ...]]:
        """Curve parameter -> positions of the media that have it, in order."""
        media: dict[str, list[int]] = {}
        for index, medium in enumerate(self.media):
            for name in medium.parameters:
                media.setdefault(name, []).append(index)
        return {name: tuple(members) for name, members in media.items()}

    @cached_property
    def groups(self) -> tuple[MediaGroup, ...]:
        """Media grouped by adstock kind, lag, saturation, use of frequency and order."""
        members: dict[MediaGroup, list[int]] = {}
        for index, medium in enumerate(self.media):
            members.setdefault(medium.alone, []).append(index)
        return tuple(
            replace(
                group,
                members=tuple(indices),
                positions={
                    name: _positions(self.parameter_media[name], indices)
                    for name in self.media[indices[0]].parameters
                },
            )
            for group, indices in members.items()
        )


def structure_of(spec: ModelSpec) -> Structure:
    """The structure that ``spec`` declares."""
    acts = direct_causes_of_kpi(spec)
    channels = {channel.name: i for i, channel in enumerate(spec.channels)}
    mediators = {mediator.name: i for i, mediator in enumerate(spec.mediators)}
    controls = tuple(control.name for control in spec.all_controls)
    index = 0 if spec.demand and spec.demand.kind == "sensor" else None
    return Structure(
        media=tuple(_media(spec)),
        n_channels=len(spec.channels),
        paid=tuple(i for i, channel in enumerate(spec.channels) if not channel.is_owned),
        has_price=spec.price is not None,
        price_acts_on_all=spec.price is None or spec.price.acts_on == "all",
        kpi_is_revenue=spec.kpi.kind == "revenue",
        priced_rivals=tuple(r.name for r in spec.competitors if r.price is not None),
        spending_rivals=tuple(r.name for r in spec.competitors if r.spend is not None),
        controls=controls,
        acting_controls=tuple(i for i, name in enumerate(controls) if name in acts and i != index),
        mediators=tuple(mediators),
        mediator_order=tuple(mediators[name] for name in mediator_order(spec)),
        mediator_lag=tuple(_lag_to_kpi(spec, name) for name in mediators),
        parents=tuple(_parents(spec, mediators, controls)),
        events=tuple(event.name for event in spec.events),
        event_adstock=tuple(event.adstock for event in spec.events),
        interactions=tuple((channels[a], channels[b]) for a, b in spec.interactions),
        varying=tuple(tuple(channels[n] for n in group.channels) for group in spec.time_varying),
        driven=tuple(channels[name] for name in (spec.demand.drives if spec.demand else ())),
        index=index,
        yearly=spec.seasonality.yearly,
        trend=spec.trend.kind,
        has_holidays=spec.holidays is not None,
        log_link=spec.log_link,
        likelihood=spec.kpi.likelihood,
        ar=spec.noise.kind == "ar1",
    )


def _media(spec: ModelSpec) -> list[Medium]:
    acts = direct_causes_of_kpi(spec)
    spending = [rival for rival in spec.competitors if rival.spend is not None]
    channels = {channel.name: i for i, channel in enumerate(spec.channels)}
    media = [_channel_to_kpi(c, i, acts=c.name in acts) for i, c in enumerate(spec.channels)]
    media += [
        _medium(f"{rival.name}.spend", len(channels) + i, KPI, rival, own=False)
        for i, rival in enumerate(spending)
    ]
    by_name = {mediator.name: mediator for mediator in spec.mediators}
    for edge in causal_edges(spec):
        if edge.effect in by_name and edge.cause in channels:
            source, target = channels[edge.cause], by_name[edge.effect]
            name = f"{edge.cause}>{edge.effect}"
            by_frequency = spec.channels[source].frequency is not None
            medium = _medium(name, source, target.name, target, own=True, by_frequency=by_frequency)
            media.append(replace(medium, costs=not spec.channels[source].is_owned))
    return media


def _channel_to_kpi(channel: Channel, index: int, *, acts: bool) -> Medium:
    if not acts:
        adstock, saturation = NO_CURVE
        medium = Medium(channel.name, index, KPI, adstock, saturation.kind, own=True, acts=False)
    else:
        by_frequency = channel.frequency is not None
        medium = _medium(channel.name, index, KPI, channel, own=True, by_frequency=by_frequency)
    return replace(medium, costs=not channel.is_owned)


def _medium(
    name: str,
    source: int,
    target: str,
    item: Channel | Competitor | Mediator,
    *,
    own: bool,
    by_frequency: bool = False,
) -> Medium:
    curve = item.saturation
    first = curve.order == "saturation_first" and "none" not in (item.adstock.kind, curve.kind)
    return Medium(
        name, source, target, item.adstock, curve.kind, own, by_frequency, saturates_first=first
    )


def _lag_to_kpi(spec: ModelSpec, mediator: str) -> int | None:
    """Weeks from a mediator to the KPI; None where it has no direct effect on it."""
    edges = causal_edges(spec)
    lags = [edge.lag for edge in edges if (edge.cause, edge.effect) == (mediator, KPI)]
    return lags[0] if lags else None


def _parents(
    spec: ModelSpec, mediators: dict[str, int], controls: tuple[str, ...]
) -> list[MediatorParent]:
    parents = []
    for edge in causal_edges(spec):
        if edge.effect not in mediators:
            continue
        effect = mediators[edge.effect]
        if edge.cause in mediators:
            parents.append(MediatorParent(effect, "mediator", mediators[edge.cause], edge.lag))
        elif edge.cause in controls:
            parents.append(MediatorParent(effect, "control", controls.index(edge.cause), edge.lag))
        elif edge.cause == "price":
            parents.append(MediatorParent(effect, "price", 0, edge.lag))
    return parents


def _positions(owners: tuple[int, ...], members: list[int]) -> tuple[int, ...] | None:
    return None if len(owners) == len(members) else tuple(owners.index(i) for i in members)


def event_parameters(s: Structure) -> dict[str, list[int]]:
    """Adstock parameter of events -> positions of the events that have it."""
    events: dict[str, list[int]] = {}
    for index, adstock in enumerate(s.event_adstock):
        for name in ADSTOCK_PARAMETERS[adstock.kind]:
            events.setdefault(f"event_{name}", []).append(index)
    return events


def longest_delay(s: Structure) -> int:
    """Weeks after which a change of any variable no longer reaches the KPI."""
    delays = [s.max_lag]
    delays += [adstock.max_lag for adstock in s.event_adstock if adstock.kind != "none"]
    delays += [s.delay(mediator) for mediator in range(len(s.mediators))]
    delays += [parent.lag + s.delay(parent.mediator) for parent in s.parents]
    return max(delays)
