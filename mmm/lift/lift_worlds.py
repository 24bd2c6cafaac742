"""The worlds of a lift test: every variable on its weeks, and the channel's spend put in.

Within the series the other variables are as observed; weeks ahead of the data have the spend that
the model assumes there. Outside it they are at what the model takes for usual: prices and costs at
their reference, spend and controls at their mean, no events; the own price as the test says.
"""

from dataclasses import replace

import numpy as np

from mmm.data.panel import Panel
from mmm.data.scales import Scales
from mmm.data.timeline import ARRAYS, Variables, observed
from mmm.errors import FieldsError, Issue
from mmm.lift.window import Area, Window
from mmm.spec.lift_test import LiftTest
from mmm.spec.media import Adstock
from mmm.spec.structure import Structure
from mmm.types import Array


def weeks_ahead(structure: Structure) -> int:
    """Weeks that the measured ones depend on: the longest delay, events' included."""
    return max([structure.max_lag, *(_lag(adstock) for adstock in structure.event_adstock)])


def reach_of(structure: Structure, channel: int) -> int:
    """Weeks for which a channel's spend has an effect on the kpi, over all of its paths."""
    found = [0]
    for medium in structure.media:
        if medium.own and medium.source == channel:
            direct = medium.target not in structure.mediators
            onward = 0 if direct else structure.delay(structure.mediators.index(medium.target))
            found.append(medium.max_lag + onward)
    return max(found)


def base_world(test: LiftTest, window: Window, panel: Panel, scales: Scales) -> Variables:
    """The variables on the window's weeks, before either world's spend is put in.

    Raises FieldsError for a price within the series, or one of the wrong number of weeks.
    """
    if window.position is None:
        return _usual(test, window, panel, scales)
    if test.price is not None:
        detail = "within the series the price in the test is in the data"
        raise FieldsError([Issue("/price", "observed", detail)])
    history, rows = observed(panel), window.rows
    cut = {name: getattr(history, name)[np.maximum(rows, 0)] for name in ARRAYS}
    early, n_channels = rows < 0, history.spend.shape[-1]
    exposure = scales.before.T
    cut["spend"][early] = (exposure[:, :n_channels] * cut["unit_cost"])[early]
    cut["rival_spend"][early] = exposure[:, n_channels:]
    return replace(history, weeks=window.weeks, **cut)


def with_spend(world: Variables, channel: int, area: Area, path: Array) -> Variables:
    """``world`` with the channel's spend in the test's geos set to ``path (week, geo)``."""
    spend = world.spend.copy()
    spend[:, area.cells, channel] = path[:, area.cells]
    return replace(world, spend=spend)


def _usual(test: LiftTest, window: Window, panel: Panel, scales: Scales) -> Variables:
    history, weeks = observed(panel), len(window.weeks)
    rows = {name: getattr(history, name).mean(0) for name in ARRAYS}
    rows["unit_cost"] = np.broadcast_to(scales.mean_cost, rows["unit_cost"].shape)
    rows["rival_price"] = np.broadcast_to(scales.rival_price_ref, rows["rival_price"].shape)
    rows["events"] = np.zeros_like(rows["events"])
    held = {name: np.repeat(row[None], weeks, axis=0) for name, row in rows.items()}
    held["price"] = np.repeat(_price(test, window, scales)[:, None], len(panel.geos), axis=1)
    return replace(history, weeks=window.weeks, **held)


def _price(test: LiftTest, window: Window, scales: Scales) -> Array:
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
