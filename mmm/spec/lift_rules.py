"""Rules between lift tests and the rest of the specification, checked without any data."""

from collections.abc import Iterator
from itertools import pairwise

from mmm.errors import Issue, pointer
from mmm.spec.edges import KPI, causal_edges
from mmm.spec.fields import ModelFields
from mmm.spec.lift_test import LiftResult, LiftTest
from mmm.spec.sizes import MOST_LIFT_NUMBERS


def lift_issues(spec: ModelFields) -> Iterator[Issue]:
    """Every contradiction between the lift tests and the specification that holds them."""
    rules = (
        _channel_issues,
        _geo_issues,
        _price_issues,
        _undated_issues,
        _path_issues,
        _unit_issues,
        _value_issues,
    )
    for i, test in _inline_tests(spec):
        for rule in rules:
            for issue in rule(spec, test):
                where = pointer("lift_tests", i) + issue.pointer
                yield Issue(where, issue.code, issue.detail)
    yield from _repeated_issues(spec)
    yield from _size_issues(spec)


def _inline_tests(spec: ModelFields) -> Iterator[tuple[int, LiftTest]]:
    """Tests with their positions; a test given only by its id is checked once it is looked up."""
    for i, test in enumerate(spec.lift_tests):
        if isinstance(test, LiftTest):
            yield i, test


def unit_value(spec: ModelFields, result: LiftResult) -> float | None:
    """Currency per unit of the KPI that a test's return on spend counts; None if not specified.

    There is no default where a unit is worth its price less its cost, or has its value in a column:
    most tests report returns in revenue. For the same reason a margin does not enter.
    """
    if spec.kpi.kind == "revenue":
        return 1.0
    if result.value_per_unit is not None:
        return result.value_per_unit
    stated = spec.kpi.value_per_unit
    return None if spec.unit_cost is not None or isinstance(stated, str) else stated


def _channel_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    channels = sorted(channel.name for channel in spec.channels)
    if test.channel not in channels:
        detail = f"{test.channel!r} is not a channel; the channels are: {', '.join(channels)}"
        yield Issue("/channel", "unknown_channel", detail)


def _geo_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    if test.geos is not None and spec.geo is None and spec.product is None:
        detail = "the model has no geos; give the share that the test covered as treated_share"
        yield Issue("/geos", "no_geo", detail)


def _price_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    if test.price is not None and spec.price is None:
        yield Issue("/price", "no_price", "the model has no price")


def _undated_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    if test.start is not None:
        return
    if spec.log_link:
        detail = "with the log link an effect depends on the baseline of its weeks: give start, end"
        yield Issue("/start", "log_link", detail)
    for name in ("control", "treatment"):
        path = getattr(test, name)
        if path is None:
            detail = "a test without dates gives both control and treatment"
            yield Issue(pointer(name), "missing", detail)
            continue
        numbers = [path.weekly] if path.weekly else list((path.by_geo or {}).values())
        if any(len(values) > 1 for values in numbers):
            detail = "a test without dates has one spend a week; give start and end for a list"
            yield Issue(pointer(name), "not_steady", detail)


def _path_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    if test.path == "total":
        return
    nodes = test.path
    if len(nodes) < 2 or nodes[0] != test.channel or nodes[-1] != KPI:
        detail = f"a path runs from {test.channel!r} to {KPI!r}; got {list(nodes)}"
        yield Issue("/path", "not_a_path", detail)
        return
    known = {(edge.cause, edge.effect) for edge in causal_edges(spec)}
    for k, (cause, effect) in enumerate(pairwise(nodes)):
        if (cause, effect) not in known:
            detail = f"there is no edge {cause} -> {effect} in this model"
            yield Issue(pointer("path", k + 1), "no_edge", detail)


def _unit_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    ours = "currency" if spec.kpi.kind == "revenue" else "units"
    result = test.result
    if result.unit is not None and result.unit != ours:
        detail = (
            f"measured in {result.unit}, but the KPI {spec.kpi.column!r} is in {ours}; "
            "convert it, or give it as roas"
        )
        yield Issue("/result/unit", "wrong_unit", detail)
    if ours == "currency" and result.cost_per_unit is not None:
        detail = f"the KPI {spec.kpi.column!r} is revenue and counts no units; give roas"
        yield Issue("/result/cost_per_unit", "wrong_unit", detail)
    if ours == "currency" and result.value_per_unit is not None:
        detail = f"the KPI {spec.kpi.column!r} is currency already"
        yield Issue("/result/value_per_unit", "wrong_unit", detail)


def _value_issues(spec: ModelFields, test: LiftTest) -> Iterator[Issue]:
    if test.result.roas is None or unit_value(spec, test.result) is not None:
        return
    if spec.unit_cost is None:
        detail = (
            "a roas needs the value of a unit: give the number as kpi.value_per_unit, or the "
            "value_per_unit that the test counted"
        )
        yield Issue("/result/roas", "no_value", detail)
        return
    detail = (
        "the model values a unit at its price less its cost; say what the test counted "
        "(for a return in revenue: its average price)"
    )
    yield Issue("/result/value_per_unit", "missing", detail)


def _repeated_issues(spec: ModelFields) -> Iterator[Issue]:
    """Issues of measurements given twice, which would count twice."""
    seen: dict[str, int] = {}
    for i, test in _inline_tests(spec):
        key = test.model_dump_json(exclude={"name", "transport_sd"})
        if key in seen:
            detail = f"the same measurement as test {seen[key] + 1}; it would count twice"
            yield Issue(pointer("lift_tests", i), "repeated", detail)
        seen.setdefault(key, i)


def _size_issues(spec: ModelFields) -> Iterator[Issue]:
    """An issue where the tests' lists by geo and week are too many numbers together."""
    numbers = sum(test.count_numbers() for _, test in _inline_tests(spec))
    if numbers > MOST_LIFT_NUMBERS:
        detail = (
            f"the lift tests hold {numbers:,} numbers by week; the limit is {MOST_LIFT_NUMBERS:,}: "
            "give one number where spend is steady"
        )
        yield Issue("/lift_tests", "too_many_numbers", detail)
