"""What chains that disagree disagree about: which channel, in which weeks, and how far apart.

The draws are divided by the parameter with the largest R-hat, at the middle of its 90 % range: two
stories. The channel whose total contribution differs most between them, in s.d. of all draws, is
what they are about. Chains hold on to their stories where R-hat is above ``SEPARATE`` and the
effective draws are fewer than ``RARELY`` of all: something that several channels could explain is
missing then, and more draws will not help. Else they wander slowly over one story.
"""

import warnings

import arviz as az
import numpy as np

from mmm.attribution.returns import weekly_contributions
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

AGREE = 1.01
"""R-hat up to which chains agree."""

SEPARATE = 1.05
RARELY = 0.02
DRAWS = 100
"""Of each chain, evenly spaced."""


def chain_story(model: FittedModel) -> str | None:
    """A sentence on what the chains disagree about; None where R-hat says that they agree."""
    r_hat = model.diagnostics.get("r_hat", 1.0)
    if not r_hat > AGREE or not model.structure.channels:
        return None
    thin = model.thinned(DRAWS * int(model.posterior.dataset.sizes["chain"]))
    splitter = _worst_mixing(thin)
    second = splitter > (np.quantile(splitter, 0.05) + np.quantile(splitter, 0.95)) / 2.0
    if not 0 < second.sum() < len(second):
        return None
    by_week = weekly_contributions(thin)
    total = by_week.sum(-1) / model.panel.array("kpi").sum()
    means = np.stack([total[~second].mean(0), total[second].mean(0)])
    spread = np.maximum(total.std(0), 1e-300)
    worst = int(np.argmax(np.abs(means[1] - means[0]) / spread))
    name = model.structure.channels[worst]
    gap = np.abs(by_week[second, worst].mean(0) - by_week[~second, worst].mean(0))
    stories = (
        f"{_percent(1.0 - second.mean())} of the draws credit {name} with "
        f"{_percent(means[0, worst])} of the KPI and the others with {_percent(means[1, worst])}, "
        f"most of it in weeks such as {_weeks(model, gap)}"
    )
    draws = model.posterior.n_draws
    rarely = model.diagnostics.get("ess_bulk", draws) < RARELY * draws
    if r_hat > SEPARATE and rarely:
        return (
            f"The chains hold on to separate stories: {stories}. Usually something that coincides "
            "with these weeks is missing; more draws will not help."
        )
    return (
        f"The chains wander slowly between stories: {stories}. More draws may settle it; look at "
        "the other checks first."
    )


def _worst_mixing(model: FittedModel) -> Array:
    """(draw,) the parameter with the largest R-hat."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r_hats = az.rhat(model.posterior.dataset)
    worst, largest = np.zeros(model.posterior.n_draws), -np.inf
    for name, values in r_hats.data_vars.items():
        flat = np.ravel(values.to_numpy())
        if np.isfinite(flat).any() and np.nanmax(flat) > largest:
            largest = float(np.nanmax(flat))
            draws = model.posterior.draws[str(name)].reshape(model.posterior.n_draws, -1)
            worst = draws[:, int(np.nanargmax(flat))]
    return worst


def _weeks(model: FittedModel, gap: Array) -> str:
    largest = np.sort(np.argsort(gap)[-3:])
    return ", ".join(model.panel.weeks[position].isoformat() for position in largest)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
