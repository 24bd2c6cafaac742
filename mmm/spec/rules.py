"""The rules between the fields of a specification; each rule yields the issues it finds."""

from collections import Counter
from collections.abc import Iterator

from mmm.errors import Issue, pointer
from mmm.spec.edges import edge_issues
from mmm.spec.environment import COUNTS, POSITIVE
from mmm.spec.fields import ModelFields
from mmm.spec.lift_rules import lift_issues

RESERVED_NAMES = frozenset({"price", "kpi", "date", "geo", "baseline", "interaction"})


def spec_issues(spec: ModelFields) -> Iterator[Issue]:
    """Every contradiction within ``spec``, with the pointer to its field."""
    rules = (
        _name_issues,
        _value_issues,
        _mediator_issues,
        _reference_issues,
        _likelihood_issues,
        edge_issues,
        lift_issues,
    )
    return (issue for rule in rules for issue in rule(spec))


def _name_issues(spec: ModelFields) -> Iterator[Issue]:
    channel_names = {channel.name for channel in spec.channels}
    for i, mediator in enumerate(spec.mediators):
        if mediator.name in channel_names:
            detail = f"{mediator.name!r} is a channel already; a mediator is not bought"
            yield Issue(pointer("mediators", i, "name"), "mediator_is_channel", detail)
            return
    for what, values in (("name", spec.names), ("column", _columns(spec))):
        repeated = [value for value, count in Counter(values).items() if count > 1]
        if repeated:
            detail = f"the {what} {repeated[0]!r} is used more than once"
            yield Issue("", "repeated", detail)
    reserved = RESERVED_NAMES | ({"demand"} if spec.demand else set())
    misused = reserved.intersection(spec.names)
    if misused:
        yield Issue("", "reserved", f"the name {min(misused)!r} is reserved; choose another")
    if spec.population is not None and spec.geo is None and spec.product is None:
        yield Issue("/population", "no_geo", "population needs geo: it is the size of each geo")


def _columns(spec: ModelFields) -> list[str]:
    return [column for column, _ in spec.column_pointers]


def _value_issues(spec: ModelFields) -> Iterator[Issue]:
    if spec.unit_cost is not None and spec.kpi.kind != "units":
        detail = "price.unit_cost applies to a KPI of kind 'units'"
        yield Issue("/price/unit_cost", "not_units", detail)
    if spec.unit_cost is not None and spec.kpi.value_per_unit is not None:
        detail = "give kpi.value_per_unit or price.unit_cost, not both"
        yield Issue("/price/unit_cost", "two_values", detail)
    for i, channel in enumerate(spec.channels):
        effect = channel.prior.effect
        if effect is None:
            continue
        where = pointer("channels", i, "prior", effect[0])
        if "roi" in effect[0] and not spec.has_currency:
            detail = (
                "an ROI prior needs kpi.value_per_unit, price.unit_cost or a KPI of kind 'revenue'"
            )
            yield Issue(where, "no_value", detail)


def _mediator_issues(spec: ModelFields) -> Iterator[Issue]:
    known = {channel.name for channel in spec.channels}
    known |= {mediator.name for mediator in spec.mediators}
    known |= {control.name for control in spec.all_controls}
    known |= {"price"} if spec.price else set()
    for i, mediator in enumerate(spec.mediators):
        for k, parent in enumerate(mediator.parents):
            if parent not in known:
                detail = f"{parent!r} is none of: {', '.join(sorted(known - {mediator.name}))}"
                yield Issue(pointer("mediators", i, "parents", k), "unknown_parent", detail)
        repeated = [name for name, count in Counter(mediator.parents).items() if count > 1]
        if repeated:
            detail = f"{repeated[0]!r} is a parent twice"
            yield Issue(pointer("mediators", i, "parents"), "repeated", detail)


def _reference_issues(spec: ModelFields) -> Iterator[Issue]:
    channels = {channel.name for channel in spec.channels}
    groups: list[tuple[str, tuple[str, ...]]] = [
        (pointer("interactions", i), pair) for i, pair in enumerate(spec.interactions)
    ]
    groups += [
        (pointer("time_varying", i, "channels"), group.channels)
        for i, group in enumerate(spec.time_varying)
    ]
    if spec.demand:
        groups.append((pointer("demand", "drives"), spec.demand.drives))
    for where, names in groups:
        for k, name in enumerate(names):
            if name not in channels:
                detail = (
                    f"{name!r} is not a channel; the channels are: {', '.join(sorted(channels))}"
                )
                yield Issue(f"{where}/{k}", "unknown_channel", detail)
    for i, pair in enumerate(spec.interactions):
        if pair[0] == pair[1]:
            detail = f"{pair[0]!r} cannot interact with itself; its saturation says that"
            yield Issue(pointer("interactions", i), "same_channel", detail)
    memberships = Counter(name for group in spec.time_varying for name in group.channels)
    for name, count in memberships.items():
        if count > 1:
            yield Issue("/time_varying", "repeated", f"{name!r} is in {count} groups")


def _likelihood_issues(spec: ModelFields) -> Iterator[Issue]:
    kind = spec.kpi.likelihood
    if kind in COUNTS | POSITIVE and spec.link == "identity":
        yield Issue("/link", "needs_log", f"likelihood {kind!r} needs the link 'log'")
    if spec.log_link and spec.price and spec.price.acts_on == "baseline":
        detail = "with the log link a price multiplies everything; use acts_on 'all'"
        yield Issue("/price/acts_on", "log_link", detail)
    if spec.noise.scale == "geo" and spec.geo is None and spec.product is None:
        yield Issue("/noise/scale", "no_geo", "a scale by geo needs the geo column")
