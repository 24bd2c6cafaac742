"""The law of total variance on draws: parts that add up, and known variance components."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.posterior.variance import ModelDraws, split_variance


def one(seed: int, draws: int = 40, replicates: int = 5, mean: float = 0.0) -> ModelDraws:
    rng = np.random.default_rng(seed)
    expected = (
        mean + 3.0 * rng.standard_normal((draws, 1)) + rng.standard_normal((draws, replicates))
    )
    return ModelDraws(expected, rng.random(draws))


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 6))
def test_the_parts_add_up_to_the_variance_of_all_draws(seed: int, models: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    found = [one(seed + i, replicates=count, mean=float(rng.normal())) for i in range(models)]
    weights = rng.random(models) + 0.1
    split = split_variance(found, weights.tolist())
    share = weights / weights.sum()
    whole = np.concatenate([model.expected.ravel() for model in found])
    each = np.repeat(share / found[0].expected.size, found[0].expected.size)
    spread = each @ (whole - each @ whole) ** 2
    noise = share @ [model.noise.mean() for model in found]
    parts = split.noise + split.states + split.parameters + split.structure
    assert parts == pytest.approx(split.total, rel=1e-12)
    assert split.total == pytest.approx(spread + noise, rel=1e-9)
    assert min(split.noise, split.states, split.parameters, split.structure) >= 0.0


def test_components_that_are_known_come_back() -> None:
    """Parameters 9, states 4, noise 2, and models at -1 and 1 of equal weight: structure 1."""
    rng = np.random.default_rng(1)
    models = [
        ModelDraws(
            mean + 3.0 * rng.standard_normal((20_000, 1)) + 2.0 * rng.standard_normal((20_000, 3)),
            np.full(20_000, 2.0),
        )
        for mean in (-1.0, 1.0)
    ]
    split = split_variance(models)
    assert split.noise == pytest.approx(2.0)
    assert split.states == pytest.approx(4.0, rel=0.02)
    assert split.parameters == pytest.approx(9.0, rel=0.04)
    assert split.structure == pytest.approx(1.0, rel=0.06)
    assert sum(split.shares().values()) == pytest.approx(1.0)


def test_few_draws_of_the_states_do_not_make_parameters_uncertain() -> None:
    """With certain parameters and two draws of the states, the variance is the states' alone: over
    many tries the parameters' part is as often zero as not, and small."""
    rng = np.random.default_rng(5)
    tries = (ModelDraws(rng.standard_normal((200, 2)), np.zeros(200)) for _ in range(100))
    found = [split_variance([each]) for each in tries]
    assert np.mean([split.parameters for split in found]) < 0.06
    assert np.mean([split.states for split in found]) > 0.94


@pytest.mark.parametrize("weights", [[1.0], [-1.0, 2.0], [0.0, 0.0]])
def test_weights_that_are_none_are_refused(weights) -> None:
    with pytest.raises(ValueError, match="weight"):
        split_variance([one(0), one(1)], weights)
