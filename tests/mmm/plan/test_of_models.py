"""Responses of several models at once, and of a model whose effects are partly coincidence."""

from datetime import timedelta

import numpy as np
import pytest

from mmm.evidence.causal_share import causal_shares, open_part
from mmm.plan.discount import discounted
from mmm.plan.horizon import Horizon
from mmm.plan.of_models import plan_of_models
from mmm.plan.response import plan_response
from mmm.posterior.evidence import Finding
from tests.mmm.evidence.levers import lever, with_levers
from tests.mmm.fakes import RICH, fake_model

MEDIATED = {
    **RICH,
    "mediators": [{"name": "queries", "column": "queries", "parents": ["tv"]}],
}


def respond(model):
    return plan_response(model, Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=6))


@pytest.fixture(scope="module")
def model():
    return fake_model(draws=40)


def test_draws_of_one_model_follow_those_of_the_other(model):
    other = fake_model(draws=30, seed=5)
    parts = [respond(model), respond(other)]
    both, spend = plan_of_models(parts), 1.3 * parts[0].current
    assert both.n_draws == 70
    assert both.models.tolist() == [0] * 40 + [1] * 30
    levels = np.array([0.0, 10.0, 400.0])
    for ask in (
        lambda r: r.draws(spend),
        lambda r: r.jacobian(spend),
        lambda r: r.outcome(spend),
        lambda r: r.total(spend),
        lambda r: r.curve(1, levels)[0],
        lambda r: r.slope_range(1, levels)[1],
    ):
        np.testing.assert_array_equal(ask(both), np.concatenate([ask(part) for part in parts]))
    np.testing.assert_array_equal(both.kpi.draws(spend)[:40], parts[0].kpi.draws(spend))


@pytest.mark.parametrize("spec", [RICH, MEDIATED], ids=["direct", "mediated"])
def test_a_share_cuts_every_path_of_its_channel_and_nothing_else(spec):
    model = fake_model(spec, draws=40)
    share = np.linspace(0.0, 1.0, 40)
    whole, cut = respond(model), respond(discounted(model, {"tv": share}))
    for cell in range(len(whole.cells)):
        own = np.zeros(len(whole.cells))
        own[cell] = 300.0
        kept = share if whole.cells[cell].channel == "tv" else 1.0
        np.testing.assert_allclose(cut.draws(own), kept * whole.draws(own), rtol=1e-9, atol=1e-9)
    assert discounted(model, {}) is model


def test_shares_are_open_as_far_as_the_evidence_says():
    few = Finding(code="few_weeks", grade="coincidence", detail="Few.")
    pair = Finding(code="partner", grade="coincidence", detail="A pair.")
    assert open_part(lever("tv", "tested", findings=(few,))) == 0.0
    assert open_part(lever("tv", "seen", status="identified", plausible=0.4)) == 0.0
    assert open_part(lever("tv", "seen", status="assumed", plausible=0.4)) == 0.5
    assert open_part(lever("tv", "seen", status="assumed", plausible=0.8)) == 0.8
    assert open_part(lever("tv", "seen", status="assumed", plausible=None)) == 0.5
    assert open_part(lever("tv", "coincidence", status="assumed", plausible=7.0)) == 1.0
    assert open_part(lever("tv", "coincidence", findings=(few,))) == 1.0
    assert open_part(lever("tv", "coincidence", status="identified", findings=(pair,))) == 0.0


def test_shares_are_uniform_independent_and_the_same_again(model):
    tv = lever("tv", "seen", status="assumed", plausible=0.5)
    radio = lever("radio", "coincidence", status="assumed", plausible=3.0)
    price = lever("price", "coincidence", kind="price", status="assumed", plausible=3.0)
    graded = with_levers(model, tv, lever("search", "tested"), radio, price)
    shares = causal_shares(graded, 1000)
    assert set(shares) == {"tv", "radio"}
    assert (shares["tv"].min(), shares["tv"].max()) == pytest.approx((0.5, 1.0), abs=1e-3)
    assert (shares["radio"].min(), shares["radio"].max()) == pytest.approx((0.0, 1.0), abs=1e-3)
    assert shares["tv"].mean() == pytest.approx(0.75)
    assert abs(np.corrcoef(shares["tv"], shares["radio"])[0, 1]) < 0.1
    np.testing.assert_array_equal(shares["tv"], causal_shares(graded, 1000)["tv"])
    assert causal_shares(model) == {}
