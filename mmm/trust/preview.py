"""The part ``preview``: leave-future-out without a refit, by importance sampling.

The draws of the whole fit are weighted as if the weeks from an origin on had not been seen,

    w_s ~ 1 / prod_{t >= origin} p(y_t | y_1..t-1, theta_s)

smoothed by a Pareto tail (PSIS-LFO: Bürkner, Gabry & Vehtari 2020). The further back the origin,
the more the draws would have to move: the Pareto shape k says when they cannot, and then only the
backtest can tell. Scales and knots are those of the whole data, which the backtest's are not.
"""

import numpy as np
from pydantic import Field
from scipy.special import logsumexp

from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import BacktestOptions, Options
from mmm.posterior.trust.preview import Preview, PreviewedOrigin
from mmm.refit.causes import LIMIT, importance_weights
from mmm.refit.weekly_density import kpi_log_density
from mmm.trust.backtest.joint_score import LATENT, require_scored
from mmm.trust.backtest.origins import origins_of
from mmm.trust.part import Cost, Part, Work


class PreviewOptions(Options):
    """Origins as the backtest has them, with windows of ``weeks`` weeks."""

    origins: int | None = Field(default=None, ge=1, le=60)
    every: int = Field(default=4, ge=1, le=26)
    weeks: int = Field(default=4, ge=1, le=26)

    def as_backtest(self) -> BacktestOptions:
        """The backtest with the same origins."""
        return BacktestOptions(origins=self.origins, every=self.every, horizons=(self.weeks,))


def cost_of(model: FittedModel, options: PreviewOptions) -> Cost:
    """Nothing is fitted; raises QueryError for a model whose draws hold the future's own states."""
    require_scored(model)
    origins_of(model, options.as_backtest())
    latent = [name for name in LATENT if name in model.posterior.draws]
    if latent:
        detail = (
            f"the draws hold {' and '.join(latent)} of every week, which no weight takes back: "
            "run the backtest"
        )
        raise QueryError([Issue("", "latent_states", detail)])
    return Cost(fits=0)


def run(work: Work, options: PreviewOptions) -> Preview:
    """Weight the draws at every origin."""
    density = kpi_log_density(work.model).sum(-1)
    weeks = work.model.panel.weeks
    origins = []
    for known in origins_of(work.model, options.as_backtest()):
        weighting = importance_weights(-density[:, known:].sum(1))
        window = density[:, known : known + options.weeks].sum(1)
        with np.errstate(divide="ignore"):  # a weight may be zero
            score = float(logsumexp(window, b=weighting.weights))
        origins.append(
            PreviewedOrigin(
                start=weeks[known],
                weeks=options.weeks,
                log_score=score,
                pareto_k=weighting.k if np.isfinite(weighting.k) else None,
                usable=bool(weighting.k <= LIMIT),
            )
        )
    usable = sum(origin.usable for origin in origins)
    told = (
        f"Without a refit, {usable} of {len(origins)} origins can be previewed (Pareto k at most "
        f"{LIMIT:g}); the others need the backtest."
    )
    return Preview(origins=tuple(origins), usable=usable, sentences=(told,))


PART = Part("preview", PreviewOptions, cost_of, run)
