"""A stopped fit keeps the draws that there are, and says so."""

import numpy as np
import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.inference.stopping import best_rectangle
from mmm.simulate.worlds import make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec


@pytest.mark.parametrize(
    ("lengths", "chains", "draws"),
    [
        ([100, 100, 100, 100], [0, 1, 2, 3], 100),
        ([0, 1000, 10, 1000], [1, 3], 1000),
        ([300, 1000, 290, 280], [0, 1, 2, 3], 280),
        ([0, 12], [1], 12),
    ],
)
def test_the_rectangle_with_the_most_draws_is_kept(lengths, chains, draws) -> None:
    assert best_rectangle(np.array(lengths)) == (chains, draws)


@pytest.mark.slow
def test_a_stopped_fit_is_marked_incomplete_and_its_verdict_says_so() -> None:
    world = make_world(weeks=104)
    spec = parse_spec(world.spec)
    panel = build_panel(world.frame, spec)
    told: list = []

    def enough() -> bool:
        return bool(told) and any(not chain.tuning for chain in told[-1].chains)

    asked = SamplingSpec(draws=20_000, tune=300, chains=2, seed=1)
    model = fit(design_of(spec, panel), asked, told.append, stop=enough)
    assert model.incomplete
    share = model.posterior.dataset.sizes["draw"] * model.posterior.dataset.sizes["chain"] / 40_000
    assert model.diagnostics["draws_kept"] == pytest.approx(share)
    check = next(check for check in model.verdict.checks if check.name == "draws_kept")
    assert (check.passed, check.status) == (False, "caution")
    assert "stopped early" in check.advice
