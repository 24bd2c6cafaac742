"""Chains that disagree are told apart: separate stories, slow ones, and curves far from belief."""

from dataclasses import replace

import numpy as np
import xarray as xr

from mmm.attribution.returns import channel_contributions
from mmm.evidence.chain_stories import chain_story
from mmm.evidence.surprise import Surprise, surprises
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from tests.mmm.fakes import fake_model

CHAINS, DRAWS = 4, 200


def in_chains(change: dict[str, float], diagnostics: dict[str, float]) -> FittedModel:
    """A fake model whose draws form four chains; in the last, parameters are multiplied."""
    model = fake_model(draws=CHAINS * DRAWS)
    held = {}
    for name, values in model.posterior.draws.items():
        dims = model.posterior.dataset[name].dims[2:]
        chains = values.reshape(CHAINS, DRAWS, *values.shape[1:]).copy()
        # All chains alike, but for what is changed.
        chains[:] = chains[:1]
        if name in change:
            chains[-1, :, 0] *= change[name]
        held[name] = (("chain", "draw", *dims), chains)
    data = xr.Dataset(held, coords=dict(model.posterior.dataset.coords))
    return replace(model, posterior=Posterior(data), diagnostics=diagnostics)


def test_a_chain_with_a_story_of_its_own_is_described() -> None:
    stuck = {"r_hat": 1.6, "ess_bulk": 6.0}
    story = chain_story(in_chains({"effect": 6.0, "beta": 6.0}, stuck))
    assert story is not None
    assert "separate stories" in story
    assert "of the draws credit tv with" in story
    assert "more draws will not help" in story


def test_slow_chains_are_told_to_be_slow() -> None:
    slow = {"r_hat": 1.03, "ess_bulk": 300.0}
    story = chain_story(in_chains({"effect": 1.5, "beta": 1.5}, slow))
    assert story is not None
    assert "wander slowly" in story


def test_chains_that_agree_have_no_story() -> None:
    assert chain_story(in_chains({}, {"r_hat": 1.004, "ess_bulk": 800.0})) is None


def surprised(model: FittedModel, prior: FittedModel) -> dict[str, Surprise]:
    return surprises(model, prior, channel_contributions(prior), channel_contributions(model))


def test_a_curve_far_from_its_prior_surprises_and_others_do_not() -> None:
    prior = fake_model(draws=400, seed=3)
    usual = surprised(fake_model(draws=400, seed=4), prior)
    assert max(abs(each.z) for each in usual.values()) < 0.5
    name = "saturation_half"
    label = str(prior.posterior.dataset[name].to_dataset()[f"{name}_medium"].to_numpy()[0])
    moved = prior.posterior.dataset.copy(deep=True)
    moved[name][..., 0] = moved[name][..., 0] * np.exp(-4.0 * 0.6)
    found = surprised(replace(prior, posterior=Posterior(moved)), prior)
    assert found[label].parameter == "half-saturation"
    assert -4.6 < found[label].z < -3.4
