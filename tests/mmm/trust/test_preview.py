"""The preview against a posterior whose leave-future-out is closed form."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from mmm.data.design import design_of
from mmm.data.panel import Panel, build_panel
from mmm.errors import QueryError
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.trust.part import Work
from mmm.trust.preview import PreviewOptions, cost_of, run
from tests.mmm.fakes import TINY, fake_model, table

WEEKS, SIGMA = 120, 0.1


def conjugate(draws: int = 4000) -> FittedModel:
    """Draws of the exact posterior of the level: flat prior, noise known, no effect of spend."""
    spec, frame = parse_spec(TINY), table(WEEKS)
    rng = np.random.default_rng(5)
    frame["sales"] = 100.0 * (1.0 + SIGMA * rng.standard_normal(WEEKS))
    design = design_of(spec, build_panel(frame, spec))
    mean = frame["sales"].mean() / design.scales.kpi
    level = rng.normal(mean, SIGMA / np.sqrt(WEEKS), (1, draws, 1))
    fixed = {
        "level": (("chain", "draw", "geo"), level),
        "beta": (("chain", "draw", "channel", "geo"), np.zeros((1, draws, 1, 1))),
        "sigma": (("chain", "draw"), np.full((1, draws), SIGMA)),
    }
    return replace(fake_model(), design=design, posterior=Posterior(xr.Dataset(fixed)))


def test_the_newest_origins_are_those_of_the_exact_posterior() -> None:
    """The window is multivariate normal around the mean of the weeks before the origin."""
    model = conjugate()
    found = run(Work(model), PreviewOptions(origins=3))
    kpi, unit = model.panel.array("kpi")[:, 0], model.scales.kpi
    sd = SIGMA * unit
    assert found.usable == 3
    for origin in found.origins:
        known = model.panel.weeks.index(origin.start)
        cov = sd**2 * (np.eye(4) + 1.0 / known)
        exact = stats.multivariate_normal(np.full(4, kpi[:known].mean()), cov)
        assert origin.log_score == pytest.approx(exact.logpdf(kpi[known : known + 4]), abs=0.05), (
            origin.start
        )


def test_draws_that_would_have_to_move_far_are_told_by_k() -> None:
    """A posterior much narrower than that of the weeks before the origin cannot be weighted."""
    model = conjugate()
    level = model.posterior.dataset["level"]
    narrow = level.mean() + (level - level.mean()) * 0.2
    kpi = model.panel.data["kpi"].copy()
    kpi[80:] = kpi[80:] * 3.0
    moved = replace(
        model,
        design=model.design.on_panel(Panel(model.panel.data.assign(kpi=kpi))),
        posterior=Posterior(model.posterior.dataset.assign(level=narrow)),
    )
    oldest = run(Work(moved), PreviewOptions()).origins[0]
    assert not oldest.usable
    assert oldest.pareto_k is None or oldest.pareto_k > 0.7


def test_draws_that_hold_the_states_of_every_week_are_refused() -> None:
    demand = {**TINY, "demand": {"kind": "latent", "drives": ["tv"]}}
    with pytest.raises(QueryError, match="the draws hold demand of every week"):
        cost_of(fake_model(demand, weeks=100), PreviewOptions())
