"""The windows of all origins together: how good, how many, and whether better than naive.

Windows overlap where they are longer than the time between origins. Their mean difference d to a
naive forecast is judged by

    r = lag-one autocorrelation of d, plus 1 / n for its bias, between 0 and ``MOST_REMEMBERED``
    m = effective windows (``scores.effective_windows``) times (1 - r) / (1 + r)
    s^2 = sum (d_i - mean d)^2 / (n (1 - 1 / m))      unbiased where windows overlap
    t = mean d / (s / sqrt(m))  against Student's t with m - 1 degrees of freedom

which for windows that neither overlap nor remember is the t-test of Diebold & Mariano (1995) with
the correction of Harvey, Leybourne & Newbold (1997). r is taken of windows that do not overlap: of
every k-th, k windows being as long as one. Below ``FEWEST`` effective windows nothing is judged.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr

from mmm.posterior.trust.backtest import (
    NAIVE,
    Against,
    Backtest,
    HorizonScores,
    Origin,
    SkippedOrigin,
    WindowScore,
)
from mmm.trust.backtest.scores import effective_windows
from mmm.types import Array

MOST_REMEMBERED = 0.8
FEWEST = 8.0
"""Effective windows below which a backtest is too short to judge a model by."""


def backtest_of(
    origins: Sequence[Origin],
    skipped: Sequence[SkippedOrigin],
    horizons: Sequence[int],
    every: int,
    notes: Sequence[str] = (),
) -> Backtest:
    """The answer from what every origin found."""
    told = tuple(
        scores
        for weeks in sorted(set(horizons))
        if (scores := horizon_scores(origins, weeks, every)) is not None
    )
    ahead = [week for origin in origins for week in origin.weeks_ahead]
    judged = [scores.weeks for scores in told if scores.judged]
    return Backtest(
        origins=tuple(origins),
        skipped=tuple(skipped),
        horizons=told,
        judged_on=max(judged, default=None),
        weeks=len(ahead),
        weeks_covered=sum(week.p5 <= week.outcome <= week.p95 for week in ahead),
        notes=tuple(notes),
        sentences=tuple(scores.sentence for scores in told),
    )


def horizon_scores(origins: Sequence[Origin], weeks: int, every: int) -> HorizonScores | None:
    """The windows of ``weeks`` weeks together; None where no origin has one."""
    windows = [w for origin in origins for w in origin.windows if w.weeks == weeks]
    if not windows:
        return None
    effective = effective_windows(len(windows), weeks, every)
    judged = effective >= FEWEST
    apart = -(-weeks // every)
    against = tuple(_against(windows, name, effective if judged else 0.0, apart) for name in NAIVE)
    outcome = np.array([w.outcome for w in windows])
    error = outcome - np.array([w.forecast.mean for w in windows])
    scores = HorizonScores(
        weeks=weeks,
        windows=len(windows),
        effective=round(effective, 2),
        judged=judged,
        covered=float(np.mean([w.covered for w in windows])),
        mean_pit=float(np.mean([w.pit for w in windows])),
        crps=float(np.mean([w.crps for w in windows])),
        log_score=float(np.mean([w.log_score for w in windows])),
        bias=float(error.mean() / outcome.mean()),
        total_error=float(np.abs(error).sum() / np.abs(outcome).sum()),
        against=against,
        sentence="",
    )
    return scores.model_copy(update={"sentence": _told(scores)})


def _against(windows: Sequence[WindowScore], naive: str, effective: float, apart: int) -> Against:
    """The model against one naive forecast; ``effective`` is zero where nothing is judged."""
    difference = np.array([w.log_score - w.naive_log_score[naive] for w in windows])
    own = sum(w.crps for w in windows)
    theirs = sum(w.naive_crps[naive] for w in windows)
    se, p_worse = worse_than(difference, effective, apart) if effective else (None, None)
    return Against.model_validate(
        {
            "naive": naive,
            "difference": float(difference.mean()),
            "se": se,
            "p_worse": p_worse,
            "crps_ratio": own / theirs,
        }
    )


def worse_than(difference: Array, effective: float, apart: int = 1) -> tuple[float, float]:
    """Standard error of the mean of ``difference (window,)``, and the one-sided p-value that it is
    below zero; ``effective``: how many independent windows they are worth, from two on; windows
    that lie ``apart`` do not overlap."""
    n, centred = len(difference), difference - difference.mean()
    squares = float((centred**2).sum())
    if squares == 0.0:
        return 0.0, 0.0 if difference.mean() < 0.0 else 1.0
    memory = float(centred[apart:] @ centred[:-apart]) / squares + 1.0 / n
    memory = float(np.clip(memory, 0.0, MOST_REMEMBERED))
    worth = max(effective * (1.0 - memory) / (1.0 + memory), 2.0)
    se = float(np.sqrt(squares / (n * (1.0 - 1.0 / worth)) / worth))
    return se, float(stdtr(worth - 1.0, difference.mean() / se))


def _told(scores: HorizonScores) -> str:
    """What the windows of one horizon show, in a sentence."""
    inside = round(scores.covered * scores.windows)
    said = (
        f"Over {scores.weeks} weeks, {inside} of {scores.windows} totals came inside the 90 % "
        f"interval, and forecasts missed the total by {scores.total_error:.0%} on average"
    )
    if not scores.judged:
        return (
            f"{said}; the windows are worth {scores.effective:.1f} independent ones, too few to "
            "judge by."
        )
    return f"{said}; {_comparison(scores)}."


def _comparison(scores: HorizonScores) -> str:
    better = [NAIVE[a.naive] for a in scores.against if a.difference > 0.0]
    worse = [NAIVE[a.naive] for a in scores.against if a.difference <= 0.0]
    parts = [f"the model scores better than {' and '.join(better)}"] if better else []
    parts += (
        [f"{'it' if better else 'the model'} scores no better than {' and '.join(worse)}"]
        if (worse)
        else []
    )
    return ", ".join(parts)
