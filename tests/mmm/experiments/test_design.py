"""Designs of a test: who is treated, what the history says, and what the model expects."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mmm.errors import QueryError
from mmm.experiments.at_zero import at_zero
from mmm.experiments.design import DesignQuestion, designs
from mmm.experiments.divisions import Division, divisions, most_comparable, treated_geos
from mmm.experiments.history import History, history_of
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.spec.lift_test import SpendPath
from tests.mmm.fakes import RICH, fake_model

GEOS = tuple(f"g{k}" for k in range(12))
OFF = SpendPath(scale=0.0)


def history(seed: int = 0, periods: int = 104, noise: float = 0.05) -> History:
    """Geos of many sizes with one season, and noise of their own."""
    rng = np.random.default_rng(seed)
    size = np.exp(np.linspace(8.0, 6.0, len(GEOS)))
    season = 1.0 + 0.2 * np.sin(2.0 * np.pi * np.arange(periods) / 52.0)
    shock = noise * rng.standard_normal((periods, len(GEOS)))
    return History(GEOS, size * season[:, None] * np.exp(shock))


def test_every_way_leaves_others_and_no_way_comes_twice():
    ways = divisions(history(), GEOS)
    assert all(0 < len(way.treated) < len(GEOS) for way in ways)
    assert max(Counter(way.treated for way in ways).values()) == 1
    assert {way.kind for way in ways} == {"pairs", "strata", "single"}
    allowed = divisions(history(), GEOS[:4])
    assert {geo for way in allowed for geo in way.treated} <= set(GEOS[:4])


def test_pairs_are_of_one_treated_and_one_other_that_moves_like_it():
    some = history(noise=0.02)
    twin = some.kpi.copy()
    twin[:, 5] = 0.9 * twin[:, 3]  # g3 and g5 move as one
    ways = divisions(replace(some, kpi=twin), GEOS)
    pairs = [way for way in ways if way.kind == "pairs"]
    for way in pairs:
        others = [other for _, other in way.pairs]
        assert {one for one, _ in way.pairs} == set(way.treated)
        assert not set(others) & set(way.treated)
    assert any({"g3", "g5"} in [set(pair) for pair in way.pairs] for way in pairs)


def test_a_geo_that_drifts_by_itself_is_not_chosen():
    some = history(noise=0.02)
    wild = some.kpi.copy()
    steps = np.random.default_rng(3).standard_normal(len(wild))
    wild[:, 2] *= np.exp(np.cumsum(0.1 * steps))
    wandering = replace(some, kpi=wild)
    singles = [Division("single", (geo,)) for geo in ("g1", "g2", "g3")]
    best = most_comparable(wandering, singles, 6, 2)
    assert {way.treated for way in best} == {("g1",), ("g3",)}
    assert treated_geos(wandering, best).sum() == 2


def model_with_test(**test):
    """A model with a test whose treatment the data have."""
    model = fake_model(weeks=104, geos=4, draws=40)
    weeks = [week.isoformat() for week in model.panel.weeks[40:46]]
    given = {
        "channel": "tv", "start": weeks[0], "end": weeks[-1], "geos": ["r1"],
        "result": {"lift": 50.0, "se": 20.0}, **test,
    }  # fmt: skip
    return fake_model({**RICH, "lift_tests": [given]}, weeks=104, geos=4, draws=40)


def test_a_past_test_is_taken_out_of_the_history():
    model = model_with_test(control={"scale": 0})
    tests = resolve_lift_tests(model.design)
    lift = predicted_lifts(tests, model.posterior.draws, model.design, np, plain_array).mean()
    kpi = model.panel.array("kpi")
    removed = kpi - history_of(model).kpi
    assert removed.sum() == pytest.approx(float(lift))
    assert np.flatnonzero(removed.any(axis=0)).tolist() == [1]
    assert np.flatnonzero(removed.any(axis=1)).tolist() == list(range(40, 46))
    np.testing.assert_allclose(removed[40:46, 1] / kpi[40:46, 1], lift / kpi[40:46, 1].sum())


def test_a_test_whose_treatment_was_never_run_takes_nothing_out():
    model = model_with_test(treatment={"scale": 2})
    np.testing.assert_array_equal(history_of(model).kpi, model.panel.array("kpi"))


def test_a_national_model_is_tested_in_shares_of_a_history_by_geo():
    model = fake_model(weeks=104, draws=40)
    found = designs([model], history(), DesignQuestion("tv", OFF, (4,)), most=6)
    assurances = [each.assurance for each in found]
    assert assurances == sorted(assurances, reverse=True)
    for each in found:
        sales = history().kpi.sum(axis=0)
        share = sum(sales[GEOS.index(geo)] for geo in each.division.treated) / sales.sum()
        assert each.share == each.test.treated_share == pytest.approx(share)


def test_designs_promise_the_error_that_readings_have():
    """The s.d. at zero against what 40 new histories read where nothing was done."""
    treated = np.isin(np.array(GEOS), ("g2", "g5", "g8"))[None]
    found = [at_zero(history(seed).kpi, treated, 8, daily=False) for seed in range(200, 240)]
    errors = np.array([each.lifts[-1, 0] for each in found])
    promised = float(np.mean([each.sd[0] for each in found]))
    # The root mean square of 40 errors has an s.d. of 11 %.
    assert np.sqrt(np.square(errors).mean()) == pytest.approx(promised, rel=0.3)


def test_power_grows_with_the_lift_and_assurance_lies_within_it():
    model = fake_model(weeks=104, draws=40)
    design = designs([model], history(), DesignQuestion("tv", SpendPath(scale=3.0), (8,)), most=4)[
        0
    ]
    power = design.undisturbed.powers(np.array([0.0, 0.02, 0.05, 0.2]))
    assert power[0] == pytest.approx(0.05, abs=1e-3)
    assert (np.diff(power) > 0.0).all()
    assert design.undisturbed.power(design.detectable) == pytest.approx(0.8, abs=1e-3)
    most = design.undisturbed.power(float(design.relative_lift.max()))
    assert 0.05 <= design.assurance <= most


def test_cost_has_a_limit():
    model = fake_model(weeks=104, draws=40)
    asked = DesignQuestion("tv", SpendPath(scale=3.0), (4,))
    costs = [float(each.effect.cost.mean()) for each in designs([model], history(), asked, most=6)]
    limit = float(np.median(costs))
    found = designs([model], history(), replace(asked, most_cost=limit), most=6)
    assert found
    assert max(float(each.effect.cost.mean()) for each in found) <= limit
    with pytest.raises(QueryError, match="the cheapest design is expected to cost"):
        designs([model], history(), replace(asked, most_cost=min(costs) - 1.0), most=6)


@pytest.mark.parametrize(
    ("question", "past", "told"),
    [
        (DesignQuestion("vt", OFF), history(), "'vt' is not a channel"),
        (DesignQuestion("tv", OFF, geos=("g1", "x")), history(), "'x' is not a geo"),
        (DesignQuestion("tv", OFF, (40,)), history(), "the history has 104"),
        (
            DesignQuestion("tv", OFF),
            History(("a",), np.ones((104, 1))),
            "a comparison needs at least two geos",
        ),
    ],
)
def test_a_design_that_cannot_be_is_refused(question, past, told):
    with pytest.raises(QueryError) as caught:
        designs([fake_model(weeks=104, draws=20)], past, question)
    assert told in str(caught.value)


def test_a_history_of_other_geos_than_the_model_is_refused():
    model = fake_model(weeks=104, geos=3, draws=20)
    with pytest.raises(QueryError, match="other geos"):
        designs([model], history(), DesignQuestion("tv", OFF))
