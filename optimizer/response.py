"""The interface between the optimizer and a model: draws of a plan's response, and their gradient.

Any object with these members will do; nothing is inherited and no model is imported.
"""

from collections.abc import Mapping
from datetime import date
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type BoolArray = NDArray[np.bool_]
type IndexArray = NDArray[np.intp]


class Response(Protocol):
    """The response of a plan over no own spend in the window, draw by draw.

    The carryover after the window is counted.
    spend: (cell,), currency totals over the horizon, finite and not negative. A cell is one amount
    to decide; names[i] names cell i, each once. The response is deterministic: equal spend gives
    equal draws.

    The unit of the draws is currency (value, cost *not* subtracted) for an objective on "value",
    and KPI units for one on "kpi". Neither array may hold NaN or infinity, at zero spend either.

    An implementation may declare more by these attributes, which functions of this module read:

    concave    True: every draw is concave in spend, over all spends that are not negative; plans
               then come with a global certificate
    separable  True: the response is a `Separable` one
    cells      one `DecisionCell` for each name: the channel, geo and week it stands for
    weights    (draw,) probabilities of the draws; absent: equal
    models     (draw,) index of the model that each draw belongs to, from 0 on; a risk measure is
               then the least over models, each over its own draws; absent: one model
    supported      a `SupportedSpend`: no plan may get more; absent or None: no such limit
    usual_active   (cell,) what a cell gets where it is active: the base of relative changes from 0
    last_observed  currency of the week before the horizon, by channel: the base of ramps
    kpi        the same response in KPI units
    total      function of spend: (draw,) the whole outcome of the horizon's weeks, baseline
               included, in the response's unit; the carryover after the horizon is not counted
    predictive     function of spend and a seed: ``total`` with noise, equal for equal seeds
    within_horizon the response without the carryover after the horizon, by which ``total`` rises
               over that of no own spend; absent: the response itself
    key        text that is equal only for equal responses, under which computed curves are kept
    """

    @property
    def names(self) -> tuple[str, ...]:
        """One name for each cell."""
        ...

    def draws(self, spend: FloatArray) -> FloatArray:
        """(draw,): the response of each posterior draw, in the response's unit."""
        ...

    def jacobian(self, spend: FloatArray) -> FloatArray:
        """(draw, cell): derivative of each draw by each cell's spend, unit per currency."""
        ...


class Separable(Response, Protocol):
    """A response that is a sum over cells:  draws(b) = draws(0) + sum_c curve_c(b_c)."""

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Value over no spend in this cell, and slope, each (draw, level), at levels (level,)."""
        ...

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bounds of the slope between neighbours of rising levels: low, high (draw, level - 1).

        They are rigorous: no slope in the closed interval lies outside. High may be infinite.
        """
        ...


class SupportedSpend(Protocol):
    """The most that data support over the horizon, currency: of each cell, channel and of all."""

    @property
    def cells(self) -> FloatArray:
        """(cell,)."""
        ...

    @property
    def channels(self) -> Mapping[str, float]:
        """By channel, of all its cells together."""
        ...

    @property
    def total(self) -> float:
        """Of all cells together."""
        ...


class DecisionCell(Protocol):
    """One amount to decide: the spend of a channel in a geo and week; None is all of them."""

    @property
    def channel(self) -> str: ...
    @property
    def geo(self) -> str | None: ...
    @property
    def week(self) -> date | None: ...


def is_concave(response: Response) -> bool:
    """Whether the response declares that every draw is concave in spend."""
    return getattr(response, "concave", False) is True


def as_separable(response: Response) -> Separable | None:
    """The response if it declares that it is a sum over cells, else None."""
    return cast("Separable", response) if getattr(response, "separable", False) is True else None


def channels_of(response: Response) -> tuple[str, ...]:
    """The channel of each cell; the cell's name where the response declares no cells."""
    cells: tuple[DecisionCell, ...] | None = getattr(response, "cells", None)
    return tuple(response.names) if cells is None else tuple(cell.channel for cell in cells)


def draw_weights(response: Response) -> FloatArray | None:
    """(draw,) probabilities of the draws, or None where all are equal."""
    weights = getattr(response, "weights", None)
    return None if weights is None else np.asarray(weights, dtype=np.float64)


def within_horizon(response: Response) -> Response:
    """The response without the carryover after the horizon; itself where it declares none."""
    return cast("Response", getattr(response, "within_horizon", response))


def draws_by_model(response: Response) -> tuple[IndexArray, ...] | None:
    """The positions of each model's draws, or None where all draws are of one model."""
    models = getattr(response, "models", None)
    if models is None:
        return None
    index = np.asarray(models)
    return tuple(np.flatnonzero(index == model) for model in range(int(index.max()) + 1))


def content_key(response: Response) -> str | None:
    """Text that is equal only for equal responses, or None where the response declares none."""
    key = getattr(response, "key", None)
    return key if isinstance(key, str) else None
