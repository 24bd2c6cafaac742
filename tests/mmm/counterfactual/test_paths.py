"""Effects through mediators, in total and by path, against loops over weeks and edges."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.contrast import MAX_PATHS
from mmm.counterfactual.paths import causal_paths
from mmm.counterfactual.question import Counterfactual
from mmm.counterfactual.variables import find_variable
from mmm.data.design import design_of
from mmm.posterior.evaluate import outcome
from mmm.spec.structure import longest_delay
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.looped import LOOPED, Loops
from tests.mmm.model.test_graph_and_arrays import CASES, MEDIATED

DRAWS = 5
FIRST = 20
TV_PATHS = (
    ("tv", "kpi"),
    ("tv", "awareness", "kpi"),
    ("tv", "awareness", "queries", "kpi"),
    ("tv", "queries", "kpi"),
)
LOG_LINK = {**LOOPED, "kpi": {"column": "sales", "kind": "units", "likelihood": "lognormal"}}


@pytest.fixture(scope="module")
def model():
    return fake_model(LOOPED, draws=DRAWS)


@pytest.fixture(scope="module")
def loops(model):
    return [Loops(model, draw) for draw in range(DRAWS)]


def ask(model, do, **fields):
    """The question over the last weeks of the data, spend going on after them."""
    weeks = model.panel.weeks
    window = {"start": weeks[FIRST], "end": weeks[-1]}
    question = {"window": window, "after": "continue", "do": do, **fields}
    return answer(model, Counterfactual.model_validate(question))


def later(series, change):
    """``series`` changed from the first week of the question on."""
    return np.concatenate([series[:FIRST], change(series[FIRST:])])


WORLDS = {
    "tv": ({"variable": "tv", "scale": 0.3}, lambda f: {"tv": later(f["tv"], lambda x: 0.3 * x)}),
    "price": (
        {"variable": "price", "scale": 1.1},
        lambda f: {"price": later(f["price"], lambda x: 1.1 * x)},
    ),
    "demand": (
        {"variable": "demand", "add": 1.5},
        lambda f: {"demand": later(f["demand"], lambda x: x + 1.5)},
    ),
}


@pytest.mark.parametrize("name", list(WORLDS))
def test_the_effect_through_mediators_equals_loops(model, loops, name):
    do, changed = WORLDS[name]
    found = ask(model, [do]).effect_in_window
    by_hand = [(one.kpi(changed(one.fact)) - one.kpi({}))[FIRST:].sum() for one in loops]
    assert found.mean == pytest.approx(np.mean(by_hand), rel=1e-9)
    assert found.p95 == pytest.approx(np.quantile(by_hand, 0.95), rel=1e-9)


def test_a_set_mediator_stops_what_comes_from_its_causes(model, loops):
    """queries are held at 250: tv reaches the kpi by the other paths only."""
    do = [{"variable": "tv", "scale": 0.3}, {"variable": "queries", "set": 250.0}]
    found = ask(model, do).effect_in_window

    def change(one):
        held = {
            "tv": later(one.fact["tv"], lambda x: 0.3 * x),
            "set queries": later(one.seen["queries"], lambda x: np.full_like(x, 250.0)),
        }
        return (one.kpi(held) - one.kpi({}))[FIRST:].sum()

    assert found.mean == pytest.approx(np.mean([change(one) for one in loops]), rel=1e-9)


@pytest.mark.parametrize(
    ("action", "by_hand"),
    [({"scale": 1.2}, lambda x: 1.2 * x), ({"add": -3.0}, lambda x: x - 3.0)],
    ids=["scale", "add"],
)
def test_a_mediator_is_scaled_and_added_to_in_its_own_unit(model, loops, action, by_hand):
    found = ask(model, [{"variable": "awareness", **action}]).effect_in_window

    def change(one):
        held = {"set awareness": later(one.seen["awareness"], by_hand)}
        return (one.kpi(held) - one.kpi({}))[FIRST:].sum()

    assert found.mean == pytest.approx(np.mean([change(one) for one in loops]), rel=1e-9)


def test_actions_on_a_mediator_follow_one_another(model):
    """(m + 10) * 2 is 2 m + 20."""
    twice = [{"variable": "queries", "add": 10.0}, {"variable": "queries", "scale": 2.0}]
    other = [{"variable": "queries", "scale": 2.0}, {"variable": "queries", "add": 20.0}]
    assert ask(model, twice).effect.mean == pytest.approx(ask(model, other).effect.mean, rel=1e-12)


def test_each_path_carries_its_own_part(model, loops):
    """One week's pulse, summed over the window and the carryover after it; the loops end before."""
    week = model.panel.weeks[30]
    window = {"start": week, "end": week}
    found = ask(model, [{"variable": "tv", "add": 40.0}], window=window)
    assert [row.path for row in found.by_path] == [*TV_PATHS, ("interaction", "kpi")]
    for row in found.by_path[:-1]:
        edges = tuple(zip(row.path[:-1], row.path[1:], strict=True))
        change = []
        for one in loops:
            tv = one.fact["tv"].copy()
            tv[30] += 40.0
            change.append((one.kpi({"tv": tv}, edges) - one.kpi({})).sum())
        assert row.effect.mean == pytest.approx(np.mean(change), rel=1e-9), row.path
    assert found.by_path[-1].effect.mean == 0.0, "with prices as they were, paths add up"


def test_a_price_acts_directly_and_through_its_mediator(model, loops):
    week = model.panel.weeks[30]
    window = {"start": week, "end": week}
    found = ask(model, [{"variable": "price", "scale": 1.2}], window=window)
    paths_found = [("price", "kpi"), ("price", "queries", "kpi"), ("interaction", "kpi")]
    assert [row.path for row in found.by_path] == paths_found
    rows = [row.effect.mean for row in found.by_path]
    assert sum(rows) == pytest.approx(found.effect.mean, rel=1e-9)
    assert rows[2] != 0.0, "the price factor multiplies what the mediator brings"

    def carried(one, edges):
        price = one.fact["price"].copy()
        price[30] *= 1.2
        return (one.kpi({"price": price}, edges) - one.kpi({})).sum()

    through = [carried(one, (("price", "queries"), ("queries", "kpi"))) for one in loops]
    assert rows[1] == pytest.approx(np.mean(through), rel=1e-9)


def test_a_log_link_leaves_a_remainder():
    found = ask(fake_model(LOG_LINK, draws=DRAWS), [{"variable": "tv", "scale": 2.0}])
    rows = [row.effect.mean for row in found.by_path]
    assert sum(rows) == pytest.approx(found.effect.mean, rel=1e-9)
    assert abs(rows[-1]) > 1e-6 * abs(found.effect.mean)


@pytest.mark.parametrize("kind", ["interventional", "counterfactual", "forecast"])
@pytest.mark.parametrize("case", list(CASES))
def test_rows_add_up_under_every_structure(case, kind):
    """Every variable of the model at once, in history, across its end, and after it."""
    document, geos = CASES[case]
    model = fake_model(document, geos=geos, draws=4)
    weeks, ahead = model.panel.weeks, np.timedelta64(7, "D")
    last = np.datetime64(weeks[-1])
    s = model.structure
    indices = () if s.index is None else (s.controls[s.index],)
    names = [*s.channels, *s.mediators, *(name for name in s.controls if name not in indices)]
    names += ["price"] * model.structure.has_price
    for start, end in ((30, 40), (50, 64), (62, 66)):
        first, stop = (last + (i - len(weeks) + 1) * ahead for i in (start, end))
        span = {"start": first.item(), "end": stop.item()}
        do = [{"variable": name, "scale": 1.1} for name in names]
        found = ask(model, do, window=span, after="zero", kind=kind)
        rows = [row.effect.mean for row in found.by_path]
        assert np.all(np.isfinite(rows))
        assert sum(rows) == pytest.approx(found.effect.mean, rel=1e-7, abs=1e-7)
        assert found.effect.mean == pytest.approx(sum(w.effect.mean for w in found.by_week))


def test_a_channel_without_a_path_has_no_effect_and_is_told_so(model):
    found = ask(model, [{"variable": "mail", "scale": 3.0}])
    assert found.effect.mean == 0.0
    assert found.by_path == ()
    assert "mail has no path to the KPI in this model: its effect is zero" in found.warnings


def test_the_carry_out_waits_for_the_slowest_path():
    """awareness reaches queries after 2 weeks, tv reaches the kpi within 2: the tail is 2 weeks."""
    structure = fake_model(LOOPED, draws=1).structure
    assert longest_delay(structure) == 2
    slow = [*LOOPED["edges"]["add"], {"from": "queries", "to": "kpi", "lag": 5}]
    document = {**LOOPED, "edges": {**LOOPED["edges"], "add": slow}}
    assert longest_delay(fake_model(document, draws=1).structure) == 7
    event = {"name": "promo", "column": "promo", "adstock": {"max_lag": 11}}
    assert longest_delay(fake_model({**RICH, "events": [event]}, draws=1).structure) == 11


def test_an_event_carries_on_after_the_window():
    model = fake_model(MEDIATED)
    found = ask(model, [{"variable": "promo", "set": 1.0}], window=_week(model, 30))
    assert found.by_path[0].path == ("promo", "kpi")
    changed = model.design.observed.events.copy()
    changed[30, :, 0] = 1.0
    world = model.design.observed
    effect = outcome(model, replace(world, events=changed)) - outcome(model, world)
    assert found.effect.mean == pytest.approx(effect.sum(1).mean(), rel=1e-9)
    assert found.effect.mean != pytest.approx(found.effect_in_window.mean, rel=1e-3)


def test_a_dense_graph_lists_so_many_paths_and_no_more():
    """Nine mediators, each acting on all later ones: 2^9 - 1 mediated paths from the first."""
    names = [f"m{i}" for i in range(9)]
    mediators = [
        {"name": name, "column": f"demand_{i}", "parents": ["tv", *names[:i]]}
        for i, name in enumerate(names)
    ]
    model = fake_model(draws=1)
    spec = type(model.spec).model_validate({**RICH, "mediators": mediators})
    dense = replace(model, design=design_of(spec, model.panel, model.scales))
    found = list(causal_paths(dense.structure, find_variable(dense, "tv", "")))
    assert len(found) == 2**9
    assert len(found) > MAX_PATHS
    assert len({path.names for path in found}) == len(found)


def _week(model, position):
    week = model.panel.weeks[position]
    return {"start": week, "end": week}
