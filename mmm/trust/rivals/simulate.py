"""Could these data tell the models apart? Each makes data at the real design, and all are fitted.

A data set is drawn from one model: the KPI of every week from one draw of its posterior, with the
model's noise; spend, prices, controls and mediators stay as they were. Every model is fitted to the
weeks before the newest window and scored on it, as in the comparison. The shares of data sets on
which each scores best, by the model that made them, are the confusion matrix of one window.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from mmm.data.panel import Panel
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.spec.sampling import SamplingSpec
from mmm.trust.backtest.before import ahead_of, design_before
from mmm.trust.backtest.joint_score import joint_log_score
from mmm.trust.backtest.refits import Refits
from mmm.trust.rivals.answer import ConfusionRow
from mmm.types import Array


def simulated(model: FittedModel, seed: int) -> Array:
    """(week, geo) KPI of one data set that ``model`` makes."""
    rng = np.random.default_rng(seed)
    chosen = np.array([rng.integers(model.posterior.n_draws)])
    one = replace(model, posterior=model.posterior.subset(chosen))
    mean = mean_by_geo(one, model.design.observed, None)
    return np.asarray(with_noise(one, mean, seed)[0])


def with_kpi(model: FittedModel, kpi: Array) -> FittedModel:
    """``model`` on data whose KPI is ``kpi (week, geo)``."""
    data = model.panel.data.copy()
    data["kpi"] = data["kpi"].copy(data=kpi)
    return replace(model, design=model.design.on_panel(Panel(data)))


def confusion(
    models: dict[str, FittedModel],
    simulations: int,
    weeks: int,
    sampling: SamplingSpec,
    tell: Callable[[float], bool] = lambda _: True,
) -> tuple[ConfusionRow, ...]:
    """A row for each model as the truth, of its part of ``simulations`` data sets; fewer where
    ``tell``, which hears the share done, says to stop.

    ``weeks``: of the window.
    """
    names, refits = list(models), {name: Refits() for name in models}
    wins: dict[str, list[str]] = {name: [] for name in names}
    for k in range(simulations):
        if not tell(k / simulations):
            break
        truth = names[k % len(names)]
        kpi = simulated(models[truth], k)
        scores = {
            name: _score(with_kpi(model, kpi), refits[name], weeks, sampling)
            for name, model in models.items()
        }
        wins[truth].append(max(scores, key=lambda name: scores[name]))
    return tuple(_row(truth, won, names) for truth, won in wins.items() if won)


def _score(model: FittedModel, refits: Refits, weeks: int, sampling: SamplingSpec) -> float:
    known = len(model.panel.weeks) - weeks
    past = refits.fit(design_before(model, known), sampling)
    return joint_log_score(ahead_of(past, model, weeks), weeks).score


def _row(truth: str, won: Sequence[str], names: Sequence[str]) -> ConfusionRow:
    share = {name: won.count(name) / len(won) for name in names}
    return ConfusionRow(truth=truth, simulations=len(won), best=share, correct=share[truth])
