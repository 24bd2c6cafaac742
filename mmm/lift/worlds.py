"""The two worlds of a lift test, control and treatment: their spend paths and other variables.

Spend paths are in currency per week and geo. One world is known, the other is relative to it.
Within the series the known world is the observed one, unless the test covered a part of each geo
only (``treated_share`` below one): that part's spend is not in the data, and the test gives both
worlds, as it does outside the series. Weeks ahead of the test and its cool-down are the same in
both worlds, unless the test says otherwise.

Within the series the other variables are as observed; weeks ahead of the data have the spend that
the model assumes there. Outside it they have typical values: prices and costs are at their
reference, spend and controls at their mean, no events; the own price as the test says.
"""

from dataclasses import dataclass, replace

import numpy as np

from mmm.data.design import Design
from mmm.data.scales import Scales
from mmm.data.timeline import VARIABLE_NAMES, Variables
from mmm.errors import FieldsError, Issue, pointer
from mmm.lift.window import LiftArea, LiftWindow, cells_of
from mmm.spec.lift_test import LiftTest, SpendPath
from mmm.spec.media import Adstock
from mmm.spec.structure import Structure
from mmm.types import Array


def weeks_ahead(structure: Structure) -> int:
    """Weeks ahead that the measured weeks depend on: the longest delay, events included."""
    return max([structure.max_lag, *(_lag(adstock) for adstock in structure.event_adstock)])


def spend_reach(structure: Structure, channel: int) -> int:
    """Weeks for which a channel's spend has an effect on the KPI, over all of its paths."""
    reaches = [0]
    for medium in structure.media:
        if medium.own and medium.source == channel:
            direct = medium.target not in structure.mediators
            onward = 0 if direct else structure.delay(structure.mediators.index(medium.target))
            reaches.append(medium.max_lag + onward)
    return max(reaches)


def world_before_spend(test: LiftTest, window: LiftWindow, design: Design) -> Variables:
    """The variables on the window's weeks, before the spend of either world is set.

    Raises FieldsError for a price within the series, or one of the wrong number of weeks.
    """
    if window.position is None:
        return _typical_world(test, window, design)
    if test.price is not None:
        detail = "within the series the price in the test is in the data"
        raise FieldsError([Issue("/price", "observed", detail)])
    history, rows = design.observed, window.rows
    cut = {name: getattr(history, name)[np.maximum(rows, 0)] for name in VARIABLE_NAMES}
    early, n_channels = rows < 0, history.spend.shape[-1]
    exposure = design.scales.before.T
    cut["spend"][early] = (exposure[:, :n_channels] * cut["unit_cost"])[early]
    cut["rival_spend"][early] = exposure[:, n_channels:]
    return replace(history, weeks=window.weeks, **cut)


def with_spend(world: Variables, channel: int, area: LiftArea, path: Array) -> Variables:
    """``world`` with the channel's spend in the test's geos set to ``path (week, geo)``."""
    spend = world.spend.copy()
    spend[:, area.cells, channel] = path[:, area.cells]
    return replace(world, spend=spend)


def _typical_world(test: LiftTest, window: LiftWindow, design: Design) -> Variables:
    history, scales, weeks = design.observed, design.scales, len(window.weeks)
    rows = {name: getattr(history, name).mean(0) for name in VARIABLE_NAMES}
    rows["unit_cost"] = np.broadcast_to(scales.mean_cost, rows["unit_cost"].shape)
    rows["rival_price"] = np.broadcast_to(scales.rival_price_ref, rows["rival_price"].shape)
    rows["events"] = np.zeros_like(rows["events"])
    held = {name: np.repeat(row[None], weeks, axis=0) for name, row in rows.items()}
    held["price"] = np.repeat(_price(test, window, scales)[:, None], len(design.panel.geos), axis=1)
    return replace(history, weeks=window.weeks, **held)


def _price(test: LiftTest, window: LiftWindow, scales: Scales) -> Array:
    """(week,) own price: the test's, held ahead of it and in its cool-down, or the reference."""
    if test.price is None:
        return np.full(len(window.weeks), scales.price_ref)
    if len(test.price) not in {1, window.length}:
        detail = f"{len(test.price)} prices for {window.length} weeks"
        raise FieldsError([Issue("/price", "wrong_length", detail)])
    own = np.broadcast_to(np.asarray(test.price, dtype=np.float64), (window.length,))
    return np.pad(own, (window.ahead, window.cooldown), mode="edge")


def _lag(adstock: Adstock) -> int:
    return 0 if adstock.kind == "none" else adstock.max_lag


WORLDS = ("control", "treatment")


@dataclass(frozen=True)
class PathContext:
    """The window, area and history from which the spend paths of one test are built.

    ``reach``: weeks for which the channel's spend has an effect. ``history (week, geo)``: spend of
    the treated part as observed over the window's weeks; None outside the series.
    """

    window: LiftWindow
    area: LiftArea
    reach: int
    history: Array | None


def spend_paths(test: LiftTest, context: PathContext) -> Array:
    """(world, week, geo), control first, zero outside the test's geos.

    Raises FieldsError where a world is missing, has the wrong number of weeks, would be negative,
    or is the same as the other.
    """
    given = {name: path for name in WORLDS if (path := getattr(test, name)) is not None}
    own = _own_weeks(test, context, given)
    paths = np.stack([_with_weeks_around(name, own[name], given, context) for name in WORLDS])
    if np.array_equal(paths[0], paths[1]):
        detail = "control and treatment spend the same in every week: there is nothing to measure"
        raise _path_error(next(iter(given)), "same_spend", detail)
    return paths


def _own_weeks(
    test: LiftTest, context: PathContext, given: dict[str, SpendPath]
) -> dict[str, Array]:
    """Spend (week, geo) of each world, by its name, in the test's own weeks."""
    known: dict[str, Array] = {}
    if context.history is not None and test.treated_share == 1.0:
        if len(given) == 2:
            detail = "within the series the observed spend is one world; give only the other"
            raise _path_error("control", "two_worlds", detail)
        other = "treatment" if "control" in given else "control"
        known[other] = np.where(context.area.cells, context.history[context.window.own], 0.0)
    elif len(given) == 1:
        missing = "treatment" if "control" in given else "control"
        detail = "this world's spend is not in the data; give both control and treatment"
        raise _path_error(missing, "missing", detail)
    for name, path in sorted(given.items(), key=lambda item: not item[1].explicit):
        known[name] = _path(name, path, known, context)
    return known


def _path(name: str, path: SpendPath, known: dict[str, Array], context: PathContext) -> Array:
    """(week, geo) of one world's own weeks; ``known`` holds the other where it is relative."""
    weeks, split = context.window.length, context.area.split
    if path.weekly is not None:
        return _spend_by_week(path.weekly, weeks, name, "weekly")[:, None] * split
    if path.by_geo is not None:
        return _by_geo(name, path.by_geo, context)
    start = next(iter(known.values()))
    values = start * path.scale if path.scale is not None else start + (path.add or 0.0) * split
    if np.any(values < 0.0):
        week, geo = np.argwhere(values < 0.0)[0]
        detail = (
            f"{context.window.weeks[context.window.ahead + week]}, "
            f"{context.area.names[geo]!r}: spend would be {values[week, geo]:g}"
        )
        raise _path_error(name, "negative", detail, "add")
    return np.asarray(values)


def _by_geo(name: str, by_geo: dict[str, tuple[float, ...]], context: PathContext) -> Array:
    area, weeks = context.area, context.window.length
    values, named = np.zeros((weeks, len(area.names))), np.zeros(len(area.names), dtype=bool)
    for geo, spend in by_geo.items():
        cells = cells_of(geo, area.names) & area.cells
        if not cells.any() or (named & cells).any():
            detail = f"{geo!r} is not one of the test's geos, or is given twice"
            raise _path_error(name, "unknown_geo", detail, "by_geo", geo)
        part = np.where(cells, area.split, 0.0)
        values += _spend_by_week(spend, weeks, name, "by_geo")[:, None] * (part / part.sum())
        named |= cells
    if np.any(area.cells & ~named):
        left = ", ".join(np.array(area.names)[area.cells & ~named][:5])
        raise _path_error(name, "missing", f"the test's geos {left} have no spend", "by_geo")
    return values


def _with_weeks_around(
    name: str, own: Array, given: dict[str, SpendPath], context: PathContext
) -> Array:
    """``own`` weeks with the weeks ahead and the cool-down around them."""
    window = context.window
    if context.history is not None:
        _refuse_weeks_around(given)
        around = np.where(context.area.cells, context.history, 0.0)
        return np.concatenate([around[: window.ahead], own, around[window.own.stop :]])
    if not window.dated:
        return np.repeat(own, window.ahead + 1, axis=0)
    split = context.area.split
    ahead = _spend_ahead(name, given, context)[:, None] * split
    after = _cooldown_spend(name, given, window.cooldown)[:, None] * split
    return np.concatenate([ahead, own, after])


def _refuse_weeks_around(given: dict[str, SpendPath]) -> None:
    for name, path in given.items():
        for field in ("before", "after"):
            if getattr(path, field) is not None:
                detail = f"within the series the spend {field} the test is in the data"
                raise _path_error(name, "observed", detail, field)


def _spend_ahead(name: str, given: dict[str, SpendPath], context: PathContext) -> Array:
    """(week,) total spend ahead of the test; weeks beyond the channel's reach have no effect."""
    needed, ahead = context.reach, context.window.ahead
    spend = _spend_around("before", name, given, needed)
    if 1 < spend.size < needed:
        detail = f"{spend.size} weeks, but spend has an effect for {needed}; give as many"
        raise _path_error(name, "wrong_length", detail, "before")
    spend = spend[max(spend.size - ahead, 0) :]
    return np.concatenate([np.full(ahead - spend.size, spend[0]), spend]) if ahead else spend[:0]


def _cooldown_spend(name: str, given: dict[str, SpendPath], weeks: int) -> Array:
    return _spend_by_week(tuple(_spend_around("after", name, given, weeks)), weeks, name, "after")


def _spend_around(field: str, name: str, given: dict[str, SpendPath], needed: int) -> Array:
    """The ``before`` or ``after`` of a world, or that of the other world where it has none."""
    for path in (given[name], *given.values()):
        values = getattr(path, field)
        if values is not None:
            return np.asarray(values, dtype=np.float64)
    if needed:
        detail = f"outside the series, give the spend {field} the test ({needed} weeks)"
        raise _path_error(name, "missing", detail, field)
    return np.zeros(1)


def _spend_by_week(values: tuple[float, ...], weeks: int, name: str, field: str) -> Array:
    """(week,) spend from one value for all weeks or one per week."""
    if len(values) not in {1, weeks}:
        detail = f"{len(values)} values for {weeks} weeks"
        raise _path_error(name, "wrong_length", detail, field)
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (weeks,))


def _path_error(world: str, code: str, detail: str, *field: str) -> FieldsError:
    return FieldsError([Issue(pointer(world, *field), code, detail)])
