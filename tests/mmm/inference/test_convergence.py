"""A fit goes on until its draws are enough and keeps exactly these; equal seeds, equal draws."""

import numpy as np
import pytest
import xarray as xr

from benchmarks.wrong_worlds import SPEC, make
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import compile_model
from mmm.inference.convergence import BATCHES, first_batch_that_is_enough, is_enough
from mmm.inference.fit import fit_compiled
from mmm.posterior.fitted import FittedModel
from mmm.progress import Progress
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import DEFAULT_DRAWS, MOST_DRAWS, SamplingSpec


def chains(memory: float, draws: int = BATCHES[-1], apart: float = 0.0) -> xr.Dataset:
    """Four chains of an AR(1) number with ``memory``; the first is ``apart`` from the others."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal((4, draws))
    for t in range(1, draws):
        values[:, t] = memory * values[:, t - 1] + np.sqrt(1.0 - memory**2) * values[:, t]
    values[0] += apart
    return xr.Dataset({"x": (("chain", "draw"), values)})


def test_independent_draws_are_enough_at_once_and_slow_ones_later() -> None:
    assert first_batch_that_is_enough(chains(0.0)) == BATCHES[0]
    slow = first_batch_that_is_enough(chains(0.8))
    assert BATCHES[0] < slow < BATCHES[-1]


def test_chains_that_disagree_are_never_enough() -> None:
    draws = chains(0.0, apart=1.0)
    assert not is_enough(draws)
    assert first_batch_that_is_enough(draws) == BATCHES[-1]


def test_innovations_do_not_count() -> None:
    good = chains(0.0)
    stuck = chains(0.0, apart=5.0)["x"]
    assert is_enough(good.assign(x_z=stuck))
    assert not is_enough(good.assign(y=stuck))


def test_only_an_exact_fit_without_a_number_goes_on() -> None:
    assert SamplingSpec().adaptive
    assert SamplingSpec().most_draws == MOST_DRAWS
    assert not SamplingSpec(draws=300).adaptive
    assert SamplingSpec(draws=300).most_draws == 300
    draft = SamplingSpec(method="laplace")
    assert (draft.adaptive, draft.most_draws) == (False, DEFAULT_DRAWS)


@pytest.mark.slow
def test_real_fits_end_when_it_is_enough() -> None:
    spec = ModelSpec.model_validate(SPEC)
    designs = {
        kind: design_of(spec, build_panel(make(kind, 3).frame, spec))
        for kind in ("clean", "collinear")
    }
    compiled = compile_model(designs["clean"])
    told: list[Progress] = []

    def fitted(kind: str, **given: int) -> FittedModel:
        sampling = SamplingSpec(seed=1, **given)
        return fit_compiled(compiled, designs[kind], sampling, told.append)

    clean, again = fitted("clean"), fitted("clean")
    np.testing.assert_array_equal(clean.posterior.draws["beta"], again.posterior.draws["beta"])
    assert not clean.incomplete
    collinear = fitted("collinear")
    sizes = [each.posterior.dataset.sizes["draw"] for each in (clean, collinear)]
    assert sizes[0] in BATCHES
    assert sizes[0] < sizes[1]
    assert collinear.diagnostics["ess_bulk"] >= 400.0
    exact = fitted("clean", draws=sizes[0])
    np.testing.assert_array_equal(exact.posterior.draws["beta"], clean.posterior.draws["beta"])


@pytest.mark.slow
def test_progress_never_falls() -> None:
    spec = ModelSpec.model_validate(SPEC)
    design = design_of(spec, build_panel(make("collinear", 3).frame, spec))
    told: list[Progress] = []
    fit_compiled(compile_model(design), design, SamplingSpec(seed=1), told.append)
    shares = [each.progress for each in told]
    assert shares == sorted(shares)
