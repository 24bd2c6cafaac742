"""What the graph implies is claimed, and tested at the level that the test says, memory or not."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from mmm.causal.graph import CausalGraph, causal_graph
from mmm.causal.implied_independence import IndependenceClaim, implied_independence
from mmm.causal.independence_tests import holm_adjusted, independencies
from mmm.causal.partial_correlation import (
    PanelSeries,
    detectable_correlation,
    effective_cells,
    partial_correlation,
)
from mmm.data.panel import build_panel
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from tests.mmm.causal.test_graph import NONE, SMALL, add
from tests.mmm.fakes import fake_model, table

WEEKS = 120
BRAND = {**NONE, "mediators": [{"name": "m", "column": "m", "parents": ["x1"]}]}
TWO = {
    "kpi": {"column": "sales"},
    "date": "week",
    "demand": {"kind": "none"},
    "channels": [{"name": "x1", "column": "tv_spend"}, {"name": "x2", "column": "search_spend"}],
}


def claims(document: dict) -> dict[tuple, IndependenceClaim]:
    found, left_out = implied_independence(causal_graph(parse_spec(document)), 100)
    assert left_out == 0
    return {(claim.first, claim.second): claim for claim in found}


def test_budgets_are_unrelated_and_follow_no_sales() -> None:
    found = claims(NONE)
    assert set(found) == {
        (("x2", 0), ("x1", 0)),
        (("kpi", 1), ("x1", 0)),
        (("kpi", 1), ("x2", 0)),
    }
    assert found[("x2", 0), ("x1", 0)].given == {}
    assert set(found[("kpi", 1), ("x1", 0)].given) == {"x1"}
    assert all(claim.past for claim in found.values())


def test_undeclared_demand_implies_nothing() -> None:
    assert claims(SMALL) == {}


def test_feedback_that_is_declared_is_not_tested() -> None:
    found = claims({**NONE, "edges": {"add": add("kpi>x1:1")}})
    assert (("kpi", 1), ("x1", 0)) not in found
    assert (("kpi", 1), ("x2", 0)) in found


def test_a_mediator_is_unrelated_to_what_is_no_parent() -> None:
    assert claims(BRAND)[("m", 0), ("x2", 0)].given == {}
    linked = claims({**BRAND, "edges": {"add": add("x1>x2")}})
    assert set(linked[("m", 0), ("x2", 0)].given) == {"x1"}


def test_full_mediation_is_testable_given_the_mediator() -> None:
    removed = [{"from": "x1", "to": "kpi"}]
    claim = claims({**BRAND, "edges": {"remove": removed}})[("kpi", 0), ("x1", 0)]
    assert claim.given["m"] == (0,)


def test_common_causes_are_held_and_series_taken_as_they_come_claim_nothing() -> None:
    found = claims({**NONE, "controls": ["weather", "shelf"]})
    assert set(found[("x2", 0), ("x1", 0)].given) == {"weather", "shelf"}
    assert not any({a[0], b[0]} == {"weather", "shelf"} for a, b in found)


def test_no_more_than_asked_for() -> None:
    found, left_out = implied_independence(causal_graph(parse_spec(NONE)), 2)
    assert (len(found), left_out) == (2, 1)
    assert [claim.first[0] for claim in found] == ["kpi", "kpi"]


@dataclass(frozen=True)
class SeriesByName:
    """A source of a few series by name, each (week, geo)."""

    values: dict[str, np.ndarray]

    @property
    def background(self) -> np.ndarray:
        return np.ones((1, *next(iter(self.values.values())).shape))

    def series(self, name: str) -> np.ndarray:
        return self.values[name]

    def is_spend(self, name: str) -> bool:
        return name.startswith("spend")


def remembering(rng: np.random.Generator, memory: float, geos: int = 1) -> np.ndarray:
    noise = rng.standard_normal((WEEKS + 60, geos))
    for week in range(1, len(noise)):
        noise[week] += memory * noise[week - 1]
    return noise[60:]


@pytest.mark.parametrize(("memory", "geos"), [(0.0, 1), (0.9, 1), (0.6, 4)])
def test_a_five_percent_test_rejects_five_percent(memory, geos) -> None:
    """1000 pairs of unrelated series: the share has a standard error of 0.7 %."""
    rng = np.random.default_rng(5)
    rejected = 0
    for _ in range(1000):
        rows = SeriesByName({name: remembering(rng, memory, geos) for name in "ab"})
        found = partial_correlation(rows, ("a", 0), ("b", 0), {}, past=True)
        assert found is not None
        rejected += found.p_value < 0.05
    assert 0.03 < rejected / 1000 < 0.075


def test_common_shocks_of_geos_are_not_counted_as_many_cells() -> None:
    rng = np.random.default_rng(2)
    rejected, sizes = 0, []
    for _ in range(400):
        rows = SeriesByName(
            {n: remembering(rng, 0.3) + 0.2 * remembering(rng, 0.0, 6) for n in "ab"}
        )
        found = partial_correlation(rows, ("a", 0), ("b", 0), {}, past=True)
        assert found is not None
        rejected += found.p_value < 0.05
        sizes.append(found.effective)
    assert rejected / 400 < 0.09
    assert np.mean(sizes) < 2 * WEEKS


def test_the_stated_power_is_reached() -> None:
    """At the smallest detectable correlation 80 % of the tests reject (s.e. 2 %)."""
    rng = np.random.default_rng(3)
    r = detectable_correlation(WEEKS - 5.0, 0.05)
    rejected = 0
    for _ in range(400):
        a, b = rng.standard_normal((2, WEEKS, 1))
        rows = SeriesByName({"a": a, "b": r * a + np.sqrt(1 - r**2) * b})
        found = partial_correlation(rows, ("a", 0), ("b", 0), {}, past=True)
        assert found is not None
        rejected += found.p_value < 0.05
    assert 0.73 < rejected / 400 < 0.87


def test_holding_a_common_cause_takes_the_relation_away() -> None:
    rng = np.random.default_rng(4)
    cause = remembering(rng, 0.7)
    rows = SeriesByName({"c": cause, **{n: cause + remembering(rng, 0.5) for n in "ab"}})
    bare = partial_correlation(rows, ("a", 0), ("b", 0), {}, past=False)
    held = partial_correlation(rows, ("a", 0), ("b", 0), {"c": (0, 1, 2)}, past=False)
    assert bare is not None
    assert held is not None
    assert (bare.p_value < 0.001, held.p_value > 0.05) == (True, True)


def test_too_few_weeks_are_said_to_be_too_few() -> None:
    rng = np.random.default_rng(6)
    names = [f"c{i}" for i in range(40)]
    rows = SeriesByName({name: remembering(rng, 0.0) for name in ["a", "b", *names]})
    given = dict.fromkeys(names, (0,))
    assert partial_correlation(rows, ("a", 0), ("b", 0), given, past=True) is None


def test_independent_cells_are_counted_as_they_are() -> None:
    a, b = np.random.default_rng(8).standard_normal((2, 5000, 1))
    assert effective_cells(a, b, np.isfinite(a)) == pytest.approx(5000, rel=0.05)


def test_weeks_unseen_are_left_out() -> None:
    rng = np.random.default_rng(7)
    a, b = remembering(rng, 0.0), remembering(rng, 0.0)
    a[1::2] = np.nan
    found = partial_correlation(SeriesByName({"a": a, "b": b}), ("a", 0), ("b", 0), {}, past=False)
    assert found is not None
    assert found.effective <= WEEKS / 2


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(
        holm_adjusted(np.array([0.01, 0.04, 0.03, 0.5])), [0.04, 0.09, 0.09, 0.5]
    )
    assert holm_adjusted(np.array([])).size == 0


def with_series(**columns) -> tuple[CausalGraph, FittedModel]:
    """A fitted model whose table has some columns of its own."""
    model = fake_model(TWO, weeks=WEEKS)
    frame = table(WEEKS).assign(**columns)
    changed = replace(model, design=model.design.on_panel(build_panel(frame, model.spec)))
    return causal_graph(model.spec), changed


def test_budgets_that_follow_sales_are_found_out() -> None:
    sales = table(WEEKS)["sales"].to_numpy()
    follows = 20.0 + 0.5 * (np.roll(sales, 1) - sales.mean())
    found = independencies(*with_series(search_spend=follows))
    tests = {(test.first, test.second): test for test in found.tests}
    caught = tests["kpi, 1 week before", "x2"]
    assert caught.contradicted
    assert caught.correlation is not None
    assert caught.correlation > 0.9
    assert "add the edge kpi -> x2 with lag 1" in caught.if_contradicted
    assert not tests["kpi, 1 week before", "x1"].contradicted


def test_what_holds_is_not_contradicted_and_its_power_is_told() -> None:
    found = independencies(*with_series())
    assert len(found.tests) == 3
    for test in found.tests:
        assert not test.contradicted
        assert test.detectable is not None
        assert 0.2 < test.detectable < 0.5
        assert test.p_adjusted is not None
        assert test.p_value is not None
        assert test.p_adjusted >= test.p_value
    assert found.note.startswith("3 tests; about 0.15 would")


@pytest.mark.parametrize("geos", [1, 3])
def test_every_kind_of_series_can_be_read(geos) -> None:
    document = {
        **TWO,
        "price": {"column": "price"},
        "competitors": [{"name": "rival", "price": "rival_price", "spend": "rival_spend"}],
        "controls": [{"name": "w", "column": "demand"}],
        "events": [{"name": "promo", "column": "promo"}],
        "mediators": [{"name": "m", "column": "queries", "parents": ["x1"]}],
        "edges": {"add": add("x1>w")},
    }
    model = fake_model(document, weeks=WEEKS, geos=geos)
    rows = PanelSeries(causal_graph(model.spec), model)
    for node in causal_graph(model.spec).nodes:
        assert rows.series(node.name).shape == (WEEKS, geos)
    found = independencies(causal_graph(model.spec), model)
    assert {"m", "w", "price"} <= {test.first for test in found.tests}
    assert all(test.p_value is not None for test in found.tests)
