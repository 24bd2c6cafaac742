"""What a fit on the past said of the weeks that came: windows, and week by week."""

from collections.abc import Mapping

import numpy as np

from mmm.data.timeline import observed_variables
from mmm.posterior.predictive import predictive_draws
from mmm.posterior.trust.backtest import WeekAhead, WindowScore
from mmm.summarize import summarize
from mmm.trust.backtest.before import Ahead
from mmm.trust.backtest.joint_score import score_of, steps_of, window_log_density
from mmm.trust.backtest.naive import NaiveForecast
from mmm.trust.backtest.scores import crps, pit
from mmm.types import Array


def window_scores(
    ahead: Ahead, horizons: tuple[int, ...], naive: Mapping[str, NaiveForecast], seed: int
) -> tuple[WindowScore, ...]:
    """The scores of every window that has passed, in the order of ``horizons``."""
    totals = _total_draws(ahead, seed).cumsum(1)
    outcome = ahead.panel.array("kpi")[ahead.window].sum(-1).cumsum()
    density = window_log_density(ahead, seed).cumsum(1)
    found = []
    for weeks in horizons:
        if weeks > ahead.weeks:
            continue
        draws, came = totals[:, weeks - 1], float(outcome[weeks - 1])
        forecast, joint = summarize(draws), score_of(density[:, weeks - 1])
        found.append(
            WindowScore(
                weeks=weeks,
                outcome=came,
                forecast=forecast,
                pit=pit(draws, came),
                crps=crps(draws, came),
                covered=forecast.p5 <= came <= forecast.p95,
                log_score=joint.score,
                se=joint.se,
                effective_draws=joint.effective,
                naive_crps={n: crps(f.totals[:, weeks - 1], came) for n, f in naive.items()},
                naive_log_score={n: float(f.score[weeks - 1]) for n, f in naive.items()},
            )
        )
    return tuple(found)


def _total_draws(ahead: Ahead, seed: int) -> Array:
    """(draw, week) KPI over geos, drawn with noise and latent states from the origin on."""
    world = observed_variables(ahead.panel)
    return np.asarray(predictive_draws(ahead.past, world, ahead.window, seed).sum(-1))


def weeks_ahead(ahead: Ahead, count: int, seed: int) -> tuple[WeekAhead, ...]:
    """The first ``count`` weeks of the window, each forecast from all the weeks before it with the
    parameters of the fit at the origin."""
    start = ahead.window.start
    draws = np.concatenate(
        [step.draws(seed + number) for number, step in enumerate(steps_of(ahead, seed))]
    )
    kpi = ahead.panel.array("kpi")[start : start + count].sum(-1)
    found = []
    for week, came in enumerate(kpi):
        told = summarize(draws[:, week])
        found.append(
            WeekAhead(
                week=ahead.panel.weeks[start + week],
                outcome=float(came),
                mean=told.mean,
                p5=told.p5,
                p50=told.p50,
                p95=told.p95,
                pit=pit(draws[:, week], float(came)),
            )
        )
    return tuple(found)
