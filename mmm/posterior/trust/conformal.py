"""What conformal inference has found, as it is stored: how far intervals are to be widened."""

from mmm.interval import Answer


class AdaptedWeeks(Answer):
    """Adaptive conformal inference on one-step-ahead weekly forecasts.

    ``widen``: half-width of the next week's 90 % interval, as a multiple of the model's own; null
    where even the widest past miss is not enough. ``missed``: share of the weeks outside the
    adapted interval, ``missed_bound``: what the long run allows that to differ from 10 % by, for
    any series (one and more says nothing yet); ``model_missed``: share outside the model's own
    interval. ``level``: the last adapted miss rate, 0.1 where the model needs no change.
    """

    weeks: int
    widen: float | None
    missed: float
    missed_bound: float
    model_missed: float
    level: float


class SplitWindows(Answer):
    """Split conformal on the totals of windows of ``weeks`` weeks.

    ``effective``: how many independent windows they are worth. ``widen``: half-width of the 90 %
    interval, as a multiple of the model's own; null where the windows are too few for 90 %: then
    ``largest`` is the level that they reach.
    """

    weeks: int
    windows: int
    effective: float
    widen: float | None
    largest: float


class Conformal(Answer):
    """Intervals widened by what the past showed, beside those of the model.

    ``widen``: the multiple that people see, by weeks of a horizon, at least one: of a week from the
    adapted weeks, of longer horizons from their own windows where these are enough, else the
    week's.
    """

    adapted: AdaptedWeeks
    horizons: tuple[SplitWindows, ...]
    widen: dict[int, float]
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...]
