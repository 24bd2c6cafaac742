"""Drafts of real models: near the exact posterior, marked, and never trusted."""

import numpy as np
import pytest
from pytensor.compile.mode import Mode

from mmm.attribution.returns import channel_contributions
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.fit import fit_compiled
from mmm.inference.log_density import Density
from mmm.posterior.fitted import FittedModel, load_model, save_model
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import CHAIN_RULES, DRAFT, RULES
from mmm.simulate.worlds import make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from tests.mmm.fakes import fake_model

QUICK = Mode(linker="py", optimizer="fast_compile")
CHAINS = {rule.name for rule in CHAIN_RULES}
APPROXIMATIONS = ("laplace", "pathfinder")


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    first = make_world(weeks=104, seed=3)
    spec = parse_spec(first.spec)
    return compile_model(design_of(spec, build_panel(first.frame, spec)))


def drawn(compiled: Compiled, method: str, world: int = 3, **changes) -> FittedModel:
    spec = compiled.spec
    design = design_of(spec, build_panel(make_world(weeks=104, seed=world).frame, spec))
    sampling = {"method": method, "draws": 800, "tune": 400, "chains": 2, "seed": 1} | changes
    return fit_compiled(compiled, design, SamplingSpec.model_validate(sampling))


def test_a_draft_is_at_best_used_with_caution():
    good = {rule.name: rule.caution for rule in RULES if rule.name not in CHAINS}
    verdict = judge({**good, DRAFT: 1.0, "pareto_k": 0.1})
    assert verdict.status == "caution"
    assert verdict.draft
    told = {check.name: check for check in verdict.checks}
    assert not told.keys() & CHAINS
    assert "DRAFT" in told[DRAFT].message
    assert "sampling.method 'nuts'" in told[DRAFT].advice
    assert judge({**good, DRAFT: 1.0, "pareto_k": 0.1, "r_squared": -1.0}).status == "rejected"


def test_a_model_of_chains_is_no_draft():
    assert not fake_model().verdict.draft


@pytest.mark.slow
def test_the_density_is_that_of_the_model(compiled):
    """Against PyMC's own function, and its gradient against differences."""
    density = Density(compiled.load(compiled.data.design).code)
    point = density.start(4)
    value, gradient = density(point)
    sizes = [np.size(value) for value in compiled.model.initial_point().values()]
    cuts = np.cumsum(sizes)[:-1]
    named = dict(zip(compiled.model.initial_point(), np.split(point, cuts), strict=True))
    shaped = {
        name: named[name].reshape(np.shape(value))
        for name, value in compiled.model.initial_point().items()
    }
    assert value == pytest.approx(float(compiled.model.compile_logp(mode=QUICK)(shaped)), rel=1e-9)
    step = 1e-5 * np.eye(density.dimension)
    slopes = [(density(point + e)[0] - density(point - e)[0]) / 2e-5 for e in step]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-4, atol=1e-4)
    away = density(np.full(density.dimension, 1e4))
    assert away[0] == -np.inf


@pytest.mark.slow
@pytest.mark.parametrize("world", [3, pytest.param(4, marks=pytest.mark.proof)])
def test_drafts_are_near_the_exact_posterior_on_known_worlds(compiled, world):
    """Contributions of channels: means in posterior s.d., and ratios of s.d., per method."""
    exact = channel_contributions(drawn(compiled, "nuts", world))
    for method, mean, low, high in (("laplace", 0.4, 0.7, 1.5), ("pathfinder", 1.0, 0.4, 2.5)):
        model = drawn(compiled, method, world)
        found = channel_contributions(model)
        assert found.shape == exact.shape
        away = (found.mean(0) - exact.mean(0)) / exact.std(0)
        assert np.abs(away).max() < mean, (method, away)
        ratio = found.std(0) / exact.std(0)
        assert low < ratio.min(), (method, ratio)
        assert ratio.max() < high, (method, ratio)
        assert model.verdict.draft
        assert model.verdict.status != "trusted"
        assert model.method.sampler == method
        assert "DRAFT" in model.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("method", APPROXIMATIONS)
def test_equal_seeds_give_equal_drafts_and_files_keep_them(compiled, method, tmp_path):
    first, again, other = (
        drawn(compiled, method, draws=60, seed=number).posterior.dataset for number in (1, 1, 2)
    )
    assert first.identical(again)
    assert not first.identical(other)
    model = drawn(compiled, method, draws=60)
    save_model(model, tmp_path / "model.nc")
    assert load_model(tmp_path / "model.nc").verdict.draft
