"""A first look: made where the fit takes longer, near it, without evidence."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.attribution.returns import channel_contributions
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.first_look import (
    CHAINS,
    DRAWS,
    MAX_PARETO_K,
    first_look,
    gradients_of_a_fit,
    gradients_of_a_look,
    shown,
)
from mmm.inference.fit import fit_compiled
from mmm.posterior.fitted import FittedModel
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import CHAIN_RULES, DRAFT, RULES
from mmm.simulate.worlds import make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from tests.mmm.fakes import fake_model

QUICK = SamplingSpec(draws=50, tune=50, chains=2)
SLOW = SamplingSpec(draws=20_000, tune=20_000)


def judged(**values: float) -> FittedModel:
    good = {rule.name: rule.caution for rule in RULES if rule not in CHAIN_RULES}
    found = {**good, DRAFT: 1.0, "pareto_k": 0.5, **values}
    return replace(fake_model(), diagnostics=found, verdict=judge(found))


def test_a_draft_that_passes_is_shown():
    model = judged()
    assert shown(model).model is model
    assert shown(model).note is None
    assert shown(judged(pareto_k=MAX_PARETO_K)).model is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pareto_k": MAX_PARETO_K + 0.1}, "too far off"),
        ({"pareto_k": np.nan}, "too far off"),
        ({"r_squared": -0.2}, "share of the KPI's variance that the mean explains is -0.2"),
        ({"predictive_coverage": 0.1}, "in the 90 % predictive interval is 0.1"),
    ],
)
def test_a_hopeless_draft_is_not_shown_and_says_so(values, said):
    found = shown(judged(**values))
    assert found.model is None
    assert found.note is not None
    assert found.note.startswith("there is no first look")
    assert said in found.note


def test_gradients_are_counted_by_the_chains_that_run_one_after_another():
    two, four = (SamplingSpec(draws=500, tune=1000, chains=chains) for chains in (2, 4))
    assert gradients_of_a_fit(four) == 2.0 * gradients_of_a_fit(two)
    assert gradients_of_a_fit(SamplingSpec(chains=2)) == gradients_of_a_fit(two)  # a first batch
    assert gradients_of_a_look(200) > gradients_of_a_look(20) > 2 * DRAWS * CHAINS


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    world = make_world(weeks=104, seed=3)
    spec = parse_spec(world.spec)
    return compile_model(design_of(spec, build_panel(world.frame, spec)))


@pytest.mark.slow
def test_a_quick_fit_has_none_and_one_that_takes_longer_does(compiled):
    design = compiled.data.design
    assert first_look(compiled, design, QUICK, 0.0) is None
    look = look_at(compiled)
    assert look.evidence is None
    assert look.verdict.draft
    assert look.method.sampler == "laplace"
    assert look.posterior.draws["sigma"].shape[0] == CHAINS * DRAWS


def look_at(compiled: Compiled) -> FittedModel:
    """The first look of a fit that takes long."""
    found = first_look(compiled, compiled.data.design, SLOW, 0.0)
    assert found is not None
    assert found.note is None
    assert found.model is not None
    return found.model


@pytest.mark.slow
def test_a_look_is_near_the_fit(compiled):
    """Of the fit's draws of a contribution the look's 90 % interval holds most."""
    design = compiled.data.design
    look = look_at(compiled)
    exact = fit_compiled(compiled, design, SamplingSpec(draws=500, tune=500))
    low, high = np.quantile(channel_contributions(look), (0.05, 0.95), axis=0)
    draws = channel_contributions(exact)
    held = ((draws >= low) & (draws <= high)).mean(0)
    assert held.min() > 0.7
