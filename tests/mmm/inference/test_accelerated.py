"""NUTS through JAX: the same posterior in float64, and a remedy where the extra is missing."""

import numpy as np
import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.errors import SamplingError
from mmm.inference.fit import fit, load_jax_sampler
from mmm.simulate.worlds import make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec


def test_a_missing_extra_is_named_with_its_remedy():
    def missing():
        raise ModuleNotFoundError("No module named 'jax'", name="jax")

    with pytest.raises(SamplingError, match=r"needs jax.*prudent-mmm\[gpu\]") as found:
        load_jax_sampler(missing)
    assert found.value.issues[0].pointer == "/sampling/backend"


@pytest.mark.parametrize("method", ["laplace", "pathfinder"])
def test_drafts_are_not_made_on_it(method):
    with pytest.raises(ValueError, match="samples by nuts only"):
        SamplingSpec(method=method, backend="jax")


@pytest.mark.slow
def test_both_backends_draw_from_one_posterior():
    world = make_world(weeks=60, seed=3)
    spec = parse_spec(world.spec)
    panel = build_panel(world.frame, spec)
    lengths = {"draws": 400, "tune": 500, "chains": 2, "seed": 1}
    own, jax = (
        fit(design_of(spec, panel), SamplingSpec.model_validate({**lengths, "backend": backend}))
        for backend in ("numba", "jax")
    )
    assert jax.method.sampler.startswith("numpyro on ")
    assert jax.method.path == own.method.path == "collapsed"
    assert jax.posterior.draws.keys() == own.posterior.draws.keys()
    for name, values in own.posterior.draws.items():
        other = jax.posterior.draws[name]
        assert other.dtype == np.float64
        assert other.shape == values.shape
        # 800 draws each, effective 200 or more: a difference of means has 0.1 s.d.
        away = np.abs(values.mean(0) - other.mean(0)) / np.maximum(values.std(0), 1e-12)
        assert np.max(away) < 0.5, name
