"""The part ``conformal``: how much wider intervals have to be, by what the past showed.

The score of a forecast is how far the outcome lay from its median, in half-widths of the model's
90 % interval on that side; one is its edge. Quantiles of past scores then say by how much an
interval is to be widened, whatever the model gets wrong.

Weeks ahead are one series, whose noise may drift: adaptive conformal inference (Gibbs & Candes
2021) moves the miss rate at which the quantile is taken after every week,

    a_{t+1} = a_t + g (0.1 - miss_t)        interval: all, where a_t <= 0; none, where a_t >= 1

and for any series whatever (Proposition 4.1) |mean miss - 0.1| <= (max(a_1, 1 - a_1) + g) / (T g).

Windows of a horizon are few and overlap: split conformal takes the ceil((m + 1) 0.9)-th smallest of
their scores, m the number of effective windows, in place of the number of windows.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np

from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.backtest import Backtest
from mmm.posterior.trust.conformal import AdaptedWeeks, Conformal, SplitWindows
from mmm.posterior.trust.options import BacktestOptions, Options
from mmm.trust.backtest.origins import origins_of
from mmm.trust.backtest.scores import effective_windows
from mmm.trust.part import Cost, Part, Work
from mmm.types import Array

MISS = 0.1
STEP = 0.02
"""The step g: it forgets over some 1 / g = 50 weeks, as the authors' smallest (0.005) would not
within the weeks of a backtest."""
FIRST = 20
"""Weeks whose scores are known before the first interval is adapted."""
FEWEST_WEEKS = 52


class ConformalOptions(Options):
    """Conformal inference takes the forecasts of the backtest as they are."""


def adapted(scores: Array, first: int = FIRST) -> tuple[Array, Array, float]:
    """Adaptive conformal inference on ``scores (week,)``.

    The misses (0 or 1) of every week from ``first`` on, the level a_t of each, and the next level.
    """
    level, misses, levels = MISS, [], []
    for week in range(first, len(scores)):
        miss = float(scores[week] > quantile_at(scores[:week], level))
        misses.append(miss)
        levels.append(level)
        level += STEP * (MISS - miss)
    return np.array(misses), np.array(levels), level


def quantile_at(past: Array, level: float) -> float:
    """The score that the next one exceeds with the miss rate ``level``: infinite from 0 down, below
    any score from 1 up."""
    if level >= 1.0:
        return -np.inf
    rank = ceil((len(past) + 1) * (1.0 - level))
    return float(np.sort(past)[rank - 1]) if 1 <= rank <= len(past) and level > 0.0 else np.inf


def miss_bound(weeks: int) -> float:
    """How far the mean miss of ``weeks`` adapted weeks can be from 0.1, for any series."""
    return (max(MISS, 1.0 - MISS) + STEP) / (weeks * STEP)


def split_windows(scores: Array, weeks: int, every: int) -> SplitWindows:
    """Split conformal on ``scores (window,)`` of windows of ``weeks`` weeks."""
    effective = effective_windows(len(scores), weeks, every)
    level = 1.0 - 1.0 / (effective + 1.0)
    share = ceil((effective + 1.0) * (1.0 - MISS) - 1e-9) / effective
    enough = share <= 1.0
    rank = min(len(scores), max(1, ceil(share * len(scores))))
    return SplitWindows(
        weeks=weeks,
        windows=len(scores),
        effective=round(effective, 2),
        widen=float(np.sort(scores)[rank - 1]) if enough else None,
        largest=round(level, 3),
    )


def conformal_of(backtest: Backtest, every: int) -> Conformal:
    """The answer from a backtest with at least ``FEWEST_WEEKS`` weeks ahead; raises QueryError."""
    ahead = [week for origin in backtest.origins for week in origin.weeks_ahead]
    if len(ahead) < FEWEST_WEEKS:
        raise QueryError([_too_few(len(ahead))])
    scores = np.array([_score(w.outcome, w.p5, w.p50, w.p95) for w in ahead])
    misses, _, level = adapted(scores)
    next_score = quantile_at(scores, level)
    weeks = AdaptedWeeks(
        weeks=len(misses),
        widen=next_score if np.isfinite(next_score) else None,
        missed=float(misses.mean()),
        missed_bound=round(miss_bound(len(misses)), 3),
        model_missed=float((scores > 1.0).mean()),
        level=level,
    )
    horizons = tuple(
        split_windows(_window_scores(backtest, scores_of.weeks), scores_of.weeks, every)
        for scores_of in backtest.horizons
    )
    of_week = max(1.0, weeks.widen if weeks.widen is not None else float(scores.max()))
    widen = {1: of_week}
    for split in horizons:
        widen[split.weeks] = max(1.0, split.widen) if split.widen is not None else of_week
    return Conformal(
        adapted=weeks,
        horizons=horizons,
        widen=widen,
        notes=tuple(
            f"the windows of {s.weeks} weeks are worth {s.effective:.1f}: they reach "
            f"{s.largest:.0%}, and the factor of a week stands in"
            for s in horizons
            if s.widen is None
        ),
        sentences=(_sentence(weeks, of_week),),
    )


def _window_scores(backtest: Backtest, weeks: int) -> Array:
    found = [w for origin in backtest.origins for w in origin.windows if w.weeks == weeks]
    return np.array(
        [_score(w.outcome, w.forecast.p5, w.forecast.p50, w.forecast.p95) for w in found]
    )


def _score(outcome: float, p5: float, p50: float, p95: float) -> float:
    """Distance of the outcome from the median, in half-widths of the interval on that side."""
    half = p95 - p50 if outcome >= p50 else p50 - p5
    distance = abs(outcome - p50)
    if half > 0.0:
        return distance / half
    return 0.0 if distance == 0.0 else float(np.finfo(np.float64).max)


def _sentence(weeks: AdaptedWeeks, factor: float) -> str:
    said = f"The model's week-ahead 90 % interval missed {weeks.model_missed:.0%} of past weeks"
    if factor <= 1.0:
        return f"{said}, so it stands as it is."
    return f"{said}; the one shown is {factor:.2g} times as wide, by what the past showed."


def _too_few(weeks: int) -> Issue:
    detail = (
        f"{weeks} weeks were forecast one ahead; conformal intervals need {FEWEST_WEEKS}: run a "
        "backtest with more origins"
    )
    return Issue("", "too_few_weeks", detail)


def _weeks_of(origins: Sequence[int], options: BacktestOptions) -> int:
    return (len(origins) - 1) * options.every + options.longest


def cost_of(model: FittedModel, _: ConformalOptions) -> Cost:
    """Nothing is fitted; raises QueryError where a usual backtest has too few weeks ahead."""
    usual = BacktestOptions()
    weeks = _weeks_of(origins_of(model, usual), usual)
    if weeks < FEWEST_WEEKS:
        raise QueryError([_too_few(weeks)])
    return Cost(fits=0)


def run(work: Work, _: ConformalOptions) -> Conformal | None:
    """Widen by the backtest of the record; None where that was stopped."""
    backtest = work.record.backtest
    if backtest is None:
        return None
    made = next(run for run in work.record.runs if run.part == "backtest")
    return conformal_of(backtest, int(made.options["every"]))


PART = Part("conformal", ConformalOptions, cost_of, run, needs=("backtest",))
