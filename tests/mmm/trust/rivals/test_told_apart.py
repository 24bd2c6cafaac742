"""Two rivals that the data can tell apart, and two that they cannot: real fits, known truth."""

import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import BacktestOptions
from mmm.spec.sampling import SamplingSpec
from mmm.trust.rivals.answer import ComparedRivals
from mmm.trust.rivals.ask import AskedRival, rivals_of
from mmm.trust.rivals.compare import Question, Told, compare, fit_rivals
from tests.mmm.fakes import table
from tests.recovery.generative import drawn_world
from tests.recovery.test_structures import PLAIN, TRUE

SAMPLING = SamplingSpec(draws=200, tune=300, chains=2, seed=1)
OPTIONS = BacktestOptions(origins=12, every=4, horizons=(4,), draws=150, tune=250)


def asked_of(memory: float, edit: str, simulations: int = 0) -> tuple[FittedModel, ComparedRivals]:
    """The comparison of a model with AR(1) noise and a rival, on data with ``memory`` of noise."""
    document = {**PLAIN, "noise": {"kind": "ar1"}}
    truth = {**TRUE, "noise_rho": memory}
    world = drawn_world(document, table(160, seed=7), truth, seed=11)
    panel = build_panel(world.frame, world.spec)
    model = fit(design_of(world.spec, panel), SAMPLING)
    rivals = rivals_of(model, [AskedRival("other", edit=edit)])
    models = {"own": model, **fit_rivals(model, rivals, SAMPLING, Told())}
    kept: dict[str, dict] = {}
    told = Told(keep=kept.__setitem__)
    found = compare(models, {"other": rivals[0]}, Question(OPTIONS, simulations), told)
    assert found is not None
    assert len(kept) == 24  # every origin of both
    return model, found


@pytest.mark.proof
def test_noise_that_remembers_is_told_from_noise_that_does_not():
    _, found = asked_of(0.9, "without memory")
    assert found.comparison.windows == 12
    assert (found.comparison.best, found.comparison.told_apart) == ("own", True)
    weights = {each.name: each.weight for each in found.comparison.weights}
    assert weights["own"] > 0.8
    assert found.models[1].differs == "without memory"


@pytest.mark.slow
def test_an_interaction_that_does_nothing_is_not():
    _, found = asked_of(0.3, "tv and search interact", simulations=2)
    assert not found.comparison.told_apart
    assert found.comparison.alike
    assert sum(row.simulations for row in found.confusion) == 2
    for row in found.confusion:
        assert sum(row.best.values()) == pytest.approx(1.0)
        assert row.correct == row.best[row.truth]
