"""One real fit of a world of known truth, shared by the tests of this folder."""

import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.simulate.worlds import World, make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec


def fit_world(world: World, seed: int = 1, draws: int = 400) -> FittedModel:
    """Posterior of ``world`` under its own spec."""
    spec = parse_spec(world.spec)
    sampling = SamplingSpec(draws=draws, tune=500, chains=2, seed=seed)
    return fit(design_of(spec, build_panel(world.frame, spec)), sampling)


@pytest.fixture(scope="session")
def world() -> World:
    """Two years of weekly data, six channels."""
    return make_world(weeks=104, seed=3)


@pytest.fixture(scope="session")
def fitted(world) -> FittedModel:
    """Its posterior."""
    return fit_world(world)
